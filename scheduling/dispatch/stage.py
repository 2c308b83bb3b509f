"""Making one item of one order: lots are placed where they bid best until enough is made.

The heap holds a bid for each machine and window that may be too good by now: placing lots only makes things
worse for the others, so what is popped is bid anew and placed if it is still the best (lazy greedy).
"""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, heapreplace
from math import inf
from random import Random

from matching.problem import EnterpriseId, ItemId, Order
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.floor import Bid, Floor
from scheduling.dispatch.guide import Guide
from scheduling.dispatch.scores import Score, Trial
from scheduling.dispatch.shop import Station
from scheduling.dispatch.timeline import Gap

_MANY = 2**40
_SMALL_PART = 5  # a lot is not cut below this part of its wished size where more is still to be made

Bidder = tuple[float, int, int]  # score, number of the station, window


@dataclass(slots=True, eq=False)
class Stage:
    """`needed` good pieces of `item` are to be made.

    `whole_need` is what rule 4 calls all that is needed; no lot is placed whose score is above `worth`.
    `reserve_min`: minutes to leave for later work, where that is possible. `later_makers`: for each item
    that is still to be made after this one, the enterprises that can.
    """

    floor: Floor
    estimates: Estimates
    guide: Guide
    score: Score
    order: Order
    item: ItemId
    needed: int
    whole_need: int
    later_makers: list[frozenset[EnterpriseId]]
    reserve_min: int = 0
    worth: float = inf
    stations: list[Station] = field(default_factory=list)
    _smallest_run: int = 1
    _spread: dict[Station, float] = field(default_factory=dict)
    _wishes: dict[Station, int] = field(default_factory=dict)
    _longest: dict[Station, int] = field(default_factory=dict)
    _last_end: dict[Station, int] = field(default_factory=dict)

    def run(self) -> int:
        """Place lots; returns the pieces still missing (0 or less: enough is made)."""
        self._admit_stations()
        self._place_lots()
        if self.needed > 0 and self.reserve_min:
            self._last_end = {each: end + self.reserve_min for each, end in self._last_end.items()}
            self._place_lots()
        if self.needed > 0 and self._smallest_run > 1:
            self._smallest_run = 1  # the rest may have to be made with surplus
            self._place_lots()
        return self.needed

    def _place_lots(self) -> None:
        heap = self._bidders()
        while self.needed > 0 and heap:
            known, at, window = heap[0]
            bid = self._bid(self.stations[at], window=window)
            if bid is None:
                heappop(heap)
            elif bid.score > known and len(heap) > 1 and bid.score > min(heap[1:3])[0]:
                heapreplace(heap, (bid.score, at, window))
            elif bid.score > self.worth:
                break
            else:
                is_new = bid.station.enterprise not in self.floor.workers[self.order.id]
                self.floor.place(bid, order=self.order)
                self.needed -= bid.quantity
                heapreplace(heap, (bid.score, at, window))
                if is_new:
                    self._bid_again(heap, enterprise=bid.station.enterprise)

    def _admit_stations(self) -> None:
        allowed = self.guide.enterprises.get(self.order.id)
        rng = Random(f"{self.guide.seed}/{self.order.id}/{self.item}")
        for station in self.floor.shop.stations[self.order.id, self.item]:
            spread = 1.0 + self.guide.noise * rng.random()
            if allowed is not None and station.enterprise not in allowed:
                continue
            if (self.order.id, station.machine.id) in self.guide.shunned:
                continue
            latest = self.estimates.latest_end(self.order, station)
            if latest is not None:
                self._spread[station] = spread
                self._last_end[station] = latest - self.reserve_min
                self.stations.append(station)
        self._smallest_run = min((each.mode.min_lot for each in self.stations), default=1)

    def _bidders(self) -> list[Bidder]:
        heap: list[Bidder] = []
        for at, station in enumerate(self.stations):
            heap.extend(self._windows_of(at, station))
        heapify(heap)
        return heap

    def _windows_of(self, at: int, station: Station) -> list[Bidder]:
        earliest = self.floor.shop.first_minute(self.order)
        timeline = self.floor.timelines[station.machine.id]
        found = []
        for window in range(timeline.first_window(earliest), len(station.machine.windows)):
            limits = station.machine.windows[window]
            if limits.start > self._last_end[station]:
                break
            start = max(limits.start, earliest)
            best = self.score.at_best(
                station,
                start=start,
                window=limits,
                remaining=max(1, min(self.needed, self._longest_run(station))),
                is_empty=not timeline.taken(window),
            )
            found.append((best * self._spread[station], at, window))
        return found

    def _bid_again(self, heap: list[Bidder], *, enterprise: EnterpriseId) -> None:
        """An enterprise that works on the order now costs less: all its machines may bid lower."""
        for at, station in enumerate(self.stations):
            if station.enterprise == enterprise:
                for bidder in self._windows_of(at, station):
                    heappush(heap, bidder)

    def _bid(self, station: Station, *, window: int) -> Bid | None:
        """The best lot of a station in a window, as things are."""
        if not self._may_work(station.enterprise):
            return None
        best: Bid | None = None
        timeline = self.floor.timelines[station.machine.id]
        first = self.floor.shop.first_minute(self.order)
        least = station.run_minutes(good=1)
        for gap in timeline.gaps(window=window, mode=station.mode, first=first, least_min=least):
            bid = self._bid_in_gap(station, gap)
            if bid is not None and (best is None or bid.score < best.score):
                best = bid
        return best

    def _may_work(self, enterprise: EnterpriseId) -> bool:
        """Rule 8, with a place kept for each later item that nobody at work could make."""
        at_work = self.floor.workers[self.order.id]
        if self.order.max_enterprises is None or enterprise in at_work:
            return True
        crew = {*at_work, enterprise}
        open_items = sum(not (makers & crew) for makers in self.later_makers)
        return len(crew) + open_items <= self.order.max_enterprises

    def _bid_in_gap(self, station: Station, gap: Gap) -> Bid | None:
        start = max(gap.start, self.floor.shop.first_minute(self.order))
        end = min(gap.end, self._last_end[station])
        if start > end:
            return None
        for free_from, free_to in self.floor.free(station.mode, site=station.site, start=start, end=end):
            trial = self._fit(station, gap, start=free_from, end=free_to)
            if trial is not None:
                score = self.score.of(trial, remaining=self.needed) * self._spread[station]
                return Bid(
                    station=station,
                    window=gap.window,
                    start=trial.start,
                    setup=trial.setup,
                    end=trial.end,
                    quantity=trial.quantity,
                    score=score,
                )
        return None

    def _fit(self, station: Station, gap: Gap, *, start: int, end: int) -> Trial | None:
        """A lot within [start, end): as large as wished, smaller where time or inputs give no more."""
        timeline = self.floor.timelines[station.machine.id]
        least = self._least(station, gap)
        start = timeline.awake(start)
        room = self._room(station, gap, start=start, end=end)
        quantity = self._leaving_enough(min(self._wished(station, least=least), room), least=least)
        while quantity >= least:
            ready = self.floor.inputs_ready(station.wants(good=quantity), site=station.site)
            begin = start if ready is None else timeline.awake(max(start, ready - gap.setup))
            fits = self._room(station, gap, start=begin, end=end)
            if ready is None:
                quantity = min(quantity - 1, self._supplied(station, by=end))
            elif fits < quantity:
                quantity = fits if fits >= least else quantity // 2
            else:
                minutes = gap.setup + station.run_minutes(good=quantity)
                return Trial(
                    station=station,
                    window=station.machine.windows[gap.window],
                    start=begin,
                    setup=gap.setup,
                    end=timeline.clock.earliest_end(begin, minutes),
                    quantity=quantity,
                    room=room,
                )
            quantity = self._leaving_enough(quantity, least=least)
        return None

    def _room(self, station: Station, gap: Gap, *, start: int, end: int) -> int:
        """Good pieces that fit into [start, end) after the set-up."""
        if start > end:
            return 0
        minutes = self.floor.timelines[station.machine.id].clock.minutes_between(start, end) - gap.setup
        return station.most_pieces(minutes=minutes, at_most=max(self.needed, station.mode.min_lot))

    def _least(self, station: Station, gap: Gap) -> int:
        """The least a lot may be: a run's smallest lot (rule 4), and no crumbs while more is needed."""
        crumb = max(1, min(self.needed, self._by_time(station) // _SMALL_PART))
        return max(crumb, min(station.mode.min_lot - (gap.run or 0), self.whole_need))

    def _wished(self, station: Station, *, least: int) -> int:
        """As many as run in the wished time; the rest too if it would be too little for a lot of its own."""
        wished = max(least, min(self.needed, self._by_time(station)))
        rest = self.needed - wished
        if 0 < rest < max(station.mode.min_lot, wished // _SMALL_PART):
            return self.needed
        return wished

    def _leaving_enough(self, quantity: int, *, least: int) -> int:
        """Less, or nothing (0), where the rest would be too little for a run of its own anywhere."""
        rest = self.needed - quantity
        if not 0 < rest < self._smallest_run:
            return quantity
        return self.needed - self._smallest_run if self.needed - self._smallest_run >= least else 0

    def _by_time(self, station: Station) -> int:
        """Good pieces of the wished working minutes or the longest window; a batch takes as long half full."""
        wished = self._wishes.get(station, 0)
        if not wished:
            minutes = min(self.guide.lot_min, self.floor.shop.longest_window_min(station.machine))
            wished = station.most_pieces(minutes=minutes, at_most=_MANY)
            if station.mode.batch:
                wished = max(wished, station.mode.run_units * station.mode.good_per_1000 // 1000)
            wished = self._wishes[station] = max(1, wished)
        return wished

    def _longest_run(self, station: Station) -> int:
        """Good pieces of the longest window of a station, without set-up."""
        known = self._longest.get(station, 0)
        if not known:
            minutes = self.floor.shop.longest_window_min(station.machine)
            known = self._longest[station] = max(1, station.most_pieces(minutes=minutes, at_most=_MANY))
        return known

    def _supplied(self, station: Station, *, by: int) -> int:
        """Good pieces for which the inputs can be at the station by minute `by`, at most."""
        pieces = 2**60
        for good, units in station.per_piece().items():
            there = self.floor.pools[good].available(site=station.site, by=by)
            pieces = min(pieces, int(there / units))
        return pieces
