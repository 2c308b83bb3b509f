"""Builders of small planning problems: one factory, one operation, one order, unless told otherwise."""

from datetime import UTC, datetime

from matching.problem import (
    Break,
    Changeover,
    Destination,
    Drop,
    Enterprise,
    Lot,
    Machine,
    Mode,
    Need,
    Objective,
    Operation,
    Order,
    Problem,
    Product,
    Site,
    Transport,
    Window,
)

DAY = 1440


def an_enterprise(id="E", **more):
    return Enterprise(id=id, **more)


def a_site(id="S", *, enterprise="E", lat=30.0, lon=120.0, region="R", **more):
    return Site(id=id, enterprise=enterprise, lat=lat, lon=lon, region=region, **more)


def an_operation(id="cut", *, makes=None, needs=(), **more):
    """`needs` are items (one piece each), (item, num, den), or Need."""
    return Operation(id=id, makes=makes or id, needs=tuple(a_need(need) for need in needs), **more)


def a_need(need):
    if isinstance(need, Need):
        return need
    item, num, den = (need, 1, 1) if isinstance(need, str) else need
    return Need(item=item, num=num, den=den)


def a_product(id="part", *, operations=("cut",)):
    made = [each if isinstance(each, Operation) else an_operation(each) for each in operations]
    return Product(id=id, operations=tuple(made))


def a_chain(*names, id="part"):
    """Operations one after the other, a piece from a piece."""
    steps = [an_operation(name, needs=names[at - 1 : at] if at else ()) for at, name in enumerate(names)]
    return Product(id=id, operations=tuple(steps))


def a_mode(operation="cut", *, product="part", run_min=1, run_units=1, cents_per_h=6000, **more):
    more.setdefault("family", f"{product}/{operation}")
    return Mode(
        product=product,
        operation=operation,
        run_min=run_min,
        run_units=run_units,
        cents_per_h=cents_per_h,
        **more,
    )


def a_machine(id="M", *, site="S", modes=None, windows=((0, 10 * DAY),), breaks=(), changeovers=(), **more):
    return Machine(
        id=id,
        site=site,
        modes=tuple(modes) if modes is not None else (a_mode(),),
        windows=tuple(Window(start=w[0], end=w[1], price_pct=w[2] if len(w) > 2 else 100) for w in windows),
        breaks=tuple(Break(start=start, end=end) for start, end in breaks),
        changeovers=tuple(
            Changeover(from_family=a, to_family=b, min=minutes) for a, b, minutes in changeovers
        ),
        **more,
    )


def an_order(id="O", *, product="part", quantity=10, due_min=10 * DAY, site="S", drops=None, **more):
    destination = Destination(site=site)
    made = tuple(
        Drop(id=name, destination=Destination(site=where), quantity=units, due_min=due)
        for name, where, units, due in drops or ()
    )
    return Order(
        id=id,
        product=product,
        quantity=quantity,
        due_min=due_min,
        destination=destination,
        drops=made or (Drop(destination=destination, quantity=quantity, due_min=due_min),),
        **more,
    )


def a_lot(id="L", *, order="O", operation="cut", machine="M", start=0, setup=0, end=10, quantity=10):
    return Lot(
        id=id,
        order=order,
        operation=operation,
        machine=machine,
        start_min=start,
        setup_min=setup,
        end_min=end,
        quantity=quantity,
    )


def a_transport(*, km_per_h=60, handling_min=0, **more):
    return Transport(km_per_h=km_per_h, handling_min=handling_min, **more)


def a_problem(*, objective=Objective.COST, horizon_min=10 * DAY, **more):
    """One site S of enterprise E with machine M that cuts one piece a minute for 1.00 a minute."""
    given = {
        "enterprises": [an_enterprise()],
        "sites": [a_site()],
        "products": [a_product()],
        "machines": [a_machine()],
        "orders": [an_order()],
    }
    given.update(more)
    listed = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    listed.setdefault("transport", a_transport())
    return Problem(
        name="small",
        epoch=datetime(2026, 3, 2, tzinfo=UTC),
        horizon_min=horizon_min,
        currency="CNY",
        objective=Objective(objective),
        **listed,
    )
