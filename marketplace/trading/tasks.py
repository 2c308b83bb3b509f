"""What workers do for trading."""

from celery import shared_task

from marketplace.common import clock
from marketplace.common.periodic import periodic_task
from marketplace.planning.models import PlanRun
from marketplace.trading import services
from marketplace.trading.models import Disturbance
from marketplace.trading.services.foresee import foresee


@shared_task(name="trading.take_up")  # type: ignore[untyped-decorator]
def take_up(plan_public_id: str) -> None:
    """A re-plan is looked at; of a plan with precedence it is worked out what it would do to others."""
    services.take_up(plan_public_id=plan_public_id, now=clock.now(), clock_speed=clock.speed())
    foresee(plan_public_id=plan_public_id, now=clock.now())


@periodic_task("trading.sweep")
def sweep() -> None:
    """Close what is left of orders that are over and offers nobody answered, take up re-plans whose nudge was lost."""
    services.end_cancelled_deals()
    services.end_done_deals(now=clock.now())
    services.expire_packages(now=clock.now())
    over = [PlanRun.Status.DONE, PlanRun.Status.FAILED, PlanRun.Status.CANCELLED]
    waiting = Disturbance.objects.filter(status=Disturbance.Status.OPEN, plan_run__status__in=over)
    for run in PlanRun.objects.filter(pk__in=waiting.values("plan_run")).defer("problem", "plan"):
        services.take_up(plan_public_id=run.public_id, now=clock.now(), clock_speed=clock.speed())


@periodic_task("trading.watch_machines")
def watch_machines() -> None:
    """Machines that fell out under work, and those that are back."""
    services.watch_machines(now=clock.now(), real_now=clock.real_now())


@periodic_task("trading.confirm_delays")
def confirm_delays() -> None:
    """Promises that do not hold, confirmed to their buyers in writing."""
    services.confirm_delays(now=clock.now())
