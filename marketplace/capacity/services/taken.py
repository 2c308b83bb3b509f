"""Taking a machine's time: holds, bookings, own jobs, maintenance. The EXCLUDE constraint decides.

Everything here locks the machines' rows first, in the order of their keys, deletes expired holds that are in
the way, and takes all the time that is asked for or none of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.live import push_owners
from marketplace.capacity.locking import locked_equipment
from marketplace.capacity.market import expired_holds, sellable_windows
from marketplace.capacity.models import Equipment, TakenTime
from marketplace.capacity.selectors import own_machine
from marketplace.common.checks import require_moment, require_text
from marketplace.common.clock import now, real_now
from marketplace.common.errors import Conflict, InvalidInput, NotFound
from marketplace.common.show.times import local_text, named_zone

LONGEST_TAKE = timedelta(days=366)
CONSTRAINT = "a_machine_is_taken_once"
NUMBER_CONSTRAINT = "one_own_job_per_job_number"


class TimeTaken(Conflict):
    """The time is taken. `facts` say by what only where the machine is the viewer's own."""

    code = "capacity:time-taken"


class JobNumberTaken(Conflict):
    """The machine has another own job or maintenance with this number."""

    code = "capacity:job-number-taken"


class OutsideOffer(Conflict):
    """A hold was asked for time the machine does not (or no longer) offer."""

    code = "capacity:not-offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Time of one machine, [starts_at, ends_at), for what `reference` (a public id, or empty) names.

    `own_reference` is the owner's number of an own job or maintenance, empty for all else.
    """

    equipment_id: int
    starts_at: datetime
    ends_at: datetime
    reference: str = ""
    title: str = ""
    own_reference: str = ""

    def __post_init__(self) -> None:
        require_moment(self.starts_at, field="starts_at")
        require_moment(self.ends_at, field="ends_at")
        require_text(self.title, field="title", most=120)
        require_text(self.own_reference, field="own_reference", most=40)
        if self.starts_at >= self.ends_at:
            raise InvalidInput(_("The end must be after the start."), field="ends_at")
        if self.ends_at - self.starts_at > LONGEST_TAKE:
            raise InvalidInput(_("At most a year can be taken at once."), field="ends_at")

    @property
    def period(self) -> DateTimeTZRange:
        return DateTimeTZRange(self.starts_at, self.ends_at, "[)")


@transaction.atomic
def take_time(
    *,
    wanted: Sequence[Wanted],
    kind: TakenTime.Kind,
    expires_at: datetime | None = None,
    viewer: Viewer | None = None,
) -> list[TakenTime]:
    """Take all of `wanted` or nothing; rows in the same order. Raises `TimeTaken`.

    `expires_at` (real time) is for holds and only for holds. `viewer` is named as the maker and told what is
    in the way on their own machines; None is the system.
    """
    machines = _locked(wanted)
    _drop_expired(wanted)
    rows = [
        TakenTime(
            equipment_id=one.equipment_id,
            kind=kind,
            period=one.period,
            expires_at=expires_at,
            title=one.title,
            reference=one.reference,
            own_reference=one.own_reference,
            created_by_id=viewer.person_id if viewer else None,
        )
        for one in wanted
    ]
    store(rows, wanted=wanted, machines=machines, viewer=viewer)
    return rows


def store(
    rows: Sequence[TakenTime],
    *,
    wanted: Sequence[Wanted],
    machines: dict[int, Equipment],
    viewer: Viewer | None,
) -> None:
    """Write new rows for `wanted` on `machines`, which are locked. Raises `TimeTaken`, `JobNumberTaken`."""
    try:
        with transaction.atomic():
            TakenTime.objects.bulk_create(rows)
    except IntegrityError as error:
        if NUMBER_CONSTRAINT in str(error):
            raise JobNumberTaken(
                _("The machine has another job with this number."), field="own_reference"
            ) from error
        if CONSTRAINT not in str(error):
            raise
        raise _time_taken(wanted, machines=machines, viewer=viewer) from error
    push_owners(*machines.values())


@transaction.atomic
def hold_runs(*, wanted: Sequence[Wanted], hold_s: int, viewer: Viewer | None = None) -> list[TakenTime]:
    """Hold all of `wanted` for `hold_s` real seconds, or nothing.

    Raises `OutsideOffer` where a period does not lie inside one window the machine sells now, else `TimeTaken`.
    """
    _locked(wanted)
    _drop_expired(wanted)
    _require_offered(wanted, viewer=viewer)
    return take_time(
        wanted=wanted,
        kind=TakenTime.Kind.HOLD,
        expires_at=real_now() + timedelta(seconds=hold_s),
        viewer=viewer,
    )


@transaction.atomic
def book_runs(*, wanted: Sequence[Wanted], viewer: Viewer | None = None) -> list[TakenTime]:
    """Book all of `wanted` or nothing; rows in the same order.

    A living hold with the same machine and reference becomes the booking (of the wanted period); a hold that
    has expired is gone and the time is taken anew if it is still free. Raises `TimeTaken`.
    """
    _locked(wanted)
    TakenTime.objects.filter(
        kind=TakenTime.Kind.HOLD,
        equipment_id__in={one.equipment_id for one in wanted},
        reference__in={one.reference for one in wanted} - {""},
    ).delete()
    return take_time(wanted=wanted, kind=TakenTime.Kind.BOOKING, viewer=viewer)


def hold(*, wanted: Wanted, hold_s: int, viewer: Viewer | None = None) -> TakenTime:
    """`hold_runs` for one."""
    return hold_runs(wanted=[wanted], hold_s=hold_s, viewer=viewer)[0]


def book(*, wanted: Wanted, viewer: Viewer | None = None) -> TakenTime:
    """`book_runs` for one."""
    return book_runs(wanted=[wanted], viewer=viewer)[0]


@transaction.atomic
def release(*, references: Collection[str]) -> int:
    """Give back the holds and bookings made for these public ids; how many there were."""
    rows = TakenTime.objects.filter(
        reference__in=set(references) - {""}, kind__in=[TakenTime.Kind.HOLD, TakenTime.Kind.BOOKING]
    )
    machines = locked_equipment(set(rows.values_list("equipment_id", flat=True)))
    count, _by_model = rows.filter(equipment_id__in=machines).delete()
    push_owners(*machines.values())
    return count


@transaction.atomic
def add_own_job(
    *,
    viewer: Viewer,
    machine: str,
    starts_at: datetime,
    ends_at: datetime,
    title: str = "",
    own_reference: str = "",
) -> TakenTime:
    """The owner uses [starts_at, ends_at) of the machine with this public id itself."""
    kind = TakenTime.Kind.OWN_JOB
    return _own_time(viewer, machine, starts_at, ends_at, title=title, own_reference=own_reference, kind=kind)


@transaction.atomic
def add_maintenance(
    *,
    viewer: Viewer,
    machine: str,
    starts_at: datetime,
    ends_at: datetime,
    title: str = "",
    own_reference: str = "",
) -> TakenTime:
    """The machine with this public id is being maintained in [starts_at, ends_at)."""
    kind = TakenTime.Kind.MAINTENANCE
    return _own_time(viewer, machine, starts_at, ends_at, title=title, own_reference=own_reference, kind=kind)


@transaction.atomic
def remove_taken(*, viewer: Viewer, machine: str, taken: str) -> None:
    """Remove an own job or a maintenance; bookings and holds belong to a contract and stay."""
    viewer.require_planner()
    equipment = own_machine(viewer=viewer, machine=machine)
    locked_equipment({equipment.pk})
    count, _by_model = TakenTime.objects.filter(
        equipment=equipment,
        public_id=taken,
        kind__in=[TakenTime.Kind.OWN_JOB, TakenTime.Kind.MAINTENANCE],
    ).delete()
    if not count:
        raise NotFound(_("There is no such own job or maintenance."))
    push_owners(equipment)


def _own_time(
    viewer: Viewer,
    machine: str,
    starts_at: datetime,
    ends_at: datetime,
    *,
    title: str,
    own_reference: str,
    kind: TakenTime.Kind,
) -> TakenTime:
    viewer.require_planner()
    equipment = own_machine(viewer=viewer, machine=machine)
    wanted = Wanted(
        equipment_id=equipment.pk,
        starts_at=starts_at,
        ends_at=ends_at,
        title=title,
        own_reference=own_reference,
    )
    return take_time(wanted=[wanted], kind=kind, viewer=viewer)[0]


def _locked(wanted: Sequence[Wanted]) -> dict[int, Equipment]:
    ids = {one.equipment_id for one in wanted}
    machines = locked_equipment(ids)
    if len(machines) != len(ids):
        raise NotFound(_("There is no such machine."))
    return machines


def _drop_expired(wanted: Sequence[Wanted]) -> None:
    if wanted:
        TakenTime.objects.filter(expired_holds(at=real_now()) & _overlapping(wanted)).delete()


def _overlapping(wanted: Sequence[Wanted]) -> Q:
    return Q(
        *(Q(equipment_id=one.equipment_id, period__overlap=one.period) for one in wanted), _connector=Q.OR
    )


def _require_offered(wanted: Sequence[Wanted], *, viewer: Viewer | None) -> None:
    if not wanted:
        return
    starts_at = min(one.starts_at for one in wanted)
    windows = sellable_windows(
        equipment_ids={one.equipment_id for one in wanted},
        starts_at=starts_at,
        ends_at=max(one.ends_at for one in wanted),
        now=starts_at,
    )
    for one in wanted:
        inside = [
            w for w in windows[one.equipment_id] if w.starts_at <= one.starts_at and one.ends_at <= w.ends_at
        ]
        if not inside:
            if TakenTime.objects.filter(_overlapping([one])).exists():
                raise _time_taken([one], machines=locked_equipment({one.equipment_id}), viewer=viewer)
            raise OutsideOffer(_("This time is not offered."), reference=one.reference)


def _time_taken(
    wanted: Sequence[Wanted], *, machines: dict[int, Equipment], viewer: Viewer | None
) -> TimeTaken:
    """Says what is in the way only on the viewer's own machines; of others' only that the time is gone."""
    in_the_way = TakenTime.objects.filter(_overlapping(wanted)).order_by("equipment_id", "period").first()
    if in_the_way is None:  # two of the wanted periods overlap each other
        return TimeTaken(_("Two of these times overlap on one machine."))
    machine = machines[in_the_way.equipment_id]
    if viewer is None or viewer.enterprise_id != machine.enterprise_id:
        return TimeTaken(_("This time is no longer free."))
    here, zone = now(), named_zone(machine.site.time_zone)
    return TimeTaken(
        _("The machine is taken from %(starts)s to %(ends)s: %(kind)s.")
        % {
            "starts": local_text(in_the_way.period.lower, now=here, zone=zone),
            "ends": local_text(in_the_way.period.upper, now=here, zone=zone),
            "kind": in_the_way.get_kind_display(),
        },
        field="starts_at",
        taken=in_the_way.public_id,
        kind=in_the_way.kind,
        starts_at=in_the_way.period.lower.isoformat(),
        ends_at=in_the_way.period.upper.isoformat(),
    )
