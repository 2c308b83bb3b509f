"""What workers do: look at the row, and go."""

from celery import shared_task

from marketplace.common.periodic import periodic_task
from marketplace.planning import run, services


@shared_task(name=services.SOLVE_TASK)  # type: ignore[untyped-decorator]
def solve(public_id: str) -> None:
    run.solve_row(public_id)


@periodic_task("planning.sweep")
def sweep() -> None:
    services.requeue_lost()
