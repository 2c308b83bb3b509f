"""Joining lots that follow one another in a run, where nobody needs the pieces of the first before the rest.

Small lots let later operations begin early; where that helped nobody, one large lot is simpler, and often a
minute shorter.
"""

from collections import defaultdict
from collections.abc import Iterable

from matching.problem import LotId, MachineId, Order, OrderId
from scheduling.dispatch.drops import Parcel
from scheduling.dispatch.floor import Floor, Placed
from scheduling.dispatch.pool import Claim, Supply
from scheduling.dispatch.shop import Good


class Joiner:
    """Joins lots of a finished floor; `apart` are ids of lots that must stay as they are."""

    def __init__(
        self, floor: Floor, *, parcels: dict[OrderId, list[Parcel]], apart: frozenset[LotId]
    ) -> None:
        self._floor = floor
        self._apart = apart
        self._claims: dict[Supply, list[tuple[Good, Claim]]] = defaultdict(list)
        self._parcels: dict[Supply, list[Parcel]] = defaultdict(list)
        for good, claim in _all_claims(floor):
            self._claims[claim.supply].append((good, claim))
        now = floor.shop.problem.now_min
        self._last_arrival: dict[OrderId, int] = {}
        for order, dealt in parcels.items():
            for parcel in dealt:
                self._parcels[parcel.supply].append(parcel)
            self._last_arrival[order] = max((each.arrives(now_min=now) for each in dealt), default=0)

    def join_all(self) -> None:
        by_window: dict[tuple[MachineId, int], list[Placed]] = defaultdict(list)
        for placed in self._floor.placed:
            by_window[placed.station.machine.id, placed.window].append(placed)
        gone: set[LotId] = set()
        for lots in by_window.values():
            lots.sort(key=lambda each: each.start)
            first, held_until = lots[0], lots[0].end
            for second in lots[1:]:
                if self._may_join(first, second, held_until=held_until):
                    held_until = second.end
                    self._join(first, second)
                    gone.add(second.id)
                else:
                    first, held_until = second, second.end
        self._floor.placed = [placed for placed in self._floor.placed if placed.id not in gone]

    def _may_join(self, first: Placed, second: Placed, *, held_until: int) -> bool:
        """`held_until`: the end of what the first is joined from; resources are free up to there."""
        if first.id in self._apart or second.id in self._apart or first.order != second.order:
            return False
        timeline = self._floor.timelines[first.station.machine.id]
        if first.station is not second.station or not timeline.is_next(
            first.id, second.id, window=first.window
        ):
            return False
        if second.setup or (first.station.mode.uses and second.start != held_until):
            return False
        order = self._floor.shop.problem.order_by_id[first.order]
        ready = self._joined_end(first, second) + first.station.mode.hold_min
        return self._can_start_together(first, second) and self._can_wait(
            first.output, order=order, ready=ready
        )

    def _joined_end(self, first: Placed, second: Placed) -> int:
        clock = self._floor.shop.clock_of[first.station.machine.id]
        run = first.station.run_minutes(good=first.quantity + second.quantity)
        return clock.earliest_end(first.start, first.setup + run)

    def _can_start_together(self, first: Placed, second: Placed) -> bool:
        """Whether what the second consumes is there when the first begins."""
        by = first.start + first.setup
        return all(
            self._floor.pools[good].arrival_min(claim.supply, site=claim.site) <= by
            for good, claims in second.claims.items()
            for claim in claims
            if claim.units
        )

    def _can_wait(self, supply: Supply, *, order: Order, ready: int) -> bool:
        """Whether all that is made of the first comes in time even if it is ready only then."""
        shop = self._floor.shop
        later = Supply(supply.site, ready, 0)
        for good, claim in self._claims[supply]:
            if claim.units and self._floor.pools[good].arrival_min(later, site=claim.site) > claim.by:
                return False
        for parcel in self._parcels[supply]:
            moved = Parcel(later, parcel.drop, parcel.way, parcel.units)
            arrives = moved.arrives(now_min=shop.problem.now_min)
            in_time = self._last_arrival[order.id] if shop.by_finish else parcel.drop.due_min
            latest = max(in_time, parcel.arrives(now_min=shop.problem.now_min))
            if arrives > min(latest, shop.last_minute(order)):
                return False
        return True

    def _join(self, first: Placed, second: Placed) -> None:
        """The second becomes part of the first."""
        end = self._joined_end(first, second)
        self._floor.timelines[first.station.machine.id].drop(second.id, window=second.window)
        first.quantity += second.quantity
        first.end = end
        first.taken.end = end
        first.taken.quantity = first.quantity
        for placed in (first, second):
            self._floor.release_resources(placed)
        self._floor.hold_resources(first)
        first.output.ready = end + first.station.mode.hold_min
        first.output.left += second.output.left
        for good, claims in second.claims.items():
            for claim in claims:
                claim.by = first.start + first.setup
            first.claims.setdefault(good, []).extend(claims)
        for good, claim in self._claims.pop(second.output, []):
            claim.supply = first.output
            self._claims[first.output].append((good, claim))
        for parcel in self._parcels.pop(second.output, []):
            parcel.supply = first.output
            self._parcels[first.output].append(parcel)


def _all_claims(floor: Floor) -> Iterable[tuple[Good, Claim]]:
    for placed in floor.placed:
        for good, claims in placed.claims.items():
            for claim in claims:
                yield good, claim
    for good, demands in floor.demands.items():
        for demand in demands:
            for claim in demand.claims or ():
                yield good, claim
