"""What a station can do in a part of a window, as the relaxation sees it: every number in the plan's favour."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from matching.problem import ItemId, Machine, Mode, Order, OrderId, SiteId, Window
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.shop import Good, Shop, Station
from scheduling.relaxation.shortest import ShortestWays

_DAY = 1440
_FEW_ORDERS = 8  # with more, windows are not cut where one of them may begin or end
_NEVER = 2**60


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Good pieces of an order, made by one station in [start, end), a part of window number `at`.

    `minutes` and `setup` are of one piece: its run time, and its share of the set-up of a window in which
    nothing else runs. `late`: it arrives at least so many minutes after the order's last due date.
    """

    order: Order
    station: Station
    at: int
    window: Window
    start: int
    end: int
    minutes: float
    setup: float
    late: int

    @property
    def good(self) -> Good:
        return (self.order.id, self.station.operation.makes)


class Workload:
    """All work that the machines could do for some orders."""

    def __init__(
        self,
        shop: Shop,
        estimates: Estimates,
        ways: ShortestWays,
        *,
        orders: list[Order],
        until: int | None = None,
    ) -> None:
        """`until`: only work that can still arrive by then."""
        self._shop = shop
        self._until = until
        self._estimates = estimates
        self._orders = orders
        self._ways = ways
        self._earliest: dict[tuple[OrderId, ItemId, SiteId], int] = {}
        self._first_pieces: dict[Good, list[tuple[SiteId, int]]] = {}
        self.works = [
            work
            for order in orders
            for item in shop.items_of[order.id]
            for station in shop.stations[order.id, item]
            for work in self._works(order, station)
        ]

    def free_minutes(self, machine: Machine, start: int, end: int) -> int:
        """Working minutes in [start, end) that fixed lots leave."""
        clock = self._shop.clock_of[machine.id]
        taken = sum(
            clock.minutes_between(max(start, lot.start_min), min(end, lot.end_min))
            for lot in self._shop.problem.fixed_lots
            if lot.machine == machine.id and max(start, lot.start_min) < min(end, lot.end_min)
        )
        return clock.minutes_between(start, end) - taken

    def earliest_there(self, order: Order, item: ItemId, *, site: SiteId) -> int:
        """No piece of an item is at `site` earlier."""
        key = (order.id, item, site)
        if key not in self._earliest:
            self._earliest[key] = min(
                (
                    ready + lead
                    for place, ready in self._firsts(order, item)
                    if (lead := self._lead(place, site)) is not None
                ),
                default=_NEVER,
            )
        return self._earliest[key]

    def _firsts(self, order: Order, item: ItemId) -> list[tuple[SiteId, int]]:
        """(site, minute) of the first pieces of an item, by site."""
        good = (order.id, item)
        if good not in self._first_pieces:
            best: dict[SiteId, int] = {}
            made = [(each.site, self._first_end(order, each)) for each in self._shop.stations[good]]
            for site, ready in (*self._already_there(good), *made):
                best[site] = min(ready, best.get(site, _NEVER))
            self._first_pieces[good] = list(best.items())
        return self._first_pieces[good]

    def _lead(self, start: SiteId, end: SiteId) -> int | None:
        return 0 if start == end else self._ways.between(start, end)

    def _already_there(self, good: Good) -> Iterator[tuple[SiteId, int]]:
        problem = self._shop.problem
        for stock in problem.stock:
            if (stock.order, stock.item) == good:
                yield stock.site, stock.from_min
        for lot in problem.fixed_lots:
            product = problem.product_by_id[problem.order_by_id[lot.order].product]
            if (lot.order, product.operation_by_id[lot.operation].makes) == good:
                yield problem.machine_by_id[lot.machine].site, lot.end_min

    def _first_end(self, order: Order, station: Station) -> int:
        start = self._first_start(order, station)
        opens = next((max(start, each.start) for each in station.machine.windows if each.end > start), _NEVER)
        return opens + station.run_minutes(good=1) + station.mode.hold_min

    def _first_start(self, order: Order, station: Station) -> int:
        """Release, and what goes into the first piece."""
        needs = [ItemId(good[1]) for good, _ in station.needs if good[0] is not None]
        ready = [self.earliest_there(order, item, site=station.site) for item in needs]
        return max(self._shop.first_minute(order), *ready, 0)

    def _works(self, order: Order, station: Station) -> Iterator[Work]:
        latest = self._latest_end(order, station)
        if latest is None:
            return
        first = self._first_start(order, station)
        mode = station.mode
        minutes = _minutes_a_piece(station)
        for at, window in enumerate(station.machine.windows):
            whole = self._shop.clock_of[station.machine.id].minutes_between(window.start, window.end)
            setup = self._least_setup(station.machine, mode=mode, window=window)
            if setup > whole or (minutes and setup == whole):
                continue
            share = minutes * setup / (whole - setup) if minutes else 0.0
            for start, end in pairwise(self._cuts(station.machine, window)):
                if _is_between(start, end, first=first, latest=latest, takes_time=minutes > 0):
                    late = self._least_lateness(order, station, start=max(start, first))
                    yield Work(order, station, at, window, start, end, minutes, share, late)

    def _latest_end(self, order: Order, station: Station) -> int | None:
        latest = self._estimates.latest_end(order, station)
        if latest is None or self._until is None:
            return latest
        if any(good[0] == order.id for good in self._shop.fixed_wants):
            return min(latest, self._until)
        return min(latest, self._until - self._way_on(order, station))

    def least_setup(self, work: Work) -> int:
        """Minutes of the first set-up in the window of some work."""
        return self._least_setup(work.station.machine, mode=work.station.mode, window=work.window)

    def _least_setup(self, machine: Machine, *, mode: Mode, window: Window) -> int:
        """What the first lot of a family in a window takes at least; 0 where a fixed lot may be before it."""
        for lot in self._shop.problem.fixed_lots:
            if lot.machine == machine.id and lot.start_min < window.end and window.start < lot.end_min:
                return 0
        setups = [other.setup_min for other in machine.modes if other.family == mode.family]
        changes = [each.min for each in machine.changeovers if each.to_family == mode.family]
        return min([*setups, *changes])

    def _cuts(self, machine: Machine, window: Window) -> list[int]:
        """Where a window is cut, both ends included: at midnights where lateness costs, where orders begin or end."""
        cuts = {window.start, window.end}
        if any(order.tardiness_cents_per_1000_unit_day for order in self._orders):
            cuts |= set(range(-(-window.start // _DAY) * _DAY, window.end, _DAY))
        if len(self._orders) <= _FEW_ORDERS:
            cuts |= self._turning_points(machine)
        return sorted(cut for cut in cuts if window.start <= cut <= window.end)

    def _turning_points(self, machine: Machine) -> set[int]:
        """When a machine may begin with something, must have ended it, or makes it late."""
        points = set()
        for order in self._orders:
            for item in self._shop.items_of[order.id]:
                for station in self._shop.stations[order.id, item]:
                    if station.machine is machine:
                        points.add(self._first_start(order, station))
                        points.add(self._latest_end(order, station) or 0)
                        points.add(_last_due(order) - self._way_on(order, station))
        return points

    def _least_lateness(self, order: Order, station: Station, *, start: int) -> int:
        """Pieces of a lot that still runs at `start` arrive no earlier than by the shortest way from then."""
        if any(good[0] == order.id for good in self._shop.fixed_wants):
            return 0
        return max(0, start + self._way_on(order, station) - _last_due(order))

    def _way_on(self, order: Order, station: Station) -> int:
        tail = self._estimates.tail(order, station.operation.makes, site=station.site)
        return station.mode.hold_min + (tail or 0)


def _is_between(start: int, end: int, *, first: int, latest: int, takes_time: bool) -> bool:
    """Whether [start, end) and [first, latest) have minutes in common; for what takes no time, a moment."""
    earliest, last = max(start, first), min(end, latest)
    return earliest < last if takes_time else earliest <= last


def _last_due(order: Order) -> int:
    return max(drop.due_min for drop in order.drops)


def _minutes_a_piece(station: Station) -> float:
    """Run time of one good piece, not rounded; of a full batch."""
    mode, speed = station.mode, station.machine.speed_pct
    of_batch = -(-mode.run_min * 100 // speed) if mode.batch else mode.run_min * 100 / speed
    return of_batch / mode.run_units * 1000 / mode.good_per_1000
