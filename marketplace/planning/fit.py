"""Whether a machine can do an operation of a product, and if not, why: facts first, prices never."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from marketplace.capacity.models import Capability, Equipment, Rate
from marketplace.orders.models import Operation, Product


class Misfit(StrEnum):
    """Why a machine cannot do an operation."""

    PROCESS = "process"
    MATERIAL = "material"
    SIZE = "size"
    TOLERANCE = "tolerance"
    CERTIFICATE = "certificate"
    RATE = "rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`rate` is the one that counts; `misfits` is empty exactly when the machine can do the operation."""

    rate: Rate | None
    misfits: tuple[Misfit, ...]


def fit(*, equipment: Equipment, operation: Operation, product: Product, currency: str) -> Fit:
    """Compare prefetched `capabilities` and `rates` of the machine with what the operation asks."""
    capability = next((c for c in equipment.capabilities.all() if c.process == operation.process), None)
    rate = rate_for(equipment.rates.all(), operation=operation, product=product, currency=currency)
    if capability is None:
        return Fit(rate=rate, misfits=(Misfit.PROCESS,))
    misfits = _limits(capability, product=product)
    held = {*capability.certificates, *equipment.certificates, *equipment.site.certificates}
    held |= set(equipment.enterprise.certificates)
    if not set(operation.certificates) <= held:
        misfits.append(Misfit.CERTIFICATE)
    if rate is None:
        misfits.append(Misfit.RATE)
    return Fit(rate=rate, misfits=tuple(misfits))


def units_per_run(rate: Rate, *, operation: Operation) -> tuple[int, int] | None:
    """`(run_units, run_min)` at full evidence, or None where neither rate nor standard time says."""
    if rate.run_units is not None:
        return rate.run_units, rate.run_min
    if operation.standard_units_per_h is None:
        return None
    return operation.standard_units_per_h * rate.speed_pct, 60 * 100


def _limits(capability: Capability, *, product: Product) -> list[Misfit]:
    found = []
    if capability.materials and product.material_code and product.material_code not in capability.materials:
        found.append(Misfit.MATERIAL)
    if product.size_mm is not None and not (
        (capability.min_size_mm or 0) <= product.size_mm <= (capability.max_size_mm or product.size_mm)
    ):
        found.append(Misfit.SIZE)
    if (
        product.tolerance_um is not None
        and capability.tolerance_um is not None
        and capability.tolerance_um > product.tolerance_um
    ):
        found.append(Misfit.TOLERANCE)
    return found


def rate_for(rates: Iterable[Rate], *, operation: Operation, product: Product, currency: str) -> Rate | None:
    """The product's own rate before the general one; only rates in the currency that give a speed."""
    usable = [
        rate
        for rate in rates
        if rate.process == operation.process
        and rate.currency == currency
        and rate.product_code in ("", product.code)
        and units_per_run(rate, operation=operation) is not None
    ]
    return max(usable, key=lambda rate: rate.product_code != "", default=None)
