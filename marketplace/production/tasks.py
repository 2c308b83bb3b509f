"""What workers do for production."""

from celery import shared_task

from marketplace.common import clock
from marketplace.common.periodic import periodic_task
from marketplace.production import services
from marketplace.trading.models import Deal

HEARD_WITHIN_S = 30.0  # for so long what happened at a machine may be on its way


@shared_task(name="production.open_work")  # type: ignore[untyped-decorator]
def open_work(deal_public_id: str) -> None:
    deal_id = Deal.objects.values_list("pk", flat=True).get(public_id=deal_public_id)
    services.open_work(deal_id=deal_id, now=clock.now())


@periodic_task("production.sweep")
def sweep() -> None:
    """Open work whose nudge was lost, follow the machines, and tell what falls behind.

    Programs come before counts, so that these fall into their stints.
    """
    for deal_id in services.deals_without_work():
        services.open_work(deal_id=deal_id, now=clock.now())
    services.follow_programs(now=clock.now())
    services.take_counts(now=clock.now(), real_now=clock.real_now())
    services.close_what_is_over(now=clock.now(), real_now=clock.real_now())
    services.report_what_falls_behind(now=clock.now(), heard_until=clock.before(real_s=HEARD_WITHIN_S))
