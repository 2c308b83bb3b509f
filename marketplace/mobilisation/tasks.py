"""What workers do for mobilisation."""

from marketplace.common import clock
from marketplace.common.audit.anchor import catch_up
from marketplace.common.periodic import periodic_task
from marketplace.mobilisation import services


@periodic_task("mobilisation.sweep")
def sweep() -> None:
    """Follow the clock of declarations, end ratings of orders that changed, anchor what is not anchored yet."""
    now = clock.now()
    services.follow_clock(now=now)
    services.end_outdated_ratings(now=now)
    catch_up()
