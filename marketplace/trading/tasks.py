"""What workers do for trading."""

from celery import shared_task

from marketplace.common import clock
from marketplace.common.periodic import periodic_task
from marketplace.planning.models import PlanRun
from marketplace.trading import services
from marketplace.trading.models import Deal


@shared_task(name="trading.take_up")  # type: ignore[untyped-decorator]
def take_up(plan_public_id: str) -> None:
    services.take_up(plan_public_id=plan_public_id, now=clock.now(), clock_speed=clock.speed())


@periodic_task("trading.sweep")
def sweep() -> None:
    """Close offers nobody answered, and take up re-plans whose nudge was lost."""
    services.end_cancelled_deals()
    services.expire_packages(now=clock.now())
    waiting = Deal.objects.filter(status=Deal.Status.REPLANNING).values_list("plan_run_id", flat=True)
    over = [PlanRun.Status.DONE, PlanRun.Status.FAILED, PlanRun.Status.CANCELLED]
    for run in PlanRun.objects.filter(replaces_id__in=list(waiting), status__in=over):
        services.take_up(plan_public_id=run.public_id, now=clock.now(), clock_speed=clock.speed())
