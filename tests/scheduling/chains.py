"""Small problems: a chain of stages, each with some equal firms of one machine."""

from datetime import UTC, datetime

from matching.problem import (
    Destination,
    Drop,
    Enterprise,
    Lane,
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

HORIZON_MIN = 100_000


def a_chain(
    *, stages, firms_per_stage, quantity, units_per_h, lead_min, setup_min=0, windows=((0, HORIZON_MIN),)
) -> Problem:
    """Every way, between sites and to the buyer, takes `lead_min`."""
    names = [f"{stage}{number}" for stage in stages for number in range(firms_per_stage)]
    lanes = [(a, b) for a in names for b in [*names, "order:o"] if a != b]
    return Problem(
        name="chain",
        epoch=datetime(2026, 3, 2, tzinfo=UTC),
        horizon_min=HORIZON_MIN,
        currency="CNY",
        objective=Objective.FINISH,
        enterprises=tuple(Enterprise(id=name) for name in names),
        sites=tuple(Site(id=name, enterprise=name, lat=30, lon=120, region="r") for name in names),
        products=(
            Product(
                id="p",
                operations=tuple(
                    Operation(
                        id=stage,
                        makes=stage,
                        needs=(Need(item=stages[number - 1], num=1, den=1),) if number else (),
                    )
                    for number, stage in enumerate(stages)
                ),
            ),
        ),
        machines=tuple(
            Machine(
                id=name,
                site=name,
                windows=tuple(Window(start=start, end=end) for start, end in windows),
                modes=(
                    Mode(
                        product="p",
                        operation=name.rstrip("0123456789"),
                        run_min=60,
                        run_units=units_per_h,
                        setup_min=setup_min,
                        cents_per_h=100,
                        family=name,
                    ),
                ),
            )
            for name in names
        ),
        transport=Transport(
            km_per_h=50,
            handling_min=0,
            lanes=tuple(Lane(from_site=a, to=b, lead_min=lead_min, cents_per_1000_units=0) for a, b in lanes),
        ),
        orders=(
            Order(
                id="o",
                product="p",
                quantity=quantity,
                due_min=HORIZON_MIN,
                destination=Destination(lat=30, lon=120),
                drops=(
                    Drop(destination=Destination(lat=30, lon=120), quantity=quantity, due_min=HORIZON_MIN),
                ),
            ),
        ),
    )
