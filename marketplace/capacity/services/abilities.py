"""What a machine can do, how fast and at what price: one capability a process, one rate a process and product."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.drafts import CapabilityDraft, RateDraft
from marketplace.capacity.live import push_owners
from marketplace.capacity.locking import locked_own_machine
from marketplace.capacity.models import Capability, Equipment, Rate
from marketplace.common.errors import InvalidInput, NotFound


@transaction.atomic
def set_capability(*, viewer: Viewer, machine: str, draft: CapabilityDraft) -> Capability:
    """Write the machine's capability for the draft's process, new or changed."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    capability, _is_new = Capability.objects.update_or_create(
        equipment=row, process=draft.process, defaults=_capability_values(draft)
    )
    push_owners(row)
    return capability


@transaction.atomic
def remove_capability(*, viewer: Viewer, machine: str, process: str) -> None:
    """With it go the rates of the process. The last one stays while the machine is offered."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    found = row.capabilities.filter(process=process)
    if not found:
        raise NotFound(_("The machine has no such capability."))
    if row.is_listed and row.capabilities.count() == 1:
        raise InvalidInput(_("A machine on offer needs a capability; take it off the network first."))
    found.delete()
    row.rates.filter(process=process).delete()
    push_owners(row)


@transaction.atomic
def set_rate(*, viewer: Viewer, machine: str, draft: RateDraft) -> Rate:
    """Write the machine's rate for the draft's process and product, new or changed."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    require_process(draft, processes=set(row.capabilities.values_list("process", flat=True)))
    others = row.rates.exclude(process=draft.process, product_code=draft.product_code)
    require_one_currency({draft.currency, *others.values_list("currency", flat=True)})
    rate, _is_new = Rate.objects.update_or_create(
        equipment=row,
        process=draft.process,
        product_code=draft.product_code,
        defaults=_rate_values(draft),
    )
    push_owners(row)
    return rate


@transaction.atomic
def remove_rate(*, viewer: Viewer, machine: str, process: str, product_code: str = "") -> None:
    """The last one stays while the machine is offered."""
    row = locked_own_machine(viewer=viewer, machine=machine)
    found = row.rates.filter(process=process, product_code=product_code)
    if not found:
        raise NotFound(_("The machine has no such rate."))
    if row.is_listed and row.rates.count() == 1:
        raise InvalidInput(_("A machine on offer needs a price; take it off the network first."))
    found.delete()
    push_owners(row)


def capability_row(machine: Equipment, draft: CapabilityDraft) -> Capability:
    """Not saved."""
    return Capability(equipment=machine, process=draft.process, **_capability_values(draft))


def rate_row(machine: Equipment, draft: RateDraft) -> Rate:
    """Not saved."""
    return Rate(
        equipment=machine, process=draft.process, product_code=draft.product_code, **_rate_values(draft)
    )


def require_process(draft: RateDraft, *, processes: Collection[str]) -> None:
    """Raise `InvalidInput` for the price of a process that is not among the machine's."""
    if draft.process not in processes:
        raise InvalidInput(_("The machine cannot do this process yet."), field="process")


def require_one_currency(currencies: Collection[str]) -> None:
    """Raise `InvalidInput` for prices of one machine in more than one."""
    if len(currencies) > 1:
        raise InvalidInput(_("All prices of a machine are in one currency."), field="currency")


def _capability_values(draft: CapabilityDraft) -> dict[str, Any]:
    return {
        "materials": list(draft.materials),
        "min_size_mm": draft.min_size_mm,
        "max_size_mm": draft.max_size_mm,
        "tolerance_um": draft.tolerance_um,
        "certificates": list(draft.certificates),
    }


def _rate_values(draft: RateDraft) -> dict[str, Any]:
    return {
        "run_min": draft.run_min,
        "run_units": draft.run_units,
        "speed_pct": draft.speed_pct,
        "setup_min": draft.setup_min,
        "min_lot": draft.min_lot,
        "good_per_1000": draft.good_per_1000,
        "price_cents_per_h": draft.price_cents_per_h,
        "currency": draft.currency,
    }
