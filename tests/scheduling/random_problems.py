"""Random small problems that use every field of the format, for tests that want variety rather than sense."""

from dataclasses import replace
from random import Random

from matching.problem import (
    Lane,
    Material,
    Need,
    Objective,
    Rating,
    Resource,
    ResourceUse,
    Stock,
    Supply,
    Window,
)
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

HORIZON = 3000


def a_random_problem(seed, *, objective=None):
    """Up to three orders of up to 400 pieces on up to seven machines at up to four sites; the same for a seed."""
    rng = Random(f"random problem {seed}")
    sites = [
        a_site(
            f"S{at}",
            enterprise=f"E{at % 3}",
            lat=30 + rng.random(),
            lon=120 + rng.random(),
            region=rng.choice("AB"),
            certificates=frozenset("Q" if rng.random() < 0.3 else ""),
        )
        for at in range(rng.randint(1, 4))
    ]
    enterprises = [
        an_enterprise(
            f"E{at}",
            certificates=frozenset("CQ" if rng.random() < 0.7 else ""),
            fixed_cents=rng.choice([0, 500]),
            fixed_cents_per_order=rng.choice([0, 300]),
        )
        for at in range(3)
    ]
    materials = _materials(rng, sites)
    products = [_product(f"P{at}", rng, materials) for at in range(rng.randint(1, 2))]
    resources = _resources(rng, sites)
    orders = _orders(rng, products, sites)
    problem = a_problem(
        objective=objective or rng.choice(list(Objective)),
        horizon_min=HORIZON,
        now_min=rng.choice([0, 0, 100]),
        enterprises=enterprises,
        sites=sites,
        materials=materials,
        products=products,
        machines=[_machine(f"M{at}", rng, products, sites, resources) for at in range(rng.randint(3, 7))],
        resources=resources,
        transport=_transport(rng, sites, orders),
        orders=orders,
        stock=_stock(rng, products, orders, sites, materials),
        disruption_cents_per_lot=rng.choice([0, 700]),
    )
    return _with_history(problem, rng)


def _materials(rng, sites):
    made = []
    for at in range(rng.randint(0, 2)):
        supplies = [
            Supply(
                site=rng.choice(sites).id,
                from_min=rng.choice([0, 200, 800]),
                quantity=rng.randint(50, 2000),
                cents_per_1000_units=rng.choice([0, 900, 2500]),
            )
            for _ in range(rng.randint(1, 3))
        ]
        unlimited = rng.random() < 0.3
        made.append(
            Material(
                id=f"mat{at}", supplies=None if unlimited else tuple(supplies), weight_g=rng.choice([0, 20])
            )
        )
    return made


def _product(name, rng, materials):
    operations = []
    items = []
    for at in range(rng.randint(1, 4)):
        needs = []
        if items:
            needs.append((items[-1], *rng.choice([(1, 1), (1, 1), (2, 1), (1, 3), (3, 2)])))
        if len(items) > 1 and rng.random() < 0.3:
            needs.append((items[-2], 1, 2))
        needs = [Need(item=item, num=num, den=den) for item, num, den in needs]
        if materials and rng.random() < 0.5:
            needs.append(Need(material=rng.choice(materials).id, num=rng.randint(1, 3), den=2))
        certificates = frozenset("Q" if rng.random() < 0.15 else "")
        item = f"i{at}"
        operations.append(
            an_operation(f"op{at}", makes=item, needs=needs, certificates=certificates, weight_g=10 * at)
        )
        if rng.random() < 0.2:
            operations.append(an_operation(f"alt{at}", makes=item, needs=needs[:1], weight_g=10 * at))
        items.append(item)
    return a_product(name, operations=operations)


def _resources(rng, sites):
    made = []
    for at in range(rng.randint(0, 2)):
        travels = rng.random() < 0.4
        windows = tuple(Window(start=start, end=start + 400) for start in range(0, HORIZON, 500))
        made.append(
            Resource(
                id=f"crew{at}",
                quantity=1 if travels else rng.randint(1, 2),
                site=None if travels else rng.choice(sites).id,
                windows=windows if rng.random() < 0.5 else None,
            )
        )
    return made


def _machine(name, rng, products, sites, resources):
    site = rng.choice(sites).id
    modes = []
    for product in products:
        for operation in product.operations:
            if rng.random() < 0.5:
                modes.append(_mode(product, operation, rng, site, resources))
    length, every = rng.choice([(300, 480), (700, 1440), (HORIZON, HORIZON)])
    starts = range(rng.choice([0, 60]), HORIZON - 100, every)
    windows = [(at, min(at + length, HORIZON), rng.choice([100, 100, 80, 150])) for at in starts]
    breaks = [(at + 100, at + 130) for at, end, _ in windows if end > at + 130 and rng.random() < 0.4]
    families = sorted({mode.family for mode in modes})
    changeovers = [
        (one, other, rng.choice([0, 5, 25])) for one in families for other in families if rng.random() < 0.2
    ]
    return a_machine(
        name,
        site=site,
        modes=modes,
        windows=windows,
        breaks=breaks,
        changeovers=changeovers,
        speed_pct=rng.choice([100, 100, 80, 130]),
        certificates=frozenset("Q" if rng.random() < 0.4 else ""),
    )


def _mode(product, operation, rng, site, resources):
    batch = rng.random() < 0.15
    near = [each for each in resources if each.site in (None, site)]
    uses = ()
    if near and rng.random() < 0.3:
        uses = (ResourceUse(resource=rng.choice(near).id, quantity=1),)
    return a_mode(
        operation.id,
        product=product.id,
        run_min=rng.randint(20, 60),
        run_units=rng.choice([40, 100]) if batch else rng.randint(10, 120),
        setup_min=rng.choice([0, 10, 30]),
        min_lot=rng.choice([1, 1, 20, 60]),
        cents_per_h=rng.choice([0, 3000, 7000]),
        good_per_1000=rng.choice([1000, 1000, 950, 700]),
        batch=batch,
        hold_min=rng.choice([0, 0, 45]),
        family=rng.choice([f"{product.id}/{operation.id}", "shared"]),
        uses=uses,
    )


def _orders(rng, products, sites):
    made = []
    for at in range(rng.randint(1, 3)):
        quantity = rng.choice([rng.randint(1, 5), rng.randint(20, 400)])
        due = rng.randint(500, HORIZON)
        drops = None
        if rng.random() < 0.4 and quantity > 1:
            half = quantity // 2
            drops = [
                ("a", rng.choice(sites).id, half, due),
                ("b", rng.choice(sites).id, quantity - half, due + 200),
            ]
        made.append(
            an_order(
                f"O{at}",
                product=rng.choice(products).id,
                quantity=quantity,
                release_min=rng.choice([0, 0, 150]),
                due_min=due,
                latest_min=rng.choice([None, None, HORIZON - 300]),
                site=rng.choice(sites).id,
                drops=drops,
                rating=rng.choice([Rating.UNRATED, Rating.UNRATED, Rating.DO, Rating.DX]),
                tardiness_cents_per_1000_unit_day=rng.choice([0, 5000, 90_000]),
                unmet_cents_per_1000_units=rng.choice([None, 20_000, 900_000]),
                certificates=frozenset("C" if rng.random() < 0.15 else ""),
                max_enterprises=rng.choice([None, None, 1, 2]),
                blocked_enterprises=frozenset({"E2"} if rng.random() < 0.15 else ()),
                regions=frozenset({"A"} if rng.random() < 0.1 else ()),
            )
        )
    return made


def _transport(rng, sites, orders):
    lanes = []
    for one in sites:
        for other in sites:
            if one is not other and rng.random() < 0.3:
                lanes.append(
                    Lane(
                        from_site=one.id,
                        to=other.id,
                        lead_min=rng.randint(10, 120),
                        cents_per_1000_units=rng.randint(0, 900),
                        departs_every_min=rng.choice([None, 120]),
                    )
                )
        for order in orders:
            if rng.random() < 0.2:
                lanes.append(
                    Lane(
                        from_site=one.id,
                        to=f"order:{order.id}",
                        lead_min=rng.randint(0, 90),
                        cents_per_1000_units=5,
                        cents_per_trip=rng.choice([None, 40]),
                        trip_units=rng.choice([None, 30]),
                    )
                )
    return a_transport(
        km_per_h=60,
        handling_min=rng.choice([0, 20]),
        cents_per_1000_unit_km=rng.choice([0, 30]),
        cents_per_tonne_km=rng.choice([0, 50]),
        cents_per_trip=rng.choice([0, 100]),
        trip_units=rng.choice([None, 50]),
        departs_every_min=rng.choice([1, 1, 60, 240]),
        departs_at_min=rng.choice([0, 35]),
        lanes=tuple(lanes),
        lanes_only=rng.random() < 0.05,
    )


def _stock(rng, products, orders, sites, materials):
    by_id = {product.id: product for product in products}
    made = []
    for order in orders:
        operation = rng.choice(by_id[order.product].operations)
        if rng.random() < 0.3:
            made.append(
                Stock(
                    order=order.id,
                    item=operation.makes,
                    site=rng.choice(sites).id,
                    from_min=rng.choice([0, 90]),
                    quantity=rng.randint(1, 60),
                )
            )
    for material in materials:
        if rng.random() < 0.3:
            made.append(
                Stock(
                    material=material.id, site=rng.choice(sites).id, from_min=0, quantity=rng.randint(1, 300)
                )
            )
    return made


def _with_history(problem, rng):
    """Now and then a fixed lot that runs at the beginning, and a plan in force."""
    capable = [
        (order, machine, mode)
        for order in problem.orders
        for machine in problem.machines
        for mode in machine.modes
        if mode.product == order.product and order.quantity > 5
    ]
    if not capable:
        return problem
    fixed = previous = ()
    if rng.random() < 0.3:
        order, machine, mode = rng.choice(capable)
        lot = a_lot(
            "F0",
            order=order.id,
            operation=mode.operation,
            machine=machine.id,
            start=-30,
            setup=0,
            end=rng.randint(20, 120),
            quantity=rng.randint(1, 5),
        )
        fixed = (lot,)
    if rng.random() < 0.3:
        order, machine, mode = rng.choice(capable)
        lot = a_lot(
            "V0",
            order=order.id,
            operation=mode.operation,
            machine=machine.id,
            start=600,
            setup=mode.setup_min,
            end=700,
            quantity=5,
        )
        previous = (lot,)
    return replace(problem, fixed_lots=fixed, previous=previous or None)
