"""What limited materials cost: every withdrawal takes the cheapest units at its site at that minute."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heappop, heappush

from matching.problem import Lot, MaterialId, Problem, SiteId
from matching.rules import consumed, started_pieces
from scheduling.plan import Transfer

Place = tuple[MaterialId, SiteId]
_FREE = 0  # cents: stock, and what came by transfer


@dataclass(slots=True)
class _Shelf:
    """Units at one place by minute: what comes, as (cents per 1000, units), and how many are taken."""

    coming: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def cents(self) -> Fraction:
        """What all withdrawals cost together; units that are not there cost nothing (the checker refuses)."""
        heap: list[tuple[int, int]] = []
        total = 0
        for moment in sorted(self.coming.keys() | self.taken.keys()):
            for lot in self.coming.get(moment, ()):
                heappush(heap, lot)
            total += _take(heap, units=self.taken.get(moment, 0))
        return Fraction(total, 1000)


def material_cents(problem: Problem, *, lots: Iterable[Lot], transfers: Iterable[Transfer]) -> Fraction:
    """Cost of all materials taken by lots and by transfers that leave a supplied site."""
    limited = {material.id for material in problem.materials if material.supplies is not None}
    shelves: dict[Place, _Shelf] = defaultdict(_Shelf)
    _fill(shelves, problem=problem)
    for transfer in transfers:
        if transfer.material in limited:
            assert transfer.material is not None
            shelves[transfer.material, transfer.from_site].taken[transfer.depart_min] += transfer.quantity
            arriving = shelves[transfer.material, transfer.to_site].coming[transfer.arrive_min]
            arriving.append((_FREE, transfer.quantity))
    fixed = set(problem.fixed_lots)
    for lot in lots:
        if lot.start_min < 0 and lot in fixed:
            continue  # it took what it needs before this plan
        for material, units in _materials_of(lot, problem=problem):
            if material in limited:
                shelf = shelves[material, problem.machine_by_id[lot.machine].site]
                shelf.taken[lot.start_min + lot.setup_min] += units
    return sum((shelf.cents() for shelf in shelves.values()), Fraction(0))


def _fill(shelves: dict[Place, _Shelf], *, problem: Problem) -> None:
    for material in problem.materials:
        for supply in material.supplies or ():
            units = (supply.cents_per_1000_units, supply.quantity)
            shelves[material.id, supply.site].coming[supply.from_min].append(units)
    for stock in problem.stock:
        if stock.material is not None:
            shelves[stock.material, stock.site].coming[stock.from_min].append((_FREE, stock.quantity))


def _materials_of(lot: Lot, *, problem: Problem) -> Iterable[tuple[MaterialId, int]]:
    """(material, units) that a lot takes."""
    order = problem.order_by_id[lot.order]
    operation = problem.product_by_id[order.product].operation_by_id[lot.operation]
    mode = problem.machine_by_id[lot.machine].mode_by_operation.get((order.product, lot.operation))
    started = lot.quantity if mode is None else started_pieces(mode, good=lot.quantity)
    for need in operation.needs:
        if need.material is not None:
            yield need.material, consumed(need, started=started)


def _take(heap: list[tuple[int, int]], *, units: int) -> int:
    """Remove `units` of the cheapest; what they cost, in thousandths of a cent."""
    cost = 0
    while units > 0 and heap:
        cents, there = heappop(heap)
        taken = min(there, units)
        cost += cents * taken
        units -= taken
        if there > taken:
            heappush(heap, (cents, there - taken))
    return cost
