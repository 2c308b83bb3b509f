"""How devices are told to people: the answer a page gives, states and values in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.common.show.times import local_text
from marketplace.machines.selectors import DeviceNow, LiveNumber
from marketplace.machines.selectors.fleet import STRIP, FleetRow
from telemetry.intervals import SILENT, Activity, ActivityTotals, Interval
from telemetry.observations import UNAVAILABLE, Execution, Kind

EXECUTIONS: dict[str, Promise] = {
    Execution.ACTIVE: gettext_lazy("runs a program"),
    Execution.FEED_HOLD: gettext_lazy("feed hold"),
    Execution.INTERRUPTED: gettext_lazy("interrupted"),
    Execution.OPTIONAL_STOP: gettext_lazy("optional stop"),
    Execution.PROGRAM_COMPLETED: gettext_lazy("program completed"),
    Execution.PROGRAM_OPTIONAL_STOP: gettext_lazy("optional stop in the program"),
    Execution.PROGRAM_STOPPED: gettext_lazy("program stopped"),
    Execution.READY: gettext_lazy("ready"),
    Execution.STOPPED: gettext_lazy("stopped"),
    Execution.WAIT: gettext_lazy("waits"),
    UNAVAILABLE: gettext_lazy("not available"),
    SILENT: gettext_lazy("silent"),
}
VALUES: dict[Kind, Promise] = {
    Kind.EXECUTION: gettext_lazy("state of the control"),
    Kind.AVAILABILITY: gettext_lazy("availability"),
    Kind.COUNT: gettext_lazy("pieces, counter of the machine"),
    Kind.GOOD: gettext_lazy("good pieces, counter of the machine"),
    Kind.ENERGY: gettext_lazy("energy, meter of the machine"),
    Kind.PROGRAM: gettext_lazy("program loaded"),
}
AVAILABLE = "AVAILABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNumber:
    """A live value as it is read; `number` is None where it is a word."""

    label: str
    word: str
    number: float | None
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Time in an activity: hours, and per cent of the time since the device was first heard of."""

    state: str
    hours: float
    percent: float


def look_key(activity: Activity) -> str:
    """The name of its icon and word in `common.show.states`."""
    return activity.value.replace(" ", "-")


def title_of(device: DeviceNow, *, now: datetime) -> str:
    """The answer of a device's page."""
    facts = {"name": device.name, "time": local_text(device.since, now=now) if device.since else ""}
    if device.is_switched_off:
        return _("Nothing is read from %(name)s") % facts
    if device.activity is Activity.NEVER_CONNECTED:
        return _("%(name)s was never connected") % facts
    if device.activity is Activity.SILENT:
        heard_at = device.heard_at or now
        return _("%(name)s is silent; last heard %(time)s") % {
            **facts,
            "time": local_text(heard_at, now=now),
        }
    sentences = {
        Activity.CUTTING: _("%(name)s has been cutting since %(time)s"),
        Activity.IDLE: _("%(name)s has been idle since %(time)s"),
        Activity.OFF: _("%(name)s has been off since %(time)s"),
    }
    return sentences[device.activity] % facts


def shown(number: LiveNumber) -> ShownNumber:
    label = VALUES.get(number.kind)
    return ShownNumber(
        label=str(label) if label else number.name,
        word=_word(number),
        number=_number(number),
        unit=number.unit,
        at=number.at,
    )


def strip_pieces(intervals: Iterable[Interval]) -> list[tuple[str, datetime, datetime]]:
    """For the strip: neighbours of one activity joined, each with the key of its look."""
    pieces: list[tuple[str, datetime, datetime]] = []
    for interval in intervals:
        key, starts_at = look_key(interval.activity), interval.starts_at
        if pieces and pieces[-1][0] == key and pieces[-1][2] == starts_at:
            starts_at = pieces.pop()[1]
        pieces.append((key, starts_at, interval.ends_at))
    return pieces


def fleet_in_words(rows: Iterable[FleetRow]) -> list[dict[str, object]]:
    """For machines/fleet.html: every device with its state and its last 24 hours."""
    return [
        {
            "device": row.device,
            "look": look_key(row.device.activity),
            "strip": strip_pieces(row.strip),
            "starts_at": row.strip_ends_at - STRIP,
            "ends_at": row.strip_ends_at,
        }
        for row in rows
    ]


def shares(totals: ActivityTotals) -> dict[str, Share]:
    """By activity: cutting, idle, off, silent, never_connected; together the whole window."""
    times = {
        "cutting": totals.cutting,
        "idle": totals.idle,
        "off": totals.off,
        "silent": totals.silent,
        "never_connected": totals.never_connected,
    }
    known = sum(times.values(), timedelta()) - totals.never_connected
    return {
        state: Share(
            state=state,
            hours=spent / timedelta(hours=1),
            percent=100 * spent / known if known else 0.0,
        )
        for state, spent in times.items()
    }


def _word(number: LiveNumber) -> str:
    if number.kind is Kind.AVAILABILITY:
        return _("available") if number.value == AVAILABLE else _("not available")
    if number.kind is Kind.EXECUTION or number.value == UNAVAILABLE:
        return str(EXECUTIONS.get(number.value, number.value))
    return number.value


def _number(number: LiveNumber) -> float | None:
    if number.kind in (Kind.EXECUTION, Kind.AVAILABILITY, Kind.PROGRAM):
        return None
    try:
        return float(number.value)
    except ValueError:
        return None
