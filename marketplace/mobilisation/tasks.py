"""What workers do for mobilisation."""

from celery import shared_task

from marketplace.common import clock
from marketplace.common.audit.anchor import catch_up
from marketplace.common.jobs import start_after_commit
from marketplace.common.periodic import periodic_task
from marketplace.mobilisation import services
from marketplace.mobilisation.services.exercises import SOLVE_TASK


@shared_task(name=SOLVE_TASK)  # type: ignore[untyped-decorator]
def solve_exercise(public_id: str) -> None:
    services.solve_exercise(public_id=public_id)


@periodic_task("mobilisation.sweep")
def sweep() -> None:
    """Follow the clock of declarations, end ratings of orders that changed, nudge exercises again whose worker was lost,
    anchor what is not anchored yet.
    """
    now = clock.now()
    services.follow_clock(now=now)
    services.end_outdated_ratings(now=now)
    for public_id in services.exercises_to_solve():
        start_after_commit(SOLVE_TASK, public_id)
    catch_up()
