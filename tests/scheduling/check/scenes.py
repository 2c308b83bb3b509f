"""Random small problems with random plans that are mostly valid, and random changes to one number of a plan.

Everything is drawn from a `random.Random`, so that a scene is repeated by its seed.
"""

from dataclasses import fields, replace

from matching.problem import Break, Lane, Material, Need, Resource, ResourceUse, Stock, Supply, Window
from matching.rules import lot_minutes, setup_minutes, started_pieces
from matching.ways import way_between, way_to_drop
from matching.working_time import WorkingTime
from scheduling.plan import Plan
from tests.matching.workshop import (
    a_lot,
    a_machine,
    a_mode,
    a_problem,
    a_product,
    a_site,
    a_transport,
    an_enterprise,
    an_operation,
    an_order,
)
from tests.scheduling.check.court import a_delivery, a_plan, a_transfer

HORIZON = 400


def a_scene(random):
    """A problem with cutting (or punching) at S and drilling at S2, and a plan made one lot after the other."""
    problem = _problem(random)
    plan = _Planner(problem, random).plan()
    if random.random() < 0.3:
        problem = replace(problem, fixed_lots=(random.choice(plan.lots),))
    if random.random() < 0.3:
        old = _changed(random.choice(plan.lots), random)
        problem = replace(problem, previous=(old,), disruption_cents_per_lot=random.randrange(90))
    return problem, restated(problem, plan, bound=random.choice([None, 0, 5]))


def restated(problem, plan, *, bound=None):
    """The plan with true statements about itself."""
    return a_plan(problem, lots=plan.lots, transfers=plan.transfers, deliveries=plan.deliveries, bound=bound)


def mutated(plan, random):
    """The plan with one number of one of its parts changed a little, or a part taken away or doubled."""
    name = random.choice(["lots", "transfers", "deliveries", "orders", "plan"])
    if name == "plan":
        return _mutated_numbers(plan, ("objective", "cost_cents", "bound"), random)
    parts = list(getattr(plan, name))
    if not parts:
        return plan
    at = random.randrange(len(parts))
    if name != "orders" and random.random() < 0.1:
        del parts[at]
    else:
        parts[at] = _changed(parts[at], random)
    return replace(plan, **{name: tuple(parts)})


def _changed(part, random):
    numbers = [each.name for each in fields(part) if type(getattr(part, each.name)) is int]
    return _mutated_numbers(part, numbers, random)


def _mutated_numbers(part, names, random):
    name = random.choice(names)
    old = getattr(part, name) or 0
    change = random.choice([-5, -2, -1, 1, 2, 5])
    least = 1 if name == "quantity" else 0 if name != "start_min" else -50
    new = max(least, old + change)
    if name == "start_min":
        new = min(new, part.end_min)
    if name == "end_min":
        new = max(new, part.start_min)
    if isinstance(part, Plan) and name == "bound":
        return replace(part, bound=new)
    return replace(part, **{name: new})


def _problem(random):
    crew = (ResourceUse(resource="crew", quantity=1),)
    mould = (ResourceUse(resource="mould", quantity=1),)
    setup, lot_size = random.choice([0, 3]), random.choice([0, 1, 4, 20])
    family = {"family": "steel"} if random.random() < 0.4 else {}
    common = {"setup_min": setup, "min_lot": lot_size, "good_per_1000": random.choice([1000, 870])}
    cut = a_mode("cut", cents_per_h=700, hold_min=random.choice([0, 4]), uses=crew, **common, **family)
    punch = a_mode("punch", cents_per_h=310, uses=random.choice([(), mould]), **common, **family)
    drill = a_mode(
        "drill",
        run_min=random.choice([1, 5]),
        run_units=random.choice([1, 3]),
        batch=random.random() < 0.4,
        cents_per_h=1100,
        setup_min=random.choice([0, 2]),
        uses=mould,
    )
    weights = random.choice([0, 1500])
    operations = [
        an_operation("cut", makes="blank", weight_g=weights, needs=[_need(random, material="paint")]),
        an_operation("punch", makes="blank", weight_g=weights),
        an_operation(
            "drill", needs=[_need(random, item="blank")], weight_g=700, certificates=_some(random, "ISO")
        ),
    ]
    return a_problem(
        objective=random.choice(["cost", "finish"]),
        horizon_min=random.choice([HORIZON, HORIZON, 120]),
        enterprises=[
            an_enterprise(fixed_cents=random.randrange(50), certificates=_some(random, "MED")),
            an_enterprise(
                "E2", fixed_cents_per_order=random.randrange(50), certificates=frozenset({"MED", "ISO"})
            ),
        ],
        sites=[a_site(lat=0.0, lon=0.0), a_site("S2", enterprise="E2", lat=0.0, lon=0.2)],
        materials=[_paint(random)],
        products=[a_product(operations=operations)],
        machines=[
            _machine(random, "M", modes=[cut, punch]),
            _machine(random, "P", modes=[punch]),
            _machine(random, "N", modes=[drill], site="S2"),
        ],
        resources=[
            Resource(id="crew", quantity=random.choice([1, 1, 2]), site="S", windows=_crew_windows(random)),
            Resource(id="mould", quantity=1, site=None),
        ],
        transport=_transport(random),
        orders=[_order(random, name) for name in random.choice(["O", "OP"])],
        stock=_stock(random),
    )


def _need(random, *, item=None, material=None):
    num, den = random.choice([(1, 1), (1, 1), (3, 2), (1, 3)])
    return Need(item=item, material=material, num=num, den=den)


def _some(random, name):
    return frozenset({name}) if random.random() < 0.8 else frozenset()


def _paint(random):
    if random.random() < 0.2:
        return Material(id="paint", weight_g=40)
    supplies = tuple(
        Supply(
            site=random.choice(["S", "S", "S2"]),
            from_min=random.choice([0, 0, 5, 30]),
            quantity=random.choice([6, 30]),
            cents_per_1000_units=random.choice([900, 4000]),
        )
        for _ in range(3)
    )
    return Material(id="paint", supplies=supplies, weight_g=40)


def _machine(random, name, *, modes, site="S"):
    first = random.choice([0, 10, 60])
    windows = [(-20, first), (first, first + 90, random.choice([100, 150])), (first + 95, 360)]
    windows = windows if first else windows[1:]
    rest = random.randrange(first + 5, first + 60)
    machine = a_machine(
        name,
        site=site,
        modes=modes,
        changeovers=random.choice([(), (("steel", "steel", 2),), (("part/cut", "part/punch", 1),)]),
    )
    return replace(
        machine,
        windows=tuple(Window(start=w[0], end=w[1], price_pct=w[2] if len(w) > 2 else 100) for w in windows),
        breaks=(Break(start=rest, end=rest + 7),) if random.random() < 0.6 else (),
    )


def _crew_windows(random):
    return random.choice(
        [None, (Window(start=-20, end=70), Window(start=70, end=HORIZON)), (Window(start=0, end=90),)]
    )


def _transport(random):
    lanes = [
        Lane(from_site="S", to="S2", lead_min=12, cents_per_1000_units=333, cents_per_trip=7),
        Lane(from_site="S2", to="order:O", lead_min=9, cents_per_1000_units=10, departs_every_min=4),
        Lane(from_site="S2", to="order:O/gate", lead_min=11, cents_per_1000_units=0, trip_units=3),
    ]
    gated = [lane for lane in lanes if "/" not in lane.to or random.random() < 0.5]
    return a_transport(
        handling_min=random.choice([0, 3]),
        detour_pct=random.choice([100, 130]),
        cents_per_1000_unit_km=random.choice([0, 77]),
        cents_per_tonne_km=random.choice([0, 350]),
        cents_per_trip=random.choice([0, 25]),
        trip_units=random.choice([None, 4]),
        departs_every_min=random.choice([1, 10]),
        departs_at_min=random.choice([0, 7]),
        lanes=tuple(lane for lane in gated if random.random() < 0.6),
        lanes_only=random.random() < 0.1,
    )


def _order(random, name):
    quantity = random.randrange(4, 12)
    gate = [("gate", "S2", quantity - 3, 100), ("yard", "S", 3, 150)]
    more = {
        "release_min": random.choice([0, 0, 8]),
        "latest_min": random.choice([None, None, 200]),
        "tardiness_cents_per_1000_unit_day": random.choice([0, 90_000]),
        "unmet_cents_per_1000_units": random.choice([None, 5000]),
        "max_enterprises": random.choice([None, 2, 1]),
        "certificates": frozenset({"MED"}) if random.random() < 0.3 else frozenset(),
        "blocked_enterprises": frozenset({"E"}) if random.random() < 0.1 else frozenset(),
        "regions": frozenset({"R"}) if random.random() < 0.3 else frozenset(),
    }
    drops = gate if random.random() < 0.5 or name == "O" else None
    return an_order(name, quantity=quantity, due_min=90, site=random.choice(["S", "S2"]), drops=drops, **more)


def _stock(random):
    stock = [
        Stock(order="O", item="blank", site="S2", from_min=random.choice([-5, 0, 40]), quantity=3),
        Stock(order="O", item="drill", site="S2", from_min=20, quantity=2),
        Stock(material="paint", site="S", from_min=0, quantity=2),
    ]
    return [each for each in stock if random.random() < 0.4]


class _Planner:
    """One lot after the other, on one clock, so that resources never meet; what does not fit is tried anyway."""

    def __init__(self, problem, random):
        self.problem, self.random = problem, random
        self.clock = 0
        self.lots, self.transfers, self.deliveries = [], [], []

    def plan(self):
        for order in self.problem.orders:
            self.clock = max(self.clock, order.release_min)
            self.make(order)
        return a_plan(self.problem, lots=self.lots, transfers=self.transfers, deliveries=self.deliveries)

    def make(self, order):
        drill = next(each for each in self.problem.machines if each.id == "N").modes[0]
        started = started_pieces(drill, good=order.quantity)
        need = self.problem.products[0].operations[2].needs[0]
        blanks = max(1, -(-started * need.num // need.den))
        for part in self.parts(blanks):
            machine, operation = self.random.choice([("M", "cut"), ("M", "punch"), ("P", "punch")])
            self.add_lot(order, operation, machine, part)
        hold = max(mode.hold_min for machine in self.problem.machines for mode in machine.modes)
        self.move(order, ready=self.clock + hold, quantity=blanks)
        self.add_lot(order, "drill", "N", order.quantity)
        for drop in order.drops:
            self.deliver(order, drop)

    def parts(self, quantity):
        if quantity < 2 or self.random.random() < 0.5:
            return [quantity]
        first = self.random.randrange(1, quantity)
        return [first, quantity - first]

    def add_lot(self, order, operation, machine_id, quantity):
        machine = self.problem.machine_by_id[machine_id]
        mode = machine.mode_by_operation["part", operation]
        time = WorkingTime(machine)
        start, setup, end = self.clock, 0, self.clock
        for window in time.windows_from(self.clock):
            start = max(self.clock, window.start)
            setup = setup_minutes(machine, before=self.before(machine, window), mode=mode)
            minutes = lot_minutes(mode, machine=machine, good=quantity, setup_min=setup)
            end = time.earliest_end(start, minutes)
            if end <= window.end:
                break
        name = f"L{len(self.lots)}"
        self.lots.append(
            a_lot(
                name,
                order=order.id,
                operation=operation,
                machine=machine_id,
                start=start,
                setup=setup,
                end=end,
                quantity=quantity,
            )
        )
        self.clock = end

    def before(self, machine, window):
        """The mode that ran last in the window."""
        earlier = [
            lot
            for lot in self.lots
            if lot.machine == machine.id and window.start <= lot.start_min and lot.end_min <= window.end
        ]
        return machine.mode_by_operation["part", earlier[-1].operation] if earlier else None

    def move(self, order, *, ready, quantity):
        way = way_between(self.problem, "S", "S2")
        depart = ready if way is None else way.next_departure(ready)
        self.clock = depart + (0 if way is None else way.lead_min)
        self.transfers.append(
            a_transfer("blank", order=order.id, depart=depart, arrive=self.clock, quantity=quantity)
        )

    def deliver(self, order, drop):
        way = way_to_drop(self.problem, "S2", order=order, drop=drop)
        depart = self.clock if way is None else way.next_departure(self.clock)
        self.deliveries.append(
            a_delivery(
                order=order.id,
                drop=drop.id,
                site="S2",
                depart=depart,
                arrive=depart + (0 if way is None else way.lead_min),
                quantity=drop.quantity,
            )
        )
