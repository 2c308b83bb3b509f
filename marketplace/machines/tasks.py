"""What workers do for machines."""

from marketplace.common import clock
from marketplace.common.periodic import periodic_task
from marketplace.machines.services import end_silent_states


@periodic_task("machines.sweep_silence")
def sweep_silence() -> int:
    """End the states of devices that have fallen silent; how many."""
    total = 0
    while ended := end_silent_states(now=clock.now(), real_now=clock.real_now()):
        total += ended
    return total
