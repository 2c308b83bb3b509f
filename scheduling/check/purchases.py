"""Money for materials: a withdrawal takes the cheapest units there at that minute."""

from collections import Counter, defaultdict, deque
from fractions import Fraction

from scheduling.check.case import Case
from scheduling.check.needs import units_needed

_Place = tuple[str, str]  # material, site


def purchase_cents(case: Case) -> Fraction:
    """Supplies are paid when taken; stock and what came by transfer are free; unlimited materials too."""
    limited = {material.id for material in case.problem.materials if material.supplies is not None}
    arrivals = _arrivals(case)
    total = 0
    for (material, site), withdrawals in _withdrawals(case).items():
        if material in limited:
            total += _paid(sorted(arrivals[material, site]), sorted(withdrawals.items()))
    return Fraction(total, 1000)


def _paid(arrivals: list[tuple[int, int, int]], withdrawals: list[tuple[int, int]]) -> int:
    """Thousandths of cents for withdrawals (minute, units) out of arrivals (minute, price, units)."""
    shelf: Counter[int] = Counter()  # units by price
    paid = 0
    coming = deque(arrivals)
    for moment, units in withdrawals:
        while coming and coming[0][0] <= moment:
            _, price, arrived = coming.popleft()
            shelf[price] += arrived
        for price in sorted(shelf):
            taken = min(units, shelf[price])
            shelf[price] -= taken
            units -= taken
            paid += taken * price
    return paid


def _arrivals(case: Case) -> dict[_Place, list[tuple[int, int, int]]]:
    arrivals: dict[_Place, list[tuple[int, int, int]]] = defaultdict(list)
    for material in case.problem.materials:
        for supply in material.supplies or ():
            unit = (supply.from_min, supply.cents_per_1000_units, supply.quantity)
            arrivals[material.id, supply.site].append(unit)
    for stock in case.problem.stock:
        if stock.material is not None:
            arrivals[stock.material, stock.site].append((stock.from_min, 0, stock.quantity))
    for load in case.transfers:
        goods = load.transfer
        if goods.material is not None:
            arrivals[goods.material, goods.to_site].append((goods.arrive_min, 0, goods.quantity))
    return arrivals


def _withdrawals(case: Case) -> dict[_Place, Counter[int]]:
    """Units by minute: what lots consume, and what transfers take away."""
    withdrawals: dict[_Place, Counter[int]] = defaultdict(Counter)
    for each in case.lots:
        for need, units in units_needed(each):
            if need.material is not None:
                moment = each.lot.start_min + each.lot.setup_min
                withdrawals[need.material, each.site.id][moment] += units
    for load in case.transfers:
        goods = load.transfer
        if goods.material is not None:
            withdrawals[goods.material, goods.from_site][goods.depart_min] += goods.quantity
    return withdrawals
