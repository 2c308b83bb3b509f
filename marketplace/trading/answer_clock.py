"""How long a factory has to answer an offer: the usual time, or what an app above has registered for an order."""

from collections.abc import Callable
from datetime import datetime, timedelta

from marketplace.orders.models import Order

ANSWER_WITHIN = timedelta(hours=4)  # business time; planning.run lets nothing start earlier
Clock = Callable[[Order, datetime], datetime | None]

_clocks: list[Clock] = []


def register(clock: Clock) -> None:
    """`clock(order, now)` is when the answer to an offer made now is due, or None for the usual time."""
    _clocks.append(clock)


def answer_due(order: Order, *, now: datetime) -> datetime:
    found = (clock(order, now) for clock in _clocks)
    return next((due for due in found if due is not None), now + ANSWER_WITHIN)
