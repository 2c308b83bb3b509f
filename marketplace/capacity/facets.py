"""What machines say about their owner, as far as each word of the disclosure matrix allows."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, timedelta

from django.utils.translation import gettext as _

from marketplace.capacity.market import listed_equipment, sellable_windows
from marketplace.capacity.models import Capability, Equipment, Process
from marketplace.common.clock import real_now
from marketplace.common.money import format_cents
from marketplace.common.show.amounts import number_text, quantity_text
from marketplace.common.show.times import day_text
from marketplace.disclosure import facets
from marketplace.disclosure.facets import Asked, Fact, Scope
from marketplace.disclosure.words import Audience, Group, Word
from marketplace.machines.models import Device
from marketplace.machines.selectors.timeline import intervals_of
from telemetry.intervals import total_activities

AHEAD = timedelta(days=7)
SIZE_BANDS_MM = (100, 1000)  # small, medium, large
FINE_UM = 50
WHOLE = frozenset({Word.YES, Word.BREAK_GLASS})


def register_all() -> None:
    facets.register(Group.CAPABILITY, capability)
    facets.register(Group.MACHINE_MODEL, machines)
    facets.register(Group.FREE_CAPACITY, free_hours)
    facets.register(Group.PRICES, rates)
    facets.register(Group.TELEMETRY, reported)
    facets.register_scopes(machine_scopes)


def capability(asked: Asked, word: Word) -> Sequence[Fact]:
    """Each process once, with a size class and a tolerance class: no range of a single machine."""
    if word not in WHOLE:
        return []
    bands: dict[str, set[str]] = {}
    for one in Capability.objects.filter(equipment__in=_listed(asked)).order_by("process", "pk"):
        bands.setdefault(one.process, set()).update(_bands(one))
    return [
        Fact(label=str(Process(process).label), value=", ".join(sorted(band)) or _("listed"))
        for process, band in bands.items()
    ]


def machines(asked: Asked, word: Word) -> Sequence[Fact]:
    match word:
        case Word.BAND:
            listed = Counter(
                Capability.objects.filter(equipment__in=_listed(asked)).values_list("process", flat=True)
            )
            return [
                Fact(label=str(Process(process).label), value=_count_band(count))
                for process, count in sorted(listed.items())
            ]
        case Word.YES | Word.BREAK_GLASS:
            return [
                Fact(label=machine.name, value=machine.model or _("maker and model not given"))
                for machine in _listed(asked)
            ]
        case _nothing:
            return []


def free_hours(asked: Asked, word: Word) -> Sequence[Fact]:
    if asked.audience == Audience.COORDINATOR_DECLARED:
        return []  # told machine by machine, as a look under a declaration shows them
    match word:
        case Word.FITS_MY_LOT:
            return [Fact(label=_("Whether a lot fits"), value=_("answered by the plan of the buyer's order"))]
        case Word.EXACT_LOGGED | Word.BREAK_GLASS:
            return _hours_by_day(asked)
        case _nothing:
            return []


def rates(asked: Asked, word: Word) -> Sequence[Fact]:
    if word != Word.BREAK_GLASS:
        return []
    return [
        Fact(label=f"{machine.name}, {rate.get_process_display()}", value=_price(rate.price_cents_per_h, rate.currency))
        for machine in _listed(asked)
        for rate in machine.rates.all()
    ]  # fmt: skip


def reported(asked: Asked, word: Word) -> Sequence[Fact]:
    """In a dispute: hours of each activity in the last seven days, machine by machine, of those that were opened."""
    if word not in {Word.ON_DISPUTE, Word.BREAK_GLASS}:
        return []
    wanted = Equipment.objects.filter(enterprise=asked.owner_id, device__isnull=False)
    if asked.scopes:
        wanted = wanted.filter(public_id__in=asked.scopes)
    names = dict(wanted.values_list("device_id", "name"))
    devices = list(Device.objects.filter(pk__in=names).select_related("state").order_by("pk"))
    found = intervals_of(
        devices, starts_at=asked.now - AHEAD, ends_at=asked.now, now=asked.now, real_now=real_now()
    )
    return [
        Fact(label=names[device.pk], value=_cutting(total_activities(found[device.pk]).cutting))
        for device in devices
    ]


def machine_scopes(owner_id: int) -> Sequence[Scope]:
    machines = Equipment.objects.filter(enterprise=owner_id, device__isnull=False).order_by("own_number")
    return [Scope(public_id=machine.public_id, label=machine.name) for machine in machines]


def _listed(asked: Asked) -> Sequence[Equipment]:
    return list(listed_equipment().filter(enterprise=asked.owner_id))


def _bands(one: Capability) -> set[str]:
    found = set()
    if one.max_size_mm is not None:
        small, medium = SIZE_BANDS_MM
        found.add(
            _("small parts") if one.max_size_mm <= small
            else _("medium parts") if one.max_size_mm <= medium
            else _("large parts")
        )  # fmt: skip
    if one.tolerance_um is not None and one.tolerance_um <= FINE_UM:
        found.add(_("fine tolerances"))
    return found


def _count_band(count: int) -> str:
    if count == 1:
        return _("one machine")
    return _("2 to 5 machines") if count <= 5 else _("more than 5 machines")


def _hours_by_day(asked: Asked) -> list[Fact]:
    starts_at = asked.now
    windows = sellable_windows(
        equipment_ids=[machine.pk for machine in _listed(asked)],
        starts_at=starts_at,
        ends_at=starts_at + AHEAD,
        now=asked.now,
    )
    today = asked.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    facts = []
    for number in range(AHEAD.days):
        day = today + timedelta(days=number)
        hours = sum(
            max(timedelta(), min(one.ends_at, day + timedelta(days=1)) - max(one.starts_at, day))
            / timedelta(hours=1)
            for found in windows.values()
            for one in found
        )
        facts.append(
            Fact(label=day_text(day.date(), today=today.date()), value=quantity_text(hours, "h", digits=1))
        )
    return facts


def _cutting(spent: timedelta) -> str:
    hours = number_text(spent / timedelta(hours=1), digits=1)
    return _("%(hours)s h in operation in the last 7 days") % {"hours": hours}


def _price(cents: int, currency: str) -> str:
    return _("%(price)s an hour") % {"price": format_cents(cents, currency)}
