"""Time of a machine that is neither offered nor taken: what its owner can offer in one tap."""

from datetime import datetime, timedelta

from marketplace.capacity.hours import FULL_PRICE_PCT
from marketplace.capacity.market import offered_periods, taken_spans
from marketplace.capacity.models import Equipment
from marketplace.capacity.periods import Priced, Span, subtracted

STEP = timedelta(minutes=15)
LONGEST = timedelta(hours=24)


def idle_span(machine: Equipment, *, now: datetime) -> Span | None:
    """From the quarter of an hour before `now` (or now, if the machine is busy before) to the next offered or
    taken moment, 24 hours at most; None if less than a quarter of an hour is left."""
    starts_at = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    ends_at = starts_at + LONGEST
    offered = offered_periods([machine.pk], starts_at=starts_at, ends_at=ends_at)[machine.pk]
    busy = sorted(
        [(one.starts_at, one.ends_at) for one in offered]
        + taken_spans([machine.pk], starts_at=starts_at, ends_at=ends_at).get(machine.pk, [])
    )
    free = subtracted([Priced(starts_at, ends_at, FULL_PRICE_PCT)], busy)
    first = next((one for one in free if one.starts_at <= now < one.ends_at), None)
    if first is None or first.ends_at - first.starts_at < STEP:
        return None
    return first.starts_at, first.ends_at
