"""What the owner of a connected machine could offer: found by its telemetry, offered by the owner."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.habits import Habit, idle_habits
from marketplace.capacity.models import Equipment
from marketplace.machines.selectors import intervals, own_device_now

WATCHED = timedelta(weeks=8)
MOST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """The longest habits first; `since` and `until` bound what was watched."""

    habits: tuple[Habit, ...]
    since: datetime
    until: datetime


def proposals_for(
    *, viewer: Viewer, machine: Equipment, now: datetime, real_now: datetime
) -> Proposals | None:
    """Idle habits of the last eight weeks that the week does not offer yet; None of a machine never heard of.

    A machine replayed from a recording is judged by the recording's own time.
    """
    if machine.device is None:
        return None
    device = machine.device.public_id
    standing = own_device_now(viewer=viewer, device=device, now=now, real_now=real_now)
    if standing.heard_at is None:
        return None
    until = standing.evidence_until if standing.is_recorded and standing.evidence_until else now
    found = intervals(
        viewer=viewer, device=device, starts_at=until - WATCHED, ends_at=until, now=now, real_now=real_now
    )
    offered = [(one.weekday, one.starts, one.ends) for one in machine.weekly_hours.all()]
    habits = idle_habits(found, zone=machine.site.time_zone, offered=offered)
    return Proposals(habits=tuple(habits[:MOST]), since=until - WATCHED, until=until)
