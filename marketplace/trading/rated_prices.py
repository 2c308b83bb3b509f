"""What the owner of machines reads of the prices of a rated order: which of them count as they were before."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.capacity.asked import kept_at
from marketplace.capacity.market import equipment_named
from marketplace.capacity.models import Equipment
from marketplace.planning.fit import fit
from marketplace.planning.price_caps import PriceCaps, price_caps
from marketplace.trading.models import Package, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceThen:
    """Of a machine whose price was raised, or whose work got slower: cents an hour as asked now, and as paid."""

    machine: str
    now_cents: int
    then_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedPrices:
    """`since` is when prices were kept; `less` names machines that are paid less than they ask now."""

    since: datetime
    less: tuple[PriceThen, ...]


def rated_prices(package: Package) -> RatedPrices | None:
    """None for an offer whose prices are those of now. The caller has shown that the package is the viewer's."""
    occasion = package.deal.plan_run.priced_on
    since = kept_at(occasion) if occasion else None
    if since is None:
        return None
    caps = price_caps(occasion, enterprises=[package.enterprise.public_id])
    runs = {run.equipment.public_id: run for run in package.runs.all()}
    found = (_then(runs[one.public_id], one, of=package, caps=caps) for one in equipment_named(runs.keys()))
    return RatedPrices(since=since, less=tuple(one for one in found if one is not None))


def _then(run: Run, machine: Equipment, *, of: Package, caps: PriceCaps) -> PriceThen | None:
    product = of.deal.order.product
    rate = fit(equipment=machine, operation=run.operation, product=product, currency=of.currency).rate
    if rate is None:
        return None
    then_cents = caps.cents_per_h(machine, rate, operation=run.operation, product=product)
    if then_cents >= rate.price_cents_per_h:
        return None
    return PriceThen(machine=machine.name, now_cents=rate.price_cents_per_h, then_cents=then_cents)
