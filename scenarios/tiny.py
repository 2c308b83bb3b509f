"""`tiny`: three firms, four machines, one small order; for tests and a quick look."""

import random
from datetime import UTC, datetime, time

from scenarios.world import (
    DropSpec,
    FirmSpec,
    Hours,
    MachineSpec,
    NeedSpec,
    OperationSpec,
    OrderSpec,
    ProductSpec,
    TransportSpec,
    World,
    one_buyer,
)

STARTS_AT = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
ALL_DAY = tuple(Hours(weekday=day, starts=time(0), ends=time(0)) for day in range(7))
QUANTITY = 2_000


def generate(seed: int) -> World:
    draw = random.Random(seed)
    return World(
        name="tiny",
        starts_at=STARTS_AT,
        buyers=one_buyer("Tiny Buyer"),
        coordinator_name="Tiny Coordination Office",
        firms=(
            _firm(1, city="Ningbo", lat=29.87, lon=121.55, processes=("press",), draw=draw),
            _firm(2, city="Yuyao", lat=30.04, lon=121.15, processes=("press", "emboss"), draw=draw),
            _firm(3, city="Cixi", lat=30.17, lon=121.24, processes=("emboss",), draw=draw),
        ),
        order=_order(),
        transport=TransportSpec(),
        clock_speed=600.0,
    )


def _order() -> OrderSpec:
    product = ProductSpec(
        code="badge",
        name="Steel badge",
        operations=(
            OperationSpec(code="press", name="Blank", process="press", weight_g=20),
            OperationSpec(
                code="emboss", name="Emboss", process="emboss", needs=(NeedSpec(item="press"),), weight_g=20
            ),
        ),
        parameters=({"key": "numbers", "label": "Badge numbers", "kind": "number_range"},),
    )
    return OrderSpec(
        product=product,
        variant={"numbers": {"first": 1, "last": QUANTITY, "prefix": "T"}},
        title="Two thousand badges",
        due_days=5,
        drops=(DropSpec(name="Main gate", city="Shaoxing", lat=30.0, lon=120.58, quantity=QUANTITY),),
    )


def _firm(
    number: int, *, city: str, lat: float, lon: float, processes: tuple[str, ...], draw: random.Random
) -> FirmSpec:
    return FirmSpec(
        key=f"firm{number:02d}",
        name=f"{city} Tiny Works",
        city=city,
        region="Zhejiang",
        lat=lat,
        lon=lon,
        machines=tuple(
            MachineSpec(
                number=f"{process[0].upper()}{position}",
                name=f"{process.capitalize()} {position}",
                model="Yangli JH21",
                process=process,
                units_per_h=draw.randrange(180, 320),
                setup_min=20,
                min_lot=50,
                price_cents_per_h=draw.randrange(5_000, 12_000),
                hours=ALL_DAY,
                closed_days=(),
            )
            for position, process in enumerate(processes, start=1)
        ),
    )
