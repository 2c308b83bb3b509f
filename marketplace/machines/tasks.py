"""What workers do for machines."""

from celery import shared_task

from marketplace.common import clock
from marketplace.machines.services import end_silent_states


@shared_task(name="machines.sweep_silence")  # type: ignore[untyped-decorator]
def sweep_silence() -> int:
    """End the states of devices that have fallen silent; how many."""
    total = 0
    while ended := end_silent_states(now=clock.now(), real_now=clock.real_now()):
        total += ended
    return total
