"""Choosing machines for missing pieces: few new runs, at few factories, in time.

Greedy set cover: the machine that makes most of what is missing in time is taken, until nothing is. Where that took
several machines, smaller sets are tried one after the other as far as `MOST_TRIES` goes, so that small cases are
exact. Pieces that cannot be in time are made for the earliest minute at which all of them can be, by bisection.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from matching.problem import EnterpriseId, ItemId, LotId, MachineId, Order
from scheduling.dispatch.shop import Shop, Station
from scheduling.dispatch.timeline import Timeline
from scheduling.replan.filling import Filling, fill
from scheduling.replan.goods import Source, Want

MOST_TRIES = 150  # sets of machines looked at after the greedy one
MOST_MACHINES = 60  # of one item that are looked at; the quickest
STEP_MIN = 30  # how exact the earliest minute is found


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Fillings in the order they were made; `left` is what no machine makes in time."""

    fillings: tuple[Filling, ...]
    left: tuple[Want, ...]

    @property
    def num_left(self) -> int:
        return sum(want.quantity for want in self.left)


class Chooser:
    """Choosing for one item of one order; `sources` are what its needs can be taken from."""

    def __init__(
        self,
        shop: Shop,
        *,
        order: Order,
        item: ItemId,
        timelines: dict[MachineId, Timeline],
        sources: dict[ItemId, list[Source]],
        workers: frozenset[EnterpriseId],
        names: Iterator[LotId],
        not_before: int,
        is_over: Callable[[], bool],
    ) -> None:
        self._not_before = not_before
        self._shop, self._order, self._timelines = shop, order, timelines
        self.sources, self._workers, self._names, self._is_over = sources, workers, names, is_over
        stations = [
            station
            for station in shop.stations[order.id, item]
            if station.machine.windows and not station.mode.uses and _takes_items_only(station)
        ]
        stations.sort(
            key=lambda station: (station.enterprise not in workers, -_speed(station), station.machine.id)
        )
        self._stations = stations[:MOST_MACHINES]

    def in_time(self, wants: Sequence[Want]) -> Cover:
        """Meet wants by their minutes, as far as that goes."""
        greedy = self._greedy(wants, self._stations)
        size = len(greedy.fillings)
        if size < 2:
            return greedy
        tries = 0
        for smaller in range(1, size):
            for chosen in combinations(self._stations, smaller):
                tries += 1
                if tries > MOST_TRIES or self._is_over():
                    return greedy
                cover = self._greedy(wants, chosen)
                if cover.num_left <= greedy.num_left:
                    return cover
        return greedy

    def soon(self, wants: Sequence[Want]) -> Cover:
        """Meet wants, whatever their minutes, by the earliest minute at which all can be."""
        last = self._shop.last_minute(self._order)
        best = self._greedy(_by(wants, last), self._stations)
        if best.num_left:
            return best
        low, high = self._shop.first_minute(self._order), last
        while high - low > STEP_MIN and not self._is_over():
            middle = (low + high) // 2
            cover = self._greedy(_by(wants, middle), self._stations)
            if cover.num_left:
                low = middle
            else:
                best, high = cover, middle
        return best

    def _greedy(self, wants: Sequence[Want], stations: Sequence[Station]) -> Cover:
        left, fillings, open_stations = tuple(wants), list[Filling](), list(stations)
        sources = {item: [replace(each) for each in found] for item, found in self.sources.items()}
        workers = set(self._workers)
        while left and open_stations:
            tried = [
                (station, filling)
                for station in open_stations
                if self._may_join(station, workers) and (filling := self._fill(station, left, sources)).pieces
            ]
            if not tried:
                break
            station, best = min(tried, key=lambda pair: self._rank(*pair, workers=workers))
            for draw in best.drawn:
                sources[draw.item][draw.source].quantity -= draw.units
            fillings.append(best)
            workers.add(station.enterprise)
            left = best.left
            open_stations.remove(station)
        return Cover(fillings=tuple(fillings), left=left)

    def _fill(self, station: Station, wants: Sequence[Want], sources: dict[ItemId, list[Source]]) -> Filling:
        return fill(
            self._shop,
            order=self._order,
            station=station,
            timeline=self._timelines[station.machine.id],
            wants=wants,
            sources=sources,
            names=self._names,
            not_before=self._not_before,
        )

    def _may_join(self, station: Station, workers: set[EnterpriseId]) -> bool:
        most = self._order.max_enterprises
        return station.enterprise in workers or most is None or len(workers) < most

    @staticmethod
    def _rank(station: Station, filling: Filling, *, workers: set[EnterpriseId]) -> tuple[object, ...]:
        """Most pieces first, then fewer runs, a factory that works on the order already, the lower price."""
        num_runs = sum(lot.setup_min > 0 for lot in filling.lots) or 1
        return (
            -filling.pieces,
            num_runs,
            station.enterprise not in workers,
            station.mode.cents_per_h,
            station.machine.id,
        )


def _by(wants: Sequence[Want], minute: int) -> list[Want]:
    return [replace(want, by_min=minute) for want in wants]


def _speed(station: Station) -> float:
    mode = station.mode
    return mode.run_units * station.machine.speed_pct / max(1, mode.run_min)


def _takes_items_only(station: Station) -> bool:
    """No material of which there is a limited supply."""
    return all(good[0] is not None for good, _need in station.needs)
