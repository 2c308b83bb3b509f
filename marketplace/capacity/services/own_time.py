"""Own jobs and maintenance as the owner's planning says: many at once, moved, new and gone in one step."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.locking import locked_equipment
from marketplace.capacity.market import expired_holds
from marketplace.capacity.models import TakenTime
from marketplace.capacity.selectors import own_machines
from marketplace.capacity.services.taken import Wanted, store
from marketplace.common.checks import require_choice
from marketplace.common.clock import real_now
from marketplace.common.errors import NotFound

OWN_KINDS = (TakenTime.Kind.OWN_JOB, TakenTime.Kind.MAINTENANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTime:
    """[starts_at, ends_at) of the machine with this public id, under the owner's number.

    `taken` is the public id of the row that it takes the place of and keeps; empty: it is new.
    """

    machine: str
    own_reference: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    title: str = ""
    taken: str = ""

    def __post_init__(self) -> None:
        require_choice(self.kind, field="kind", choices=OWN_KINDS)


@transaction.atomic
def set_own_time(*, viewer: Viewer, jobs: Sequence[OwnTime], remove: Collection[str] = ()) -> list[TakenTime]:
    """Write all of `jobs` and remove the rows with the public ids `remove`, or nothing of it.

    Raises `TimeTaken` where a booking, a hold or an own job that stays is in the way, `JobNumberTaken`, and
    `NotFound` for a machine or a row that is not the viewer's.
    """
    viewer.require_planner()
    replaced = {one.taken for one in jobs if one.taken}
    gone = _own_rows(viewer, {*replaced, *remove})
    machines = own_machines(viewer=viewer).filter(public_id__in={one.machine for one in jobs})
    ids = {machine.public_id: machine.pk for machine in machines}
    locked = locked_equipment({*ids.values(), *(row.equipment_id for row in gone.values())})
    wanted = [_wanted(one, ids) for one in jobs]
    TakenTime.objects.filter(pk__in=[row.pk for row in gone.values()]).delete()
    TakenTime.objects.filter(expired_holds(at=real_now()), equipment_id__in=ids.values()).delete()
    rows = [
        TakenTime(
            public_id=job.taken,
            equipment_id=one.equipment_id,
            kind=job.kind,
            period=one.period,
            title=one.title,
            own_reference=one.own_reference,
            created_by_id=viewer.person_id,
        )
        for job, one in zip(jobs, wanted, strict=True)
    ]
    store(rows, wanted=wanted, machines=locked, viewer=viewer)
    return rows


def _own_rows(viewer: Viewer, taken: Collection[str]) -> dict[str, TakenTime]:
    rows = TakenTime.objects.filter(
        equipment__in=own_machines(viewer=viewer), public_id__in=taken, kind__in=OWN_KINDS
    )
    found = {row.public_id: row for row in rows}
    if len(found) != len(set(taken)):
        raise NotFound(_("There is no such own job or maintenance."))
    return found


def _wanted(job: OwnTime, ids: dict[str, int]) -> Wanted:
    if job.machine not in ids:
        raise NotFound(_("There is no such machine."))
    return Wanted(
        equipment_id=ids[job.machine],
        starts_at=job.starts_at,
        ends_at=job.ends_at,
        title=job.title,
        own_reference=job.own_reference,
    )
