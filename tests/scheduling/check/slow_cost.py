"""The cost of a plan, by minute and by unit."""

from collections import defaultdict
from fractions import Fraction
from math import ceil


def cost_of(facts):
    return lots_cost(facts) + goods_cost(facts) + materials_cost(facts) + other_cost(facts)


def lots_cost(facts):
    total = Fraction(0)
    for lot in facts.plan.lots:
        price = 100 if facts.window(lot) is None else facts.window(lot).price_pct
        total += Fraction(facts.working_minutes(lot) * facts.mode(lot).cents_per_h * price, 6000)
    return total


def goods_cost(facts):
    loads = defaultdict(lambda: [None, 0])
    total = Fraction(0)
    for goods in facts.plan.transfers:
        way = facts.way(goods.from_site, goods.to_site)
        weight = weight_of(facts, goods)
        if way is not None:
            total += goods.quantity * way["unit"] + goods.quantity * weight * way["gram"]
            load = loads["transfer", goods.from_site, goods.to_site, goods.depart_min]
            load[0], load[1] = way, load[1] + goods.quantity
    for sent in facts.plan.deliveries:
        way = facts.way_to(sent)
        product = facts.product(facts.problem.order_by_id[sent.order])
        weight = next(op.weight_g for op in product.operations if op.makes == product.final_item)
        if way is not None:
            total += sent.quantity * way["unit"] + sent.quantity * weight * way["gram"]
            load = loads["delivery", sent.from_site, sent.order, facts.drop(sent).id, sent.depart_min]
            load[0], load[1] = way, load[1] + sent.quantity
    for way, units in loads.values():
        if not way["still"]:
            total += way["trip"] * (1 if way["room"] is None else ceil(Fraction(units, way["room"])))
    return total


def weight_of(facts, goods):
    if goods.order is None:
        return facts.problem.material_by_id[goods.material].weight_g
    operations = facts.product(facts.problem.order_by_id[goods.order]).operations
    return next(operation.weight_g for operation in operations if operation.makes == goods.item)


def materials_cost(facts):
    """Unit by unit: each has its price on the shelf, 0 for stock and what came by transfer."""
    limited = {material.id for material in facts.problem.materials if material.supplies is not None}
    prices = defaultdict(list)
    for material in facts.problem.materials:
        for s in material.supplies or ():
            prices[material.id, s.site, s.from_min] += [s.cents_per_1000_units] * s.quantity
    total = 0
    for (what, site), by_minute in facts.moves().items():
        if what not in limited:
            continue
        shelf = []
        for minute in facts.moments:
            come, go = by_minute[minute]
            paid = prices[what, site, minute]
            shelf = sorted([*shelf, *paid, *([0] * (come - len(paid)))])
            total += sum(shelf[:go])
            shelf = shelf[go:]
    return Fraction(total, 1000)


def other_cost(facts):
    problem, plan = facts.problem, facts.plan
    working = {(facts.enterprise(lot), lot.order) for lot in plan.lots}
    total = Fraction(sum(problem.enterprise_by_id[e].fixed_cents for e in {e for e, _ in working}))
    total += sum(problem.enterprise_by_id[e].fixed_cents_per_order for e, _ in working)
    for sent in plan.deliveries:
        order = problem.order_by_id[sent.order]
        late = max(0, sent.arrive_min - facts.drop(sent).due_min)
        total += Fraction(sent.quantity * late * order.tardiness_cents_per_1000_unit_day, 1_440_000)
    for order in problem.orders:
        unmet = order.quantity - facts.delivered(order)
        total += Fraction(unmet * (order.unmet_cents_per_1000_units or 0), 1000)
    for old in problem.previous or ():
        new = next((lot for lot in plan.lots if lot.id == old.id), None)
        facts = [
            None if lot is None else (lot.machine, lot.start_min, lot.end_min, lot.quantity)
            for lot in (old, new)
        ]
        if old.order in problem.order_by_id and facts[0] != facts[1]:
            total += problem.disruption_cents_per_lot
    return total
