"""The clock at the edges: business time may run fast in demonstrations, real time never does.

Services take `now` as an argument; views, tasks and commands read it here. Leases, heartbeats, tokens and
silence limits use `real_now()`.
"""

import time
from datetime import UTC, datetime, timedelta

from django.db import transaction

from marketplace.common.models import BusinessClock

CACHE_S = 1.0  # a process may lag this long behind a change of speed

_cached: tuple[float, BusinessClock | None] | None = None


def real_now() -> datetime:
    """Aware UTC wall-clock time."""
    return datetime.now(UTC)


def now() -> datetime:
    """Aware UTC business time, to be read once at the edge and passed on."""
    row = _row()
    return real_now() if row is None else _business(row, at=real_now())


def speed() -> float:
    """Business seconds that pass in a real second."""
    row = _row()
    return 1.0 if row is None else row.speed


def before(*, real_s: float) -> datetime | None:
    """Business time as it was `real_s` real seconds ago; None where the clock was set since then."""
    row, at = _row(), real_now() - timedelta(seconds=real_s)
    if row is None:
        return at
    return _business(row, at=at) if row.real_at <= at else None


@transaction.atomic
def set_clock(*, speed: float, business_at: datetime | None = None) -> None:
    """From now on business time runs at `speed` (0 stands still), from `business_at` or from where it is."""
    row = BusinessClock.objects.select_for_update(no_key=True).filter(id=1).first()
    real = real_now()
    if business_at is None:
        business_at = real if row is None else _business(row, at=real)
    BusinessClock.objects.update_or_create(
        id=1, defaults={"real_at": real, "business_at": business_at, "speed": speed}
    )
    forget()


def touch() -> None:
    """Say that the world is alive now; `resume` goes on from the last time this was said."""
    BusinessClock.objects.filter(id=1).update(seen_at=real_now())


def resume() -> None:
    """Go on from when the world was last alive, at the speed it had: nobody lived through the time between."""
    row = BusinessClock.objects.filter(id=1).first()
    if row is not None and row.seen_at is not None:
        set_clock(speed=row.speed, business_at=_business(row, at=row.seen_at))


def forget() -> None:
    """Drop this process's copy of the clock row (after a change, and between tests)."""
    global _cached  # noqa: PLW0603 - one value a process, as the row is one a database
    _cached = None


def _row() -> BusinessClock | None:
    global _cached  # noqa: PLW0603
    if _cached is None or time.monotonic() - _cached[0] > CACHE_S:
        _cached = (time.monotonic(), BusinessClock.objects.filter(id=1).first())
    return _cached[1]


def _business(row: BusinessClock, *, at: datetime) -> datetime:
    return row.business_at + timedelta(seconds=(at - row.real_at).total_seconds() * row.speed)
