"""The rules once more, as slowly and plainly as possible: every minute, piece and unit is looked at by itself.

For small problems only. Says which rules a plan breaks, not where; ids must be known.
"""

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from scheduling.plan import Status
from tests.scheduling.check.slow_cost import cost_of
from tests.scheduling.check.slow_facts import SlowFacts


def broken_rules(problem, plan):
    slow = _Slow(problem, plan)
    rules = {
        1: slow.is_capable,
        2: lambda: slow.machines_are_free() and slow.resources_are_free(),
        3: slow.durations_are_right,
        4: slow.runs_are_large_enough,
        5: lambda: slow.stock_lasts() and slow.ways_are_kept(),
        6: slow.times_are_kept,
        7: slow.demand_is_met,
        8: slow.enterprises_are_few,
        9: lambda: set(problem.fixed_lots) <= set(plan.lots),
        10: slow.departures_are_kept,
        11: slow.statements_are_true,
    }
    return {rule for rule, holds in rules.items() if not holds()}


class _Slow(SlowFacts):
    # Rules 1 to 4

    def is_capable(self):
        for lot in self.plan.lots:
            order, machine = self.order(lot), self.machine(lot)
            site = self.problem.site_by_id[machine.site]
            enterprise = self.problem.enterprise_by_id[site.enterprise]
            anywhere = {*machine.certificates, *site.certificates, *enterprise.certificates}
            good = (
                all(each in enterprise.certificates for each in order.certificates)
                and all(each in anywhere for each in self.operation(lot).certificates)
                and enterprise.id not in order.blocked_enterprises
                and (not order.regions or site.region in order.regions)
            )
            if not good and lot not in self.fixed:
                return False
        return True

    def machines_are_free(self):
        for machine in self.problem.machines:
            lots = self.sequence(machine)
            for minute in self.moments:
                if sum(lot.start_min <= minute < lot.end_min for lot in lots) > 1:
                    return False
                standing = any(lot.start_min == lot.end_min == minute for lot in lots)
                if standing and any(lot.start_min < minute < lot.end_min for lot in lots):
                    return False
        return all(self.window(lot) is not None or lot in self.fixed for lot in self.plan.lots)

    def resources_are_free(self):
        for resource in self.problem.resources:
            uses = [
                (lot, use.quantity)
                for lot in self.plan.lots
                for use in self.mode(lot).uses
                if use.resource == resource.id
            ]
            for minute in self.moments:
                holding = [(lot, n) for lot, n in uses if lot.start_min <= minute < lot.end_min]
                if sum(n for _, n in holding) > resource.quantity:
                    return False
                is_there = resource.windows is None or any(
                    w.start <= minute < w.end for w in resource.windows
                )
                if not is_there and any(lot not in self.fixed for lot, _ in holding):
                    return False
            lots = sorted((lot for lot, _ in uses), key=lambda lot: (lot.start_min, lot.end_min))
            if resource.site is not None and any(self.site(lot) != resource.site for lot in lots):
                return False
            for before, after in pairwise(lots):
                if resource.site is None and self.site(before) != self.site(after):
                    way = self.way(self.site(before), self.site(after))
                    if way is None or before.end_min + way["lead"] > after.start_min:
                        return False
        return True

    def durations_are_right(self):
        for machine in self.problem.machines:
            before = None
            for lot in self.sequence(machine):
                if lot not in self.fixed:
                    mode = self.mode(lot)
                    if lot.setup_min != self.setup(machine, before, lot):
                        return False
                    speed = Fraction(100, machine.speed_pct)
                    if mode.batch:
                        run = ceil(Fraction(self.started(lot), mode.run_units)) * ceil(mode.run_min * speed)
                    else:
                        run = ceil(Fraction(self.started(lot) * mode.run_min, mode.run_units) * speed)
                    if self.working_minutes(lot) != lot.setup_min + run:
                        return False
                before = lot
        return True

    def setup(self, machine, before, lot):
        mode = self.mode(lot)
        if before is None or self.window(before) is None or self.window(before) != self.window(lot):
            return mode.setup_min
        family = self.mode(before).family
        for change in machine.changeovers:
            if (change.from_family, change.to_family) == (family, mode.family):
                return change.min
        return 0 if family == mode.family else mode.setup_min

    def runs_are_large_enough(self):
        for machine in self.problem.machines:
            runs = []
            before = None
            for lot in self.sequence(machine):
                goes_on = (
                    before is not None
                    and self.window(before) is not None
                    and self.window(before) == self.window(lot)
                    and (self.order(before).product, before.operation)
                    == (self.order(lot).product, lot.operation)
                    and lot.setup_min == 0
                )
                if goes_on:
                    runs[-1].append(lot)
                else:
                    runs.append([lot])
                before = lot
            if not all(self.run_is_large_enough(run) for run in runs if not set(run) <= self.fixed):
                return False
        return True

    def run_is_large_enough(self, run):
        made = sum(lot.quantity for lot in run)
        item = self.operation(run[0]).makes
        needed = 0
        for order in {lot.order: self.order(lot) for lot in run}.values():
            if item == self.product(order).final_item:
                wanted = order.quantity
            else:
                wanted = sum(
                    units
                    for lot in self.plan.lots
                    if lot.order == order.id
                    for need, units in self.consumed(lot)
                    if need.item == item
                )
            stock = sum(s.quantity for s in self.problem.stock if (s.order, s.item) == (order.id, item))
            needed += max(0, wanted - stock)
        return made >= self.mode(run[0]).min_lot or made >= needed

    # Rule 5

    def stock_lasts(self):
        unlimited = {material.id for material in self.problem.materials if material.supplies is None}
        for (what, _), by_minute in self.moves().items():
            there = 0
            for minute in self.moments:
                come, go = by_minute[minute]
                there += come - go
                if there < 0 and what not in unlimited:
                    return False
        return True

    def ways_are_kept(self):
        for goods in self.plan.transfers:
            way = self.way(goods.from_site, goods.to_site)
            if way is None or goods.arrive_min < goods.depart_min + way["lead"]:
                return False
            if goods.order is not None:
                order = self.problem.order_by_id[goods.order]
                working = {self.enterprise(lot) for lot in self.plan.lots if lot.order == order.id}
                sites = {s.id for s in self.problem.sites if s.enterprise in working}
                if goods.to_site not in sites | {drop.destination.site for drop in order.drops}:
                    return False
        for sent in self.plan.deliveries:
            way = self.way_to(sent)
            if way is None or sent.arrive_min < sent.depart_min + way["lead"]:
                return False
        return True

    # Rules 6 to 10

    def times_are_kept(self):
        problem = self.problem
        for lot in self.plan.lots:
            if lot not in self.fixed and lot.start_min < max(problem.now_min, self.order(lot).release_min):
                return False
            if lot.end_min > problem.horizon_min:
                return False
        for goods in (*self.plan.transfers, *self.plan.deliveries):
            latest = None if goods.order is None else problem.order_by_id[goods.order].latest_min
            if goods.depart_min < max(0, problem.now_min) or goods.arrive_min > problem.horizon_min:
                return False
            if latest is not None and goods.arrive_min > latest:
                return False
        return True

    def demand_is_met(self):
        for order in self.problem.orders:
            everything = order.unmet_cents_per_1000_units is None or self.problem.objective == "finish"
            for drop in order.drops:
                unmet = drop.quantity - self.delivered(order, drop)
                if unmet < 0 or (unmet > 0 and everything):
                    return False
            if self.made(order) < self.delivered(order):
                return False
        return True

    def enterprises_are_few(self):
        for order in self.problem.orders:
            working = {self.enterprise(lot) for lot in self.plan.lots if lot.order == order.id}
            if order.max_enterprises is not None and len(working) > order.max_enterprises:
                return False
        return True

    def departures_are_kept(self):
        ways = [(each.depart_min, self.way(each.from_site, each.to_site)) for each in self.plan.transfers]
        ways += [(each.depart_min, self.way_to(each)) for each in self.plan.deliveries]
        return all(
            way is None or way["still"] or (depart - way["at"]) % way["every"] == 0 for depart, way in ways
        )

    # Rule 11

    def statements_are_true(self):
        plan, problem = self.plan, self.problem
        cost = cost_of(self)
        finish = max((sent.arrive_min for sent in plan.deliveries), default=0)
        by_cost = problem.objective == "cost"
        objective = floor(cost + Fraction(1, 2)) if by_cost else finish
        results = {result.id: result for result in plan.orders}
        true_results = {
            order.id: (
                self.delivered(order),
                order.quantity - self.delivered(order),
                self.made(order) - self.delivered(order),
                max((sent.arrive_min for sent in plan.deliveries if sent.order == order.id), default=None),
            )
            for order in problem.orders
        }
        stated = {
            name: (result.delivered, result.unmet, result.surplus, result.completed_min)
            for name, result in results.items()
        }
        bound_is_true = plan.bound is None or plan.bound <= (cost if by_cost else finish)
        gap = None
        if plan.bound is not None:
            gap = max(0, 100 * (objective - plan.bound) / objective) if objective else 0
        gap_is_true = plan.gap_pct == gap or (
            gap is not None and plan.gap_pct is not None and abs(gap - plan.gap_pct) < 1e-6
        )
        optimal = plan.status is not Status.OPTIMAL or (plan.bound is not None and objective - plan.bound < 1)
        numbers = (plan.objective, plan.cost_cents) == (objective, floor(cost + Fraction(1, 2)))
        return numbers and stated == true_results and bound_is_true and gap_is_true and optimal
