"""How long a factory has to answer the offer of a rated order (after US DPAS, 15 CFR 700.13)."""

from datetime import datetime, timedelta

from marketplace.capacity.hours import public_holidays
from marketplace.mobilisation.models import Hazard, OrderRating
from marketplace.orders.models import Order, Rating

HOURS = {Hazard.OCCURRED: timedelta(hours=6), Hazard.IMMINENT: timedelta(hours=12)}
WORKING_DAYS = {Rating.DX: 10, Rating.DO: 15}
COUNTRY = "CN"  # whose public holidays are no working days
SATURDAY = 5


def answer_by(order: Order, now: datetime) -> datetime | None:
    """When the answer to an offer made now is due by the order's rating; None for an unrated order."""
    found = (
        OrderRating.objects.filter(order=order, ended_at=None, is_drill=False)
        .select_related("programme__declaration")
        .first()
    )
    if found is None:
        return None
    hazard = Hazard(found.programme.declaration.hazard)
    if hazard in HOURS:
        return now + HOURS[hazard]
    return after_working_days(now, WORKING_DAYS[Rating(found.rating)])


def after_working_days(now: datetime, num_days: int) -> datetime:
    """The same time of day, that many days later that are neither weekend nor public holiday."""
    at = now
    while num_days:
        at += timedelta(days=1)
        if at.weekday() < SATURDAY and at.date() not in public_holidays(COUNTRY, at.year):
            num_days -= 1
    return at
