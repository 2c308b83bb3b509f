"""No higher price for rated orders: what a machine may be paid at most is what its owner asked before.

An app above says on which occasion an order is rated; what was asked then was kept by capacity. A machine that had no
price then is held to the dearest that its owner asked for the same work on another one; an owner that asked nothing
for it then asks freely. Slower or with a longer set-up than then, a machine is paid less an hour, so that neither a
piece nor a set-up costs more.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from marketplace.capacity.asked import Asked, asked_on
from marketplace.capacity.market import SellableWindow
from marketplace.capacity.models import Equipment, Rate
from marketplace.capacity.periods import Priced, merged
from marketplace.orders.models import Operation, Order, Product
from marketplace.planning.fit import rate_for, units_per_run

Occasion = Callable[[Order], str]
_occasions: list[Occasion] = []


def register(occasion: Occasion) -> None:
    """`occasion(order)` is the name under which prices were kept for a rated order; empty for every other order."""
    if occasion not in _occasions:
        _occasions.append(occasion)


def occasion_of(order: Order) -> str:
    """Empty where the owners' prices of now count."""
    return next((name for ask in _occasions if (name := ask(order))), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCaps:
    """`asked` by public id of the machine; empty: nothing is capped."""

    asked: Mapping[str, Asked] = field(default_factory=dict)

    def cents_per_h(self, equipment: Equipment, rate: Rate, *, operation: Operation, product: Product) -> int:
        """What counts of the price of `rate`."""
        found = [
            _capped(rate, before, operation=operation)
            for one in self._of(equipment)
            if (before := rate_for(one.rates, operation=operation, product=product, currency=rate.currency))
        ]
        return max(found, default=rate.price_cents_per_h)

    def windows(self, equipment: Equipment, windows: Iterable[SellableWindow]) -> list[SellableWindow]:
        """The same time, in no part dearer than it was."""
        own, others = self.asked.get(equipment.public_id), self._of(equipment)
        if own is not None:
            return [part for window in windows for part in _parts(window, own)]
        most = max((one.highest_pct for one in others), default=None)
        if most is None:
            return list(windows)
        return [replace(window, price_pct=min(window.price_pct, most)) for window in windows]

    def _of(self, equipment: Equipment) -> list[Asked]:
        """The machine's own, else those of its owner's others."""
        own = self.asked.get(equipment.public_id)
        if own is not None:
            return [own]
        return [one for one in self.asked.values() if one.enterprise == equipment.enterprise.public_id]


NO_CAPS = PriceCaps()


def price_caps(occasion: str, *, enterprises: Collection[str]) -> PriceCaps:
    """For plans with machines of these enterprises; `NO_CAPS` where there is no occasion."""
    return PriceCaps(asked=asked_on(occasion, enterprises=enterprises)) if occasion else NO_CAPS


def _capped(rate: Rate, before: Rate, *, operation: Operation) -> int:
    """Cents an hour at which neither an hour nor a good piece nor a set-up costs more than `before`."""
    shares = [Fraction(1)]
    now, then = _per_good(rate, operation=operation), _per_good(before, operation=operation)
    if now is not None and then is not None and now > then:
        shares.append(then / now)
    if rate.setup_min > before.setup_min:
        shares.append(Fraction(before.setup_min, rate.setup_min))
    return min(rate.price_cents_per_h, int(before.price_cents_per_h * min(shares)))


def _per_good(rate: Rate, *, operation: Operation) -> Fraction | None:
    """Minutes for a good piece, times 1000."""
    speed = units_per_run(rate, operation=operation)
    return None if speed is None else Fraction(speed[1] * 1_000_000, speed[0] * rate.good_per_1000)


def _parts(window: SellableWindow, asked: Asked) -> Iterable[SellableWindow]:
    if window.price_pct <= asked.lowest_pct:
        return [window]
    then = asked.priced(starts_at=window.starts_at, ends_at=window.ends_at)
    least = merged(Priced(p.starts_at, p.ends_at, min(p.price_pct, window.price_pct)) for p in then)
    return [SellableWindow(*part) for part in least]
