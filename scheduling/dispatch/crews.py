"""Which enterprises work on an order that only a few may work on (rule 8)."""

from collections.abc import Iterable
from dataclasses import dataclass

from matching.problem import EnterpriseId, ItemId, Order
from scheduling.dispatch.estimates import Estimates, machine_cents_per_piece
from scheduling.dispatch.shop import Shop, Station

_BOTTLENECK = 4  # exponent: the item that takes longest decides, the others a little
_PIPELINE = 0.6  # part of the time between first and last possible minute in which an item can really be made
_BEYOND = 10.0  # weight of capacity that is missing until the due date beside cost


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """What an enterprise can do for one item: pieces until the last due date, cents of its cheapest piece."""

    pieces: float
    cents: float


class Crews:
    """Chooses small sets of enterprises that together can make all items of an order."""

    def __init__(self, shop: Shop, estimates: Estimates, *, order: Order) -> None:
        self._shop = shop
        self._estimates = estimates
        self._order = order
        self._needed = {
            item: order.quantity * estimates.units_a_piece(order, item) for item in shop.items_of[order.id]
        }
        self._offers: dict[EnterpriseId, dict[ItemId, _Offer]] = {}
        for item in self._needed:
            for station in shop.stations[order.id, item]:
                self._add(station, item=item)
        self.bound = frozenset(
            shop.problem.site_by_id[shop.problem.machine_by_id[lot.machine].site].enterprise
            for lot in shop.problem.fixed_lots
            if lot.order == order.id
        )

    @property
    def candidates(self) -> list[EnterpriseId]:
        """All that could work on the order, in the order of the problem's machines."""
        return list(self._offers)

    def choose(self, *, at_most: int) -> frozenset[EnterpriseId]:
        """Grow a set one enterprise at a time, each time by the one that helps most."""
        chosen = set(self.bound)
        while len(chosen) < at_most:
            rest = [each for each in self._offers if each not in chosen]
            if not rest:
                break
            best = min(rest, key=lambda each: self.score({*chosen, each}))
            if not self._shop.by_finish and self.score({*chosen, best}) >= self.score(chosen):
                break
            chosen.add(best)
        return frozenset(chosen)

    def score(self, crew: Iterable[EnterpriseId]) -> tuple[int, float]:
        """(items nobody makes, cost or time with what is missing until the due date weighted heavily)."""
        at_work = set(crew)
        members = [each for each in self._offers if each in at_work]
        uncovered = 0
        total = 0.0
        for item, needed in self._needed.items():
            offers = [self._offers[each][item] for each in members if item in self._offers.get(each, {})]
            if not offers:
                uncovered += 1
                continue
            offered = sum(offer.pieces for offer in offers)
            if self._shop.by_finish:
                total += (needed / max(1e-9, offered)) ** _BOTTLENECK
            else:
                total += needed * self._cents(offers, needed=needed)
                missing = max(0.0, needed - offered) / max(1.0, needed)
                total += _BEYOND * missing * needed * max(offer.cents for offer in offers)
        return uncovered, total + (0.0 if self._shop.by_finish else self._fixed_cents(at_work))

    def _cents(self, offers: list[_Offer], *, needed: float) -> float:
        """Cents of a piece when the cheapest make as many as they can."""
        left, cents = needed, 0.0
        for offer in sorted(offers, key=lambda each: each.cents):
            taken = min(left, offer.pieces)
            cents += taken * offer.cents
            left -= taken
        return cents / max(1.0, needed - left)

    def _fixed_cents(self, members: set[EnterpriseId]) -> float:
        enterprises = self._shop.problem.enterprise_by_id
        return sum(
            enterprises[each].fixed_cents_per_order + enterprises[each].fixed_cents for each in members
        )

    def _add(self, station: Station, *, item: ItemId) -> None:
        mode = station.mode
        order = self._order
        first = self._shop.first_minute(order) + self._estimates.head(order, item) - mode.hold_min
        due = max(drop.due_min for drop in order.drops)
        after = (self._estimates.tail(order, item, site=station.site) or 0) + mode.hold_min
        last = max(first, min(self._shop.last_minute(order), due) - after)
        clock = self._shop.clock_of[station.machine.id]
        offered = sum(
            clock.minutes_between(max(each.start, first), min(each.end, last))
            for each in station.machine.windows
            if max(each.start, first) < min(each.end, last)
        )
        minutes = mode.run_min / mode.run_units * 100 / station.machine.speed_pct
        pieces = _PIPELINE * offered / max(minutes, 1e-3) * mode.good_per_1000 / 1000
        known = self._offers.setdefault(station.enterprise, {}).get(item)
        self._offers[station.enterprise][item] = _Offer(
            pieces=pieces + (0.0 if known is None else known.pieces),
            cents=min(machine_cents_per_piece(station), known.cents if known else 1e18),
        )
