"""The shop floor while a plan grows: what runs where, what exists where, who works for whom."""

from dataclasses import dataclass

from matching.problem import (
    EnterpriseId,
    Lot,
    LotId,
    Machine,
    Mode,
    Order,
    OrderId,
    ResourceId,
    SiteId,
)
from scheduling.dispatch.pool import Claim, Pool, Supply
from scheduling.dispatch.resources import Held, Period, ResourceTimeline, common
from scheduling.dispatch.shop import Good, Shop, Station
from scheduling.dispatch.timeline import Taken, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """A lot as it could be placed now. `score` is what it is chosen by: the less the better."""

    station: Station
    window: int
    start: int
    setup: int
    end: int
    quantity: int
    score: float


@dataclass(slots=True, eq=False)
class Placed:
    """A lot on the floor; trimming may still make it smaller."""

    id: LotId
    order: OrderId
    station: Station
    window: int
    start: int
    setup: int
    end: int
    quantity: int
    taken: Taken
    output: Supply
    claims: dict[Good, list[Claim]]
    holds: list[tuple[ResourceId, Held]]


@dataclass(slots=True, eq=False)
class Demand:
    """Units that a fixed lot consumes at `site` in minute `by`."""

    site: SiteId
    by: int
    units: int
    claims: list[Claim] | None = None


class Floor:
    """State of one dispatch; begins with the fixed lots and what is in stock."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        problem = shop.problem
        self.placed: list[Placed] = []
        self.workers: dict[OrderId, set[EnterpriseId]] = {order.id: set() for order in problem.orders}
        self.employed: set[EnterpriseId] = set()
        self.timelines = {
            machine.id: Timeline(machine, clock=shop.clock_of[machine.id]) for machine in problem.machines
        }
        self.resources = {
            resource.id: ResourceTimeline(resource, roads=shop.roads) for resource in problem.resources
        }
        self.pools: dict[Good, Pool] = {}
        self.demands: dict[Good, list[Demand]] = {}
        self._open_pools()
        for lot in problem.fixed_lots:
            self._add_fixed(lot)
        self._taken_ids = {lot.id for lot in (*problem.fixed_lots, *(problem.previous or ()))}
        self._next_id = 0

    def in_sequence(self) -> list[Placed]:
        """The placed lots machine by machine, in time; lots without length in the order their set-ups ask for."""
        ranks = {
            taken.lot: at
            for at, taken in enumerate(
                taken
                for timeline in self.timelines.values()
                for window in range(len(timeline.machine.windows))
                for taken in timeline.taken(window)
            )
        }
        return sorted(self.placed, key=lambda placed: ranks[placed.id])

    def free(self, mode: Mode, *, site: SiteId, start: int, end: int) -> list[Period]:
        """The parts of [start, end) in which all that the mode uses is there."""
        periods = [(start, end)]
        for use in mode.uses:
            resource = self.resources[use.resource]
            periods = common(periods, resource.free(start, end, units=use.quantity, site=site))
        return periods

    def inputs_ready(self, wants: dict[Good, int], *, site: SiteId) -> int | None:
        """The first minute at which all that is wanted can be at `site`; None if it cannot."""
        latest = -(2**60)
        for good, units in wants.items():
            ready = self.pools[good].earliest(site=site, units=units)
            if ready is None:
                return None
            latest = max(latest, ready)
        return latest

    def place(self, bid: Bid, *, order: Order, lot_id: LotId | None = None) -> Placed:
        """Put a lot on the floor as it was bid: claim its inputs, hold its resources, offer its pieces."""
        station = bid.station
        name = self._new_id() if lot_id is None else lot_id
        taken = Taken(bid.start, bid.end, name, station.mode, bid.setup, bid.quantity)
        self.timelines[station.machine.id].add(taken, window=bid.window)
        output = Supply(station.site, bid.end + station.mode.hold_min, bid.quantity, lot=name)
        placed = Placed(
            id=name,
            order=order.id,
            station=station,
            window=bid.window,
            start=bid.start,
            setup=bid.setup,
            end=bid.end,
            quantity=bid.quantity,
            taken=taken,
            output=output,
            claims=self._claim_inputs(bid),
            holds=[],
        )
        self.hold_resources(placed)
        self.pools[order.id, station.operation.makes].add(output)
        self._employ(station.enterprise, order=order.id)
        self.placed.append(placed)
        return placed

    def serve_demands(self, good: Good) -> bool:
        """Give fixed lots what they consume of `good`; whether all of them get it in time."""
        served = True
        for demand in self.demands.get(good, ()):
            if demand.claims is not None:
                continue
            pool = self.pools[good]
            if pool.available(site=demand.site, by=demand.by) < demand.units:
                served = False
                continue
            demand.claims = pool.claim(site=demand.site, units=demand.units, by=demand.by)
        return served

    def shrink(self, placed: Placed, *, by: int) -> None:
        """Make `by` unclaimed pieces fewer: the lot ends earlier and gives back what it does not consume."""
        station = placed.station
        placed.quantity -= by
        placed.output.left -= by
        minutes = placed.setup + station.run_minutes(good=placed.quantity)
        placed.end = self.shop.clock_of[station.machine.id].earliest_end(placed.start, minutes)
        placed.taken.end = placed.end
        placed.taken.quantity = placed.quantity
        placed.output.ready = placed.end + station.mode.hold_min
        wants = station.wants(good=placed.quantity)
        for good, claims in placed.claims.items():
            _give_back(claims, keep=wants.get(good, 0))
        self.release_resources(placed)
        self.hold_resources(placed)

    def remove(self, placed: Placed) -> None:
        """Take a lot whose pieces nobody claimed off the floor."""
        self.timelines[placed.station.machine.id].drop(placed.id, window=placed.window)
        for claims in placed.claims.values():
            for claim in claims:
                claim.supply.left += claim.units
        self.release_resources(placed)
        placed.output.left = 0
        self.placed.remove(placed)

    def _claim_inputs(self, bid: Bid) -> dict[Good, list[Claim]]:
        by = bid.start + bid.setup
        return {
            good: self.pools[good].claim(site=bid.station.site, units=units, by=by)
            for good, units in bid.station.wants(good=bid.quantity).items()
        }

    def release_resources(self, placed: Placed) -> None:
        for resource, held in placed.holds:
            self.resources[resource].release(held)
        placed.holds = []

    def hold_resources(self, placed: Placed) -> None:
        """Hold what the lot uses from its start to its end."""
        for use in placed.station.mode.uses:
            held = Held(placed.start, placed.end, use.quantity, placed.station.site)
            self.resources[use.resource].hold(held)
            placed.holds.append((use.resource, held))

    def _employ(self, enterprise: EnterpriseId, *, order: OrderId) -> None:
        self.workers[order].add(enterprise)
        self.employed.add(enterprise)

    def _new_id(self) -> LotId:
        while (name := LotId(f"L{self._next_id}")) in self._taken_ids:
            self._next_id += 1
        self._next_id += 1
        return name

    def _open_pools(self) -> None:
        shop = self.shop
        goods: list[Good] = list(shop.stations)
        goods += [(None, material.id) for material in shop.problem.materials if material.supplies is not None]
        for good in goods:
            weight = shop.weight_g(good)
            self.pools[good] = Pool(weight_g=weight, roads=shop.roads, now_min=shop.problem.now_min)
        for material in shop.problem.materials:
            for supply in material.supplies or ():
                price = supply.cents_per_1000_units / 1000
                offered = Supply(supply.site, supply.from_min, supply.quantity, price)
                self.pools[None, material.id].add(offered)
        for stock in shop.problem.stock:
            name = stock.item if stock.material is None else stock.material
            assert name is not None
            good = (stock.order, name)
            if good in self.pools:  # what is unlimited needs no stock
                self.pools[good].add(Supply(stock.site, stock.from_min, stock.quantity))

    def _add_fixed(self, lot: Lot) -> None:
        shop = self.shop
        machine = shop.problem.machine_by_id[lot.machine]
        order = shop.problem.order_by_id[lot.order]
        operation = shop.problem.product_by_id[order.product].operation_by_id[lot.operation]
        mode = machine.mode_by_operation.get((order.product, lot.operation))
        self.timelines[machine.id].add_fixed(lot, mode=mode)
        hold = 0 if mode is None else mode.hold_min
        offered = Supply(machine.site, lot.end_min + hold, lot.quantity, lot=lot.id)
        self.pools[order.id, operation.makes].add(offered)
        self._employ(shop.problem.site_by_id[machine.site].enterprise, order=order.id)
        self._hold_for_fixed(lot, machine=machine, mode=mode)
        for good, units in shop.wants_of_fixed(lot):
            demand = Demand(machine.site, lot.start_min + lot.setup_min, units)
            self.demands.setdefault(good, []).append(demand)

    def _hold_for_fixed(self, lot: Lot, *, machine: Machine, mode: Mode | None) -> None:
        for use in () if mode is None else mode.uses:
            held = Held(lot.start_min, lot.end_min, use.quantity, machine.site)
            self.resources[use.resource].hold(held)


def _give_back(claims: list[Claim], *, keep: int) -> None:
    """Return claimed units, the dearest first, until `keep` are left."""
    spare = sum(claim.units for claim in claims) - keep
    for claim in reversed(claims):
        back = min(claim.units, spare)
        claim.units -= back
        claim.supply.left += back
        spare -= back
