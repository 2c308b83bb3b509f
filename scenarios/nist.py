"""`nist`: eight recorded machine tools of two job shops; valve bodies are made in the idle time found.

The machines are those of the NIST Smart Manufacturing Systems Test Bed. The shops, rates and prices are made up from
the seed; what the machines did in the week of 10 December 2018 is not.
"""

import random
from datetime import UTC, datetime

from scenarios.world import (
    DropSpec,
    FirmSpec,
    MachineSpec,
    NeedSpec,
    OperationSpec,
    OrderSpec,
    ProductSpec,
    ReplaySpec,
    TransportSpec,
    World,
    one_buyer,
)

STARTS_AT = datetime(2018, 12, 10, tzinfo=UTC)
ENDS_AT = datetime(2018, 12, 17, tzinfo=UTC)
QUANTITY = 240
# name in the recordings, words, maker's model, process, median pieces an hour
GAITHERSBURG = (
    ("Mazak01", "Multi-tasking centre", "Mazak Integrex 100-IV", "mill", 45),
    ("GFAgie01", "Five-axis mill", "GF AgieCharmilles HPM600U", "mill", 50),
    ("Hurco01", "Machining centre", "Hurco VMX24", "mill", 40),
    ("Hurco02", "Machining centre", "Hurco VMX24", "mill", 40),
)
FREDERICK = (
    ("Mazak03", "Turning centre", "Mazak Quick Turn Nexus 300", "turn", 55),
    ("Hurco03", "Machining centre", "Hurco VMX64", "mill", 38),
    ("Hurco04", "Machining centre", "Hurco VMX64", "mill", 38),
    ("Hurco06", "Machining centre", "Hurco VMX24", "mill", 40),
)

RecordedMachine = tuple[str, str, str, str, int]


def generate(seed: int) -> World:
    draw = random.Random(seed)
    return World(
        name="nist",
        starts_at=STARTS_AT,
        buyers=one_buyer("Chesapeake Valve Company"),
        coordinator_name="Maryland Manufacturing Office",
        firms=(
            _shop(1, "Gaithersburg Job Shop", "Gaithersburg", (39.14, -77.20), GAITHERSBURG, draw=draw),
            _shop(2, "Frederick Precision", "Frederick", (39.41, -77.41), FREDERICK, draw=draw),
        ),
        order=_order(),
        transport=TransportSpec(departs_every_min=720, departs_at_min=12 * 60),
        clock_speed=3600.0,
        replay=ReplaySpec(starts_at=STARTS_AT, ends_at=ENDS_AT, idle_at_least_min=15, offered_weeks=3),
    )


def _shop(
    number: int,
    name: str,
    city: str,
    place: tuple[float, float],
    machines: tuple[RecordedMachine, ...],
    *,
    draw: random.Random,
) -> FirmSpec:
    return FirmSpec(
        key=f"firm{number:02d}",
        name=name,
        city=city,
        region="Maryland",
        lat=place[0],
        lon=place[1],
        country="US",
        time_zone="America/New_York",
        machines=tuple(_machine(recorded, draw=draw) for recorded in machines),
    )


def _machine(recorded: RecordedMachine, *, draw: random.Random) -> MachineSpec:
    """No hours: what it sells is found in what it does."""
    source_name, words, model, process, median = recorded
    return MachineSpec(
        number=source_name,
        name=f"{words} {source_name}",
        model=model,
        process=process,
        units_per_h=round(median * draw.uniform(0.9, 1.1)),
        setup_min=3,
        min_lot=1,
        price_cents_per_h=draw.randrange(8_000, 14_000),
        hours=(),
        closed_days=(),
        source_name=source_name,
    )


def _order() -> OrderSpec:
    product = ProductSpec(
        code="valve-body",
        name="Valve body",
        operations=(
            OperationSpec(code="mill", name="Mill body", process="mill", weight_g=900),
            OperationSpec(
                code="turn", name="Turn seats", process="turn", needs=(NeedSpec(item="mill"),), weight_g=820
            ),
        ),
    )
    hall = DropSpec(name="Assembly hall", city="Baltimore", lat=39.29, lon=-76.61, quantity=QUANTITY)
    return OrderSpec(product=product, title=f"{QUANTITY} valve bodies", due_days=28, drops=(hall,))
