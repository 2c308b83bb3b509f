"""How long a factory has to answer the offer of a rated order (after US DPAS, 15 CFR 700.13)."""

from datetime import datetime, timedelta

from marketplace.capacity.working_days import after_working_days
from marketplace.mobilisation.models import Hazard, OrderRating
from marketplace.orders.models import Order, Rating

HOURS = {Hazard.OCCURRED: timedelta(hours=6), Hazard.IMMINENT: timedelta(hours=12)}
WORKING_DAYS = {Rating.DX: 10, Rating.DO: 15}
COUNTRY, ZONE = "CN", "Asia/Shanghai"  # whose public holidays are no working days, and whose midnight


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
    return after_working_days(now, WORKING_DAYS[Rating(found.rating)], country=COUNTRY, zone=ZONE)
