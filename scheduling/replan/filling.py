"""Fitting missing pieces into one machine's free time, with their ways there and on. Nothing is decided here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matching.problem import ItemId, Lot, LotId, Order, SiteId
from matching.ways import Way
from scheduling.dispatch.shop import Shop, Station
from scheduling.dispatch.timeline import Gap, Taken, Timeline
from scheduling.replan.goods import Carriage, Source, Want


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Units of a source (by its place among the item's) that are used here.

    `way` brings them, None where they lie here. `redirects`: they never get to where the source lies, because the
    carriage there takes them here instead, or leaves them here.
    """

    item: ItemId
    source: int
    units: int
    way: Carriage | None
    redirects: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """New lots on one machine, what they take from which source, what carries their pieces on.

    `left` are the wants they do not meet, whole or the rest of them.
    """

    station: Station
    timeline: Timeline
    lots: tuple[Lot, ...]
    carriages: tuple[Carriage, ...]
    drawn: tuple[Draw, ...]
    left: tuple[Want, ...]
    pieces: int


def fill(
    shop: Shop,
    *,
    order: Order,
    station: Station,
    timeline: Timeline,
    wants: Sequence[Want],
    sources: dict[ItemId, list[Source]],
    names: Iterator[LotId],
    not_before: int = 0,
) -> Filling:
    """As many of the wanted pieces as this machine makes in time, wants in their order, windows in time order."""
    work = _Work(
        shop,
        order=order,
        station=station,
        timeline=timeline.copy(),
        sources=sources,
        names=names,
        not_before=not_before,
    )
    left = [rest for want in wants if (rest := work.meet(want)) is not None]
    return Filling(
        station=station,
        timeline=work.timeline,
        lots=tuple(work.lots),
        carriages=tuple(work.carriages),
        drawn=tuple(work.drawn),
        left=tuple(left),
        pieces=sum(lot.quantity for lot in work.lots),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """Units of a source that can be here at a minute, and how."""

    at: int
    source: int
    units: int
    way: Carriage | None
    redirects: bool


class _Work:
    """One machine while it is being filled."""

    def __init__(
        self,
        shop: Shop,
        *,
        order: Order,
        station: Station,
        timeline: Timeline,
        sources: dict[ItemId, list[Source]],
        names: Iterator[LotId],
        not_before: int,
    ) -> None:
        self.not_before = max(not_before, shop.problem.now_min)
        self.shop = shop
        self.order = order
        self.station = station
        self.timeline = timeline
        self.names = names
        self.lots: list[Lot] = []
        self.carriages: list[Carriage] = []
        self.drawn: list[Draw] = []
        self._needs = {need.item: need for need in station.operation.needs if need.item is not None}
        self._arrivals = {item: self._arrivals_of(item, sources.get(item, [])) for item in self._needs}

    def meet(self, want: Want) -> Want | None:
        """What is left of the want."""
        way = self._way_to(want)
        latest = self.shop.last_minute(self.order) if want.by_min is None else want.by_min
        if way is None:
            return want
        latest_end = (
            latest if want.site is None and not want.is_for_drop else way.last_departure(latest)
        ) - (self.station.mode.hold_min)
        remaining = want.quantity
        windows = self.timeline.machine.windows
        for window in range(self.timeline.first_window(self.shop.first_minute(self.order)), len(windows)):
            if remaining == 0 or windows[window].start >= latest_end:
                break
            while remaining and (lot := self._place(window, latest_end=latest_end, at_most=remaining)):
                remaining -= lot.quantity
                self._carry_on(lot, want=want, way=way)
        return replace(want, quantity=remaining) if remaining else None

    def _place(self, window: int, *, latest_end: int, at_most: int) -> Lot | None:
        """The first lot that fits into the window."""
        mode, clock = self.station.mode, self.timeline.clock
        first = self.shop.first_minute(self.order)
        for gap in self.timeline.gaps(window=window, mode=mode, first=first, least_min=1):
            end = min(gap.end, latest_end)
            start = self.timeline.awake(max(gap.start, first))
            while start < end:
                minutes = clock.minutes_between(start, end) - gap.setup
                most = self.station.most_pieces(minutes=minutes, at_most=at_most)
                fed = self._most_fed(most, by=start + gap.setup)
                if fed and fed + (gap.run or 0) >= min(mode.min_lot, self.order.quantity):
                    return self._put(window, gap, start=start, quantity=fed)
                later = self._next_arrival(after=start + gap.setup)
                if most == 0 or later is None:
                    break
                start = self.timeline.awake(later - gap.setup)
        return None

    def _put(self, window: int, gap: Gap, *, start: int, quantity: int) -> Lot:
        station, mode = self.station, self.station.mode
        minutes = gap.setup + station.run_minutes(good=quantity)
        lot = Lot(
            id=next(self.names),
            order=self.order.id,
            operation=station.operation.id,
            machine=station.machine.id,
            start_min=start,
            setup_min=gap.setup,
            end_min=self.timeline.clock.earliest_end(start, minutes),
            quantity=quantity,
        )
        self._draw(lot)
        taken = Taken(lot.start_min, lot.end_min, lot.id, mode, lot.setup_min, lot.quantity)
        self.timeline.add(taken, window=window)
        self.lots.append(lot)
        return lot

    def _carry_on(self, lot: Lot, *, want: Want, way: Way) -> None:
        if want.site is None and not want.is_for_drop:
            return
        if want.site == self.station.site:
            return
        depart = way.next_departure(lot.end_min + self.station.mode.hold_min)
        self.carriages.append(
            Carriage(
                item=self.station.operation.makes,
                from_site=self.station.site,
                site=want.site,
                drop=want.drop,
                depart=depart,
                arrive=depart + way.lead_min,
                quantity=lot.quantity,
            )
        )

    def _way_to(self, want: Want) -> Way | None:
        if want.is_for_drop:
            drop = next(drop for drop in self.order.drops if drop.id == want.drop)
            return self.shop.roads.to_drop(self.station.site, order=self.order, drop=drop)
        return self.shop.roads.between(self.station.site, want.site or self.station.site)

    def _arrivals_of(self, item: ItemId, sources: list[Source]) -> list[_Arrival]:
        """How each source gets here soonest: from where it lies, or straight from where it would be sent there."""
        found = []
        for index, source in enumerate(sources):
            ways = [self._fetched(item, source), self._redirected(item, source)]
            known = [(at, way, redirects) for at, way, redirects in ways if at is not None]
            if source.quantity and known:
                at, way, redirects = min(known, key=lambda known_way: known_way[0])
                found.append(
                    _Arrival(at=at, source=index, units=source.quantity, way=way, redirects=redirects)
                )
        return sorted(found, key=lambda arrival: (arrival.at, arrival.source))

    def _fetched(self, item: ItemId, source: Source) -> tuple[int | None, Carriage | None, bool]:
        if source.site == self.station.site:
            return source.at, None, False
        way = self._way(item, source.site, ready=source.at)
        return (way.arrive if way else None), way, False

    def _redirected(self, item: ItemId, source: Source) -> tuple[int | None, Carriage | None, bool]:
        sent = source.carriage
        if sent is None or sent.depart < self.not_before:
            return None, None, True
        if sent.from_site == self.station.site:
            return sent.depart, None, True
        way = self._way(item, sent.from_site, ready=sent.depart)
        return (way.arrive if way else None), way, True

    def _way(self, item: ItemId, site: SiteId, *, ready: int) -> Carriage | None:
        road = self.shop.roads.between(site, self.station.site)
        if road is None:
            return None
        depart = road.next_departure(max(ready, self.not_before))
        return Carriage(
            item=item,
            from_site=site,
            site=self.station.site,
            drop=None,
            depart=depart,
            arrive=depart + road.lead_min,
            quantity=0,
        )

    def _most_fed(self, most: int, *, by: int) -> int:
        """The most good pieces, up to `most`, whose needs are here by a minute."""
        for item, need in self._needs.items():
            there = sum(arrival.units for arrival in self._arrivals[item] if arrival.at <= by)
            started = there * need.den // need.num
            most = min(most, started * self.station.mode.good_per_1000 // 1000)
        return most

    def _next_arrival(self, *, after: int) -> int | None:
        later = [arrival.at for found in self._arrivals.values() for arrival in found if arrival.at > after]
        return min(later, default=None)

    def _draw(self, lot: Lot) -> None:
        """Take the needs of a lot from what arrives first."""
        started = -(-lot.quantity * 1000 // self.station.mode.good_per_1000)
        for item, need in self._needs.items():
            owed = -(-started * need.num // need.den)
            rest = []
            for arrival in self._arrivals[item]:
                used = min(owed, arrival.units)
                owed -= used
                if used:
                    way = None if arrival.way is None else replace(arrival.way, quantity=used)
                    self.drawn.append(
                        Draw(
                            item=item, source=arrival.source, units=used, way=way, redirects=arrival.redirects
                        )
                    )
                if arrival.units > used:
                    rest.append(replace(arrival, units=arrival.units - used))
            self._arrivals[item] = rest
