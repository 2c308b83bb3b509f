"""When something happened that is told later: by a driver without a connection, by a program that sends at night.

A step keeps both: when it happened (the shipment, its boxes, an event's eventTime) and when it was recorded (recordTime).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import InvalidInput
from marketplace.delivery.models import Shipment

MOST_AHEAD = timedelta(minutes=2)  # so far may a teller's clock be fast; it is then taken for now
NO_MOMENT = _("This must be a date and time with an offset, as in 2026-03-02T08:15:00Z.")
PLANNED = _("when the shipment was planned")
PACKED = _("when it was packed")
LEFT = _("when it left")
ARRIVED = _("when it arrived")
COUNTED = _("when its last box was counted")

Milestone = tuple[datetime | None, Promise]


class WrongMoment(InvalidInput):
    """`at` lies in the future or before the step that comes before. Facts: `value`, `rule`, and `earliest` or `now`."""

    code = "delivery:wrong-moment"


def moment_of(at: datetime | None, *, now: datetime, after: Iterable[Milestone]) -> datetime:
    """When it happened: `at`, or `now` where nothing was said. Raises `WrongMoment`.

    `after` are the milestones it cannot lie before, each with what it is; those that never were are None.
    """
    if at is None:
        return now
    if at.utcoffset() is None:
        raise _wrong(NO_MOMENT, at, "with an offset")
    if at > now + MOST_AHEAD:
        text = _("This lies in the future; it is %(now)s now.") % {"now": _text(now)}
        raise _wrong(text, at, "not in the future", now=_text(now))
    at = min(at, now)
    for earliest, what in after:
        if earliest is not None and at < earliest:
            text = _("This is before %(what)s, %(earliest)s.") % {"what": what, "earliest": _text(earliest)}
            raise _wrong(text, at, "not before the step before it", earliest=_text(earliest))
    return at


def planned_at(shipment: Shipment) -> datetime | None:
    """When there was first something to send: the plan was chosen, the rest was left behind, a person asked for it.

    None for one whose plan is gone.
    """
    if shipment.rest_of is not None:
        return shipment.rest_of.dispatched_at
    if shipment.is_extra:
        return shipment.departs_at
    return shipment.leg.deal.chosen_at if shipment.leg is not None else None


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _wrong(text: str | Promise, at: datetime, rule: str, **facts: str) -> WrongMoment:
    return WrongMoment(text, field="at", value=at.isoformat(), rule=rule, **facts)
