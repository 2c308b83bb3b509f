"""What the slow checker knows of a plan: lots with what they refer to, moves of goods, ways."""

from collections import defaultdict
from fractions import Fraction
from math import asin, ceil, cos, floor, radians, sin, sqrt


class SlowFacts:
    def __init__(self, problem, plan):
        self.problem, self.plan = problem, plan
        self.fixed = set(problem.fixed_lots)
        moments = [0, problem.horizon_min]
        for lot in plan.lots:
            moments += [lot.start_min, lot.end_min + self.mode(lot).hold_min, lot.start_min + lot.setup_min]
        for goods in (*plan.transfers, *plan.deliveries):
            moments += [goods.depart_min, goods.arrive_min]
        moments += [each.from_min for each in problem.stock]
        moments += [each.from_min for material in problem.materials for each in material.supplies or ()]
        self.moments = range(min(moments) - 1, max(moments) + 2)

    def order(self, lot):
        return self.problem.order_by_id[lot.order]

    def product(self, order):
        return self.problem.product_by_id[order.product]

    def operation(self, lot):
        return self.product(self.order(lot)).operation_by_id[lot.operation]

    def machine(self, lot):
        return self.problem.machine_by_id[lot.machine]

    def site(self, lot):
        return self.machine(lot).site

    def enterprise(self, lot):
        return self.problem.site_by_id[self.site(lot)].enterprise

    def mode(self, lot):
        modes = self.machine(lot).modes
        return next(m for m in modes if (m.product, m.operation) == (self.order(lot).product, lot.operation))

    def window(self, lot):
        windows = [w for w in self.machine(lot).windows if w.start <= lot.start_min and lot.end_min <= w.end]
        return windows[-1] if windows else None

    def started(self, lot):
        started = 0
        while started * self.mode(lot).good_per_1000 < lot.quantity * 1000:
            started += 1
        return started

    def working_minutes(self, lot):
        breaks = self.machine(lot).breaks
        minutes = range(lot.start_min, lot.end_min)
        return sum(not any(each.start <= minute < each.end for each in breaks) for minute in minutes)

    def sequence(self, machine):
        lots = [lot for lot in self.plan.lots if lot.machine == machine.id]
        return sorted(lots, key=lambda lot: (lot.start_min, lot.end_min))

    def consumed(self, lot):
        if lot in self.fixed and lot.start_min < 0:
            return []
        return [
            (need, ceil(Fraction(self.started(lot) * need.num, need.den)))
            for need in self.operation(lot).needs
        ]

    def delivered(self, order, drop=None):
        return sum(
            sent.quantity
            for sent in self.plan.deliveries
            if sent.order == order.id and (drop is None or self.drop(sent) == drop)
        )

    def made(self, order):
        product = self.product(order).final_item
        lots = [
            lot for lot in self.plan.lots if lot.order == order.id and self.operation(lot).makes == product
        ]
        stock = [s for s in self.problem.stock if (s.order, s.item) == (order.id, product)]
        return sum(each.quantity for each in (*lots, *stock))

    def moves(self):
        """(what, site) -> minute -> [units that come, units that go]"""
        moves = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for stock in self.problem.stock:
            what = stock.material if stock.order is None else (stock.order, stock.item)
            moves[what, stock.site][stock.from_min][0] += stock.quantity
        for material in self.problem.materials:
            for supply in material.supplies or ():
                moves[material.id, supply.site][supply.from_min][0] += supply.quantity
        for lot in self.plan.lots:
            made = (lot.order, self.operation(lot).makes)
            moves[made, self.site(lot)][lot.end_min + self.mode(lot).hold_min][0] += lot.quantity
            for need, units in self.consumed(lot):
                what = need.material if need.item is None else (lot.order, need.item)
                moves[what, self.site(lot)][lot.start_min + lot.setup_min][1] += units
        for goods in self.plan.transfers:
            what = goods.material if goods.order is None else (goods.order, goods.item)
            moves[what, goods.from_site][goods.depart_min][1] += goods.quantity
            moves[what, goods.to_site][goods.arrive_min][0] += goods.quantity
        for sent in self.plan.deliveries:
            product = self.product(self.problem.order_by_id[sent.order]).final_item
            moves[(sent.order, product), sent.from_site][sent.depart_min][1] += sent.quantity
        return moves

    def drop(self, sent):
        order = self.problem.order_by_id[sent.order]
        return next(drop for drop in order.drops if sent.drop in (None, drop.id))

    def way_to(self, sent):
        drop = self.drop(sent)
        for end in (f"order:{sent.order}/{drop.id}", f"order:{sent.order}"):
            for lane in self.problem.transport.lanes:
                if (lane.from_site, lane.to) == (sent.from_site, end):
                    return self.lane(lane, still=drop.destination.site == sent.from_site)
        if drop.destination.site is not None:
            return self.way(sent.from_site, drop.destination.site)
        return self.formula(sent.from_site, drop.destination.lat, drop.destination.lon)

    def way(self, start, end):
        if start == end:
            return {
                "lead": 0,
                "unit": 0,
                "gram": 0,
                "trip": 0,
                "room": None,
                "every": 1,
                "at": 0,
                "still": True,
            }
        for lane in self.problem.transport.lanes:
            if (lane.from_site, lane.to) == (start, end):
                return self.lane(lane, still=False)
        site = self.problem.site_by_id[end]
        return self.formula(start, site.lat, site.lon)

    def lane(self, lane, *, still):
        transport = self.problem.transport

        def own(name):
            return getattr(transport if getattr(lane, name) is None else lane, name)

        return {
            "lead": lane.lead_min,
            "unit": Fraction(lane.cents_per_1000_units, 1000),
            "gram": 0,
            "trip": own("cents_per_trip"),
            "room": own("trip_units"),
            "every": own("departs_every_min"),
            "at": own("departs_at_min"),
            "still": still,
        }

    def formula(self, start, lat, lon):
        transport = self.problem.transport
        if transport.lanes_only:
            return None
        site = self.problem.site_by_id[start]
        a, b = radians(site.lat), radians(lat)
        h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lon - site.lon) / 2) ** 2
        metres = floor(1000 * 2 * 6371.0088 * asin(sqrt(h)) * transport.detour_pct / 100 + 1 / 2)
        return {
            "lead": transport.handling_min + ceil(Fraction(60 * metres, 1000 * transport.km_per_h)),
            "unit": Fraction(metres * transport.cents_per_1000_unit_km, 10**6),
            "gram": Fraction(metres * transport.cents_per_tonne_km, 10**9),
            "trip": transport.cents_per_trip,
            "room": transport.trip_units,
            "every": transport.departs_every_min,
            "at": transport.departs_at_min,
            "still": False,
        }
