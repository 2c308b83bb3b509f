"""By what a lot is chosen: its arrival (finish), or what a piece of it costs (cost). The less the better."""

from dataclasses import dataclass
from typing import Protocol

from matching.problem import ItemId, Order, SiteId, Window
from scheduling.dispatch.estimates import Estimates, machine_cents_per_piece
from scheduling.dispatch.floor import Floor
from scheduling.dispatch.shop import Station

_MINUTES_PER_CENT = 1e-4  # weight of a piece's cents beside minutes: decides between equal arrivals
_CENTS_PER_MINUTE = 1e-7  # weight of an early end beside cents: decides between equal costs
_RATED_FIRST = 1000.0  # what a rated order gets comes before what anything costs (rule 12)
_UNITS_AND_MINUTES = 1000 * 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A lot in a gap, not scored yet. `room` is the pieces the gap has room for, `quantity` included."""

    station: Station
    window: Window
    start: int
    setup: int
    end: int
    quantity: int
    room: int


class Score(Protocol):
    """A priority rule for the lots of one item of one order."""

    def of(self, trial: Trial, *, remaining: int) -> float: ...

    def at_best(
        self, station: Station, *, start: int, window: Window, remaining: int, is_empty: bool
    ) -> float:
        """No more than the score of any lot of the station that begins at `start` or later in the window.

        `is_empty`: nothing runs in the window, so that a lot begins with the mode's set-up.
        """
        ...


class ByArrival:
    """Earliest possible arrival at a drop; equal arrivals by cost."""

    def __init__(self, estimates: Estimates, *, order: Order, item: ItemId) -> None:
        self._estimates = estimates
        self._order = order
        self._item = item

    def of(self, trial: Trial, *, remaining: int) -> float:
        station = trial.station
        cents = _machine_cents(trial) / trial.quantity
        cents += self._estimates.onward_cents(self._order, self._item, site=station.site)
        return trial.end + station.mode.hold_min + self._tail(station) + _MINUTES_PER_CENT * cents

    def at_best(
        self, station: Station, *, start: int, window: Window, remaining: int, is_empty: bool
    ) -> float:
        return start + station.mode.hold_min + self._tail(station)

    def _tail(self, station: Station) -> int:
        return self._estimates.tail(self._order, self._item, site=station.site) or 0


class ByCost:
    """Cents of one piece: machine, inputs, the way on, firms to be opened, and being late."""

    def __init__(
        self, floor: Floor, estimates: Estimates, *, order: Order, item: ItemId, work_after_min: float
    ) -> None:
        self._floor = floor
        self._estimates = estimates
        self._order = order
        self._item = item
        self._work_after_min = work_after_min
        self._late_cents = _late_cents(order)
        self._first_due = min(drop.due_min for drop in order.drops)
        self._onward: dict[SiteId, float] = {}
        self._tails: dict[SiteId, int] = {}

    def of(self, trial: Trial, *, remaining: int) -> float:
        station = trial.station
        setup_share = trial.setup * _minute_cents(station, trial.window) / max(1, min(remaining, trial.room))
        run = trial.end - trial.start - trial.setup
        cents = setup_share + run * _minute_cents(station, trial.window) / trial.quantity
        cents += self._inputs_cents(trial) + self._opening_cents(station) / max(1, min(remaining, trial.room))
        cents += self._onward_cents(station)
        return cents + self._lateness_cents(station, end=trial.end) + _CENTS_PER_MINUTE * trial.end

    def at_best(
        self, station: Station, *, start: int, window: Window, remaining: int, is_empty: bool
    ) -> float:
        cents = machine_cents_per_piece(station) * window.price_pct / 100
        cents += self._onward_cents(station) + self._opening_cents(station) / max(1, remaining)
        if is_empty:
            cents += station.mode.setup_min * _minute_cents(station, window) / max(1, remaining)
        return cents + self._lateness_cents(station, end=start) + _CENTS_PER_MINUTE * start

    def _inputs_cents(self, trial: Trial) -> float:
        station = trial.station
        by = trial.start + trial.setup
        total = 0.0
        for good, units in station.per_piece().items():
            total += units * self._floor.pools[good].cents(site=station.site, by=by)
            if good[0] is not None:
                total += units * self._estimates.made_cents(self._order, ItemId(good[1]))
        return total

    def _opening_cents(self, station: Station) -> int:
        """Fixed cost of an enterprise that does not work on the order yet, or not at all."""
        if station.enterprise in self._floor.workers[self._order.id]:
            return 0
        enterprise = self._floor.shop.problem.enterprise_by_id[station.enterprise]
        is_new = station.enterprise not in self._floor.employed
        return enterprise.fixed_cents_per_order + (enterprise.fixed_cents if is_new else 0)

    def _onward_cents(self, station: Station) -> float:
        known = self._onward.get(station.site)
        if known is None:
            known = self._estimates.onward_cents(self._order, self._item, site=station.site)
            self._onward[station.site] = known
        return known

    def _lateness_cents(self, station: Station, *, end: int) -> float:
        """Tardiness of a piece that is ready at `end` and moves on at best, over the drops it may go to."""
        if not self._late_cents:
            return 0.0
        arrival = end + station.mode.hold_min + self._tail(station) + self._work_after_min
        if arrival <= self._first_due:
            return 0.0
        late = sum(max(0.0, arrival - drop.due_min) * drop.quantity for drop in self._order.drops)
        return self._late_cents * late / max(1, self._order.quantity)

    def _tail(self, station: Station) -> int:
        known = self._tails.get(station.site)
        if known is None:
            known = self._estimates.tail(self._order, self._item, site=station.site) or 0
            self._tails[station.site] = known
        return known


def _machine_cents(trial: Trial) -> float:
    return (trial.end - trial.start) * _minute_cents(trial.station, trial.window)


def _minute_cents(station: Station, window: Window) -> float:
    return station.mode.cents_per_h * window.price_pct / 6000


def _late_cents(order: Order) -> float:
    """Cents of one piece one minute late; what rated orders get weighs more than any cost."""
    cents = order.tardiness_cents_per_1000_unit_day / _UNITS_AND_MINUTES
    return cents * (1.0 if order.rating.rank == 2 else _RATED_FIRST)
