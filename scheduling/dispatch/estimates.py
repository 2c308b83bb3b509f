"""What comes before and after a piece, at best: minutes to the drop, cents of the way there and of making it.

Times are lower bounds (nobody else in the way, one piece, no set-up, no waiting for a departure); cents
guide choices and are no bounds.
"""

from dataclasses import dataclass
from typing import Protocol

from matching.problem import ItemId, Order, SiteId
from scheduling.dispatch.roads import unit_cents
from scheduling.dispatch.shop import Shop, Station


@dataclass(frozen=True, slots=True)
class _Step:
    """The best a site offers for one operation that needs an item; cents and units for one good piece."""

    site: SiteId
    makes: ItemId
    minutes: int
    cents: float
    units: float


class Leads(Protocol):
    """Least minutes of ways; None where there is no way."""

    def between(self, from_site: SiteId, to_site: SiteId) -> int | None: ...

    def to_order(self, from_site: SiteId, *, order: Order) -> int | None:
        """To the drop of the order that is reached soonest."""
        ...


class DirectLeads:
    """Leads of the ways themselves, without relays."""

    def __init__(self, shop: Shop) -> None:
        self._roads = shop.roads

    def between(self, from_site: SiteId, to_site: SiteId) -> int | None:
        way = self._roads.between(from_site, to_site)
        return None if way is None else way.lead_min

    def to_order(self, from_site: SiteId, *, order: Order) -> int | None:
        ways = [self._roads.to_drop(from_site, order=order, drop=drop) for drop in order.drops]
        return min((way.lead_min for way in ways if way is not None), default=None)


class Estimates:
    """Estimates for all orders of a shop, worked out when asked for."""

    def __init__(self, shop: Shop, *, leads: Leads | None = None) -> None:
        self._shop = shop
        self._leads = DirectLeads(shop) if leads is None else leads
        self._tails: dict[tuple[str, str, str], int | None] = {}
        self._heads: dict[tuple[str, str], int] = {}
        self._onward: dict[tuple[str, str, str], float] = {}
        self._made: dict[tuple[str, str], float] = {}
        self._steps: dict[tuple[str, str], list[_Step]] = {}

    def tail(self, order: Order, item: ItemId, *, site: SiteId) -> int | None:
        """Least minutes from a piece existing at `site` to an arrival it is part of; None if there is no way."""
        key = (order.id, item, site)
        if key not in self._tails:
            self._tails[key] = self._least_tail(order, item, site)
        return self._tails[key]

    def latest_end(self, order: Order, station: Station) -> int | None:
        """A lot that ends later makes nothing that can still arrive; None if nothing from there ever can.

        What feeds a fixed lot need not travel on the usual way: there only the last minute counts.
        """
        last = self._shop.last_minute(order)
        if any(good[0] == order.id for good in self._shop.fixed_wants):
            return last
        tail = self.tail(order, station.operation.makes, site=station.site)
        return None if tail is None else last - tail - station.mode.hold_min

    def head(self, order: Order, item: ItemId) -> int:
        """Least minutes from the release of an order to the first piece of an item, stock left aside."""
        key = (order.id, item)
        if key not in self._heads:
            firsts = [
                station.run_minutes(good=1)
                + station.mode.hold_min
                + max((self.head(order, need) for need in _items_needed(station)), default=0)
                for station in self._shop.stations[order.id, item]
            ]
            self._heads[key] = min(firsts, default=0)
        return self._heads[key]

    def onward_cents(self, order: Order, item: ItemId, *, site: SiteId) -> float:
        """Cents one unit at `site` still costs until it arrives, by the cheapest continuation."""
        key = (order.id, item, site)
        if key not in self._onward:
            self._onward[key] = self._least_onward(order, item, site)
        return self._onward[key]

    def made_cents(self, order: Order, item: ItemId) -> float:
        """Cents of making one unit with all that goes into it, without transport, at best."""
        key = (order.id, item)
        if key not in self._made:
            stations = self._shop.stations[order.id, item]
            self._made[key] = min((self.piece_cents(order, station) for station in stations), default=0.0)
        return self._made[key]

    def piece_cents(self, order: Order, station: Station) -> float:
        """Machine time of one good piece and the making of what goes into it."""
        total = machine_cents_per_piece(station)
        for (owner, name), units in station.per_piece().items():
            if owner is None:
                total += units * self._material_cents(name)
            else:
                total += units * self.made_cents(order, ItemId(name))
        return total

    def units_a_piece(self, order: Order, item: ItemId) -> float:
        """Units of an item that go into one piece of the product, with the least scrap."""
        if item == self._shop.final_item(order):
            return 1.0
        return sum(
            step.units * self.units_a_piece(order, step.makes) for step in self._leanest_steps(order, item)
        )

    def work_after_min(self, order: Order, item: ItemId) -> float:
        """Minutes that all operations after an item take if every machine that may works for them alone."""
        spans = [
            self._span_min(order, step.makes) + self.work_after_min(order, step.makes)
            for step in self._leanest_steps(order, item)
        ]
        return max(spans, default=0.0)

    def _span_min(self, order: Order, item: ItemId) -> float:
        pieces = order.quantity * self.units_a_piece(order, item)
        return pieces / max(1e-9, sum(map(self._pace, self._shop.stations[order.id, item])))

    def _pace(self, station: Station) -> float:
        """Good pieces a calendar minute, windows and breaks considered."""
        mode = station.mode
        clock = self._shop.clock_of[station.machine.id]
        offered = sum(clock.minutes_between(each.start, each.end) for each in station.machine.windows)
        minutes = mode.run_min / mode.run_units * 100 / station.machine.speed_pct
        pieces = offered / max(minutes, 1e-3) * mode.good_per_1000 / 1000
        return pieces / max(1, self._shop.problem.horizon_min)

    def _leanest_steps(self, order: Order, item: ItemId) -> list[_Step]:
        """One step for each item that needs this one: the one with the least units a piece."""
        by_item: dict[ItemId, _Step] = {}
        for step in self._steps_of(order, item):
            known = by_item.get(step.makes)
            if known is None or step.units < known.units:
                by_item[step.makes] = step
        return list(by_item.values())

    def _material_cents(self, name: str) -> float:
        material = next(each for each in self._shop.problem.materials if each.id == name)
        return min((supply.cents_per_1000_units / 1000 for supply in material.supplies or ()), default=0.0)

    def _least_tail(self, order: Order, item: ItemId, site: SiteId) -> int | None:
        if item == self._shop.final_item(order):
            return self._leads.to_order(site, order=order)
        best: int | None = None
        for step in self._steps_of(order, item):
            lead = self._leads.between(site, step.site)
            rest = self.tail(order, step.makes, site=step.site)
            if lead is not None and rest is not None:
                total = lead + step.minutes + rest
                best = total if best is None else min(best, total)
        return best

    def _least_onward(self, order: Order, item: ItemId, site: SiteId) -> float:
        weight = self._shop.weight_g((order.id, item))
        if item == self._shop.final_item(order):
            ways = [self._shop.roads.to_drop(site, order=order, drop=drop) for drop in order.drops]
            return min((unit_cents(way, weight_g=weight) for way in ways if way is not None), default=0.0)
        best: float | None = None
        for step in self._steps_of(order, item):
            cents = self._shop.roads.cents_between(site, step.site, weight_g=weight)
            if cents is not None:
                rest = self.onward_cents(order, step.makes, site=step.site)
                total = cents + (step.cents + rest) / step.units
                best = total if best is None else min(best, total)
        return 0.0 if best is None else best

    def _steps_of(self, order: Order, item: ItemId) -> list[_Step]:
        key = (order.id, item)
        if key not in self._steps:
            self._steps[key] = list(self._find_steps(order, item))
        return self._steps[key]

    def _find_steps(self, order: Order, item: ItemId) -> list[_Step]:
        """For each site and item made there from `item`: least minutes and cents, most units a piece."""
        best: dict[tuple[SiteId, ItemId], _Step] = {}
        for makes in self._shop.items_of[order.id]:
            for station in self._shop.stations[order.id, makes]:
                units = station.per_piece().get((order.id, item), 0.0)
                if not units:
                    continue
                found = _Step(
                    site=station.site,
                    makes=makes,
                    minutes=station.run_minutes(good=1) + station.mode.hold_min,
                    cents=machine_cents_per_piece(station),
                    units=units,
                )
                known = best.get((station.site, makes), found)
                best[station.site, makes] = _Step(
                    site=station.site,
                    makes=makes,
                    minutes=min(known.minutes, found.minutes),
                    cents=min(known.cents, found.cents),
                    units=max(known.units, found.units),
                )
        return list(best.values())


def machine_cents_per_piece(station: Station) -> float:
    """Machine time of one good piece at 100 % and full batches, without set-up."""
    mode = station.mode
    minutes = mode.run_min / mode.run_units * 100 / station.machine.speed_pct * 1000 / mode.good_per_1000
    return minutes * mode.cents_per_h / 60


def _items_needed(station: Station) -> list[ItemId]:
    return [need.item for need in station.operation.needs if need.item is not None]
