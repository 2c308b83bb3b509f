"""Listing a machine and taking it off the network again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.drafts import CapabilityDraft, HoursDraft, MachineDraft, RateDraft
from marketplace.capacity.live import push_owners
from marketplace.capacity.locking import locked_own_machine
from marketplace.capacity.market import expired_holds
from marketplace.capacity.models import Equipment, TakenTime
from marketplace.capacity.services.abilities import set_capability, set_rate
from marketplace.capacity.services.calendar import set_week
from marketplace.common.clock import real_now
from marketplace.common.errors import Conflict, Forbidden, InvalidInput
from marketplace.machines.models import Device
from marketplace.machines.services.devices import register_device

MOST_MACHINES = 5_000


class Connection(StrEnum):
    """How a machine reports: not at all, by an operator's phone, or from its controller."""

    NONE = "none"
    PHONE = "phone"
    JSON = "json"
    MTCONNECT = "mtconnect"


_SOURCES = {
    Connection.PHONE: (Device.Source.NONE, Device.Rung.TALLY),
    Connection.JSON: (Device.Source.JSON, Device.Rung.CONTROLLER),
    Connection.MTCONNECT: (Device.Source.MTCONNECT, Device.Rung.CONTROLLER),
}


class NumberTaken(Conflict):
    """The enterprise has another machine of that number."""

    code = "capacity:number-taken"


class MachineBooked(Conflict):
    """Others count on the machine where it stands: goods are on their way to that site."""

    code = "capacity:machine-booked"


class NotReady(Conflict):
    """The machine cannot be published yet; `facts` say what is missing."""

    code = "capacity:not-ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMachine:
    """A new machine; `token` is its device's key, told here and never again (empty without a device)."""

    machine: Equipment
    token: str


@transaction.atomic
def list_machine(
    *,
    viewer: Viewer,
    draft: MachineDraft,
    capability: CapabilityDraft,
    rate: RateDraft,
    hours: tuple[HoursDraft, ...] = (),
    connection: str = Connection.NONE,
    is_published: bool = True,
) -> ListedMachine:
    """Everything a new machine needs, in one step; all of it or nothing."""
    machine = create_machine(viewer=viewer, draft=draft)
    set_capability(viewer=viewer, machine=machine.public_id, draft=capability)
    set_rate(viewer=viewer, machine=machine.public_id, draft=rate)
    if hours:
        set_week(viewer=viewer, machine=machine.public_id, hours=hours)
    token = ""
    if connection != Connection.NONE:
        token = connect(viewer=viewer, machine=machine.public_id, connection=connection)
    if is_published:
        publish(viewer=viewer, machine=machine.public_id)
    machine.refresh_from_db()
    return ListedMachine(machine=machine, token=token)


@transaction.atomic
def create_machine(*, viewer: Viewer, draft: MachineDraft) -> Equipment:
    """A machine of the viewer's factory, not offered yet. Raises `NumberTaken`."""
    machine = Equipment(enterprise_id=require_room(viewer, num_new=1))
    _write(machine, draft)
    return machine


@transaction.atomic
def update_machine(*, viewer: Viewer, machine: str, draft: MachineDraft, now: datetime) -> Equipment:
    """Describe the machine anew. Raises `NumberTaken`, and `MachineBooked` where it would move."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    if draft.site != row.site.public_id and are_counted_on([row.pk], now=now):
        raise MachineBooked(_("The machine stays where it is until its bookings are over."), field="site")
    _write(row, draft)
    return row


@transaction.atomic
def connect(*, viewer: Viewer, machine: str, connection: str) -> str:
    """Give the machine a device of its own; its token, told here and never again."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    if connection not in _SOURCES:
        raise InvalidInput(_("This is no way to connect a machine."), field="connection")
    if row.device_id is not None:
        raise Conflict(_("The machine is connected already."), field="connection")
    source, rung = _SOURCES[Connection(connection)]
    new = register_device(
        viewer=viewer,
        site=row.site.public_id,
        name=f"{row.own_number} {row.name}"[:120],
        source=source,
        rung=rung,
    )
    row.device = new.device
    row.save(update_fields=["device"])
    push_owners(row)
    return new.token


@transaction.atomic
def publish(*, viewer: Viewer, machine: str) -> Equipment:
    """Offer the machine on the network. Raises `NotReady`."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    require_complete(
        capability=row.capabilities.exists(),
        rate=row.rates.exists(),
        hours=row.weekly_hours.exists() or row.windows.exists(),
    )
    return _set_listed(row, is_listed=True)


@transaction.atomic
def unpublish(*, viewer: Viewer, machine: str) -> Equipment:
    """Offer no more time of the machine; what is held or booked stays."""
    return _set_listed(locked_own_machine(viewer=viewer, machine=machine), is_listed=False)


def require_room(viewer: Viewer, *, num_new: int) -> int:
    """The key of the viewer's factory, where the viewer may list so many more machines in it."""
    if not viewer.is_factory or viewer.enterprise_id is None:
        raise Forbidden(_("Only a factory lists machines."))
    viewer.require_planner()
    if Equipment.objects.filter(enterprise_id=viewer.enterprise_id).count() + num_new > MOST_MACHINES:
        raise InvalidInput(_("At most %(most)s machines for one factory.") % {"most": MOST_MACHINES})
    return viewer.enterprise_id


def require_complete(**is_there: bool) -> None:
    """Raise `NotReady` for a machine that lacks what an offer needs: `capability`, `rate`, `hours`."""
    missing = [name for name, there in is_there.items() if not there]
    if missing:
        raise NotReady(
            _("Before it can be offered the machine needs a capability, a price and hours."), missing=missing
        )


def describe(machine: Equipment, draft: MachineDraft, *, site: Site) -> None:
    """Not saved; its own number stays where the draft has none."""
    machine.site = site
    machine.name = draft.name.strip()
    machine.own_number = draft.own_number.strip() or machine.own_number
    machine.model = draft.model.strip()
    machine.certificates = list(draft.certificates)
    machine.observes_holidays = draft.observes_holidays


def number_taken(error: IntegrityError) -> NumberTaken:
    """What the database refused, in words; any other refusal travels on."""
    if "one_machine_per_own_number" not in str(error):
        raise error
    return NumberTaken(_("You have another machine with this number."), field="own_number")


def are_counted_on(machines: Collection[int], *, now: datetime) -> bool:
    """Time of one of them (keys) from `now` on is booked, or held by a hold that has not expired."""
    kinds = [TakenTime.Kind.HOLD, TakenTime.Kind.BOOKING]
    taken = TakenTime.objects.filter(equipment__in=machines, kind__in=kinds, period__endswith__gt=now)
    return taken.exclude(expired_holds(at=real_now())).exists()


def _write(machine: Equipment, draft: MachineDraft) -> None:
    describe(machine, draft, site=_own_site(machine.enterprise_id, draft.site))
    machine.own_number = machine.own_number or _free_number(machine.enterprise_id)
    try:
        with transaction.atomic():
            machine.save()
    except IntegrityError as error:
        raise number_taken(error) from error
    push_owners(machine)


def _own_site(enterprise_id: int, public_id: str) -> Site:
    site = Site.objects.filter(public_id=public_id, enterprise_id=enterprise_id).first()
    if site is None:
        raise InvalidInput(_("There is no such site."), field="site")
    return site


def _free_number(enterprise_id: int) -> str:
    taken = set(Equipment.objects.filter(enterprise_id=enterprise_id).values_list("own_number", flat=True))
    number = len(taken) + 1
    while f"M{number}" in taken:
        number += 1
    return f"M{number}"


def _set_listed(machine: Equipment, *, is_listed: bool) -> Equipment:
    machine.is_listed = is_listed
    machine.save(update_fields=["is_listed"])
    push_owners(machine)
    return machine
