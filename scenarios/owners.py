"""Owners of machines who offer what stood idle: found by telemetry, offered with one call a gap."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from scenarios.keys import Keys, MachineKey
from scenarios.people import Actor, Refused
from scenarios.world import ReplaySpec

WEEK = timedelta(days=7)
TAKEN_ALREADY = "capacity:window-overlaps"

Gap = tuple[datetime, datetime]


async def offer_idle_time(
    spec: ReplaySpec, *, keys: Keys, firms: Mapping[str, Actor], now: datetime, say: Callable[[str], None]
) -> None:
    """Each owner offers the hours in which a machine stood idle again in the coming weeks; twice does no harm."""
    for key in keys.machines:
        firm = firms[key.firm]
        gaps = await _idle_gaps(firm, key, spec=spec)
        if not gaps:
            say(
                f"{key.source_name}: never powered and idle for {spec.idle_at_least_min} min; nothing to offer"
            )
            continue
        for starts_at, ends_at in repeated(gaps, weeks=spec.offered_weeks):
            if starts_at > now:
                await _offer(firm, key, starts_at=starts_at, ends_at=ends_at)
        hours = sum(((ends_at - starts_at) for starts_at, ends_at in gaps), timedelta()) / timedelta(hours=1)
        say(
            f"{key.source_name}: idle {len(gaps)} times, {hours:.1f} h in all; "
            f"offered at the same hours for {spec.offered_weeks} weeks"
        )


def repeated(gaps: list[Gap], *, weeks: int) -> list[Gap]:
    """The same hours of the weeks that follow, in whole minutes within them."""
    inner = [(_minute(starts_at + timedelta(seconds=59)), _minute(ends_at)) for starts_at, ends_at in gaps]
    return [(first + WEEK * n, last + WEEK * n) for n in range(1, weeks + 1) for first, last in inner]


async def _idle_gaps(firm: Actor, key: MachineKey, *, spec: ReplaySpec) -> list[Gap]:
    window: dict[str, str | int] = {
        "from": spec.starts_at.isoformat(),
        "to": spec.ends_at.isoformat(),
        "at_least_min": spec.idle_at_least_min,
    }
    found: list[dict[str, Any]] = await firm.get(f"devices/{key.device}/idle-gaps", **window)
    return [
        (datetime.fromisoformat(gap["starts_at"]), datetime.fromisoformat(gap["ends_at"])) for gap in found
    ]


async def _offer(firm: Actor, key: MachineKey, *, starts_at: datetime, ends_at: datetime) -> None:
    try:
        await firm.post(
            f"machines/{key.machine}/windows",
            {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()},
        )
    except Refused as refused:
        if refused.code != TAKEN_ALREADY:
            raise


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
