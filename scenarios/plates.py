"""`plates`: 62 enterprises around Ningbo, 153 machines, 4.7 million licence plates in three stages.

After the documented case of 62 small firms with 153 idle machines. Names, places and figures are made up from
the seed; the distributions are those of the benchmark family (rates lognormal, machines by Pareto weight,
four kinds of idle time).
"""

import math
import random
from dataclasses import replace
from datetime import UTC, datetime, time

from scenarios.world import (
    BreakdownSpec,
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

NUM_FIRMS = 62
NUM_MACHINES = 153
QUANTITY = 4_700_000
STARTS_AT = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # a Monday, 08:00 in Ningbo
DUE_DAYS = 14
CALENDAR_DAYS = 220  # withdrawn days are drawn this far ahead
SPREAD_KM = 12.0  # of the factories of a city around its centre
KM_PER_DEGREE = 111.2
MAIN_STAGE_SHARE = 0.65
WITHDRAWN_SHARE = 0.12
RATE_SIGMA = 0.35
COUNTED_ON = 0.95  # what the planner counts on of a rate its controller proves; the medians are after that

# city, region, latitude, longitude, weight
CITIES = (
    ("Ningbo", "Zhejiang East", 29.87, 121.55, 14),
    ("Yuyao", "Zhejiang East", 30.04, 121.15, 10),
    ("Cixi", "Zhejiang East", 30.17, 121.24, 11),
    ("Fenghua", "Zhejiang East", 29.66, 121.41, 6),
    ("Xiangshan", "Zhejiang East", 29.48, 121.87, 3),
    ("Shaoxing", "Zhejiang North", 30.00, 120.58, 6),
    ("Hangzhou", "Zhejiang North", 30.25, 120.17, 5),
    ("Taizhou", "Zhejiang South", 28.66, 121.43, 4),
    ("Yiwu", "Zhejiang Central", 29.31, 120.07, 3),
)
STAGES = (
    # process, machine word, maker, median pieces an hour
    ("press", "Blanking press", ("Yangli JH21-80", "Jier J36-160", "Xuduan YQ32"), 1500),
    ("coat", "Reflective coating line", ("Huafeng FG-600", "Minhui LB-3", "Orafol RC-2"), 1250),
    ("emboss", "Embossing press", ("Utsch EP-40", "Yangli YB-25", "Tönnjes HP-4"), 1050),
)
FIRST_WORDS = ("Yonghui", "Haitian", "Dongfang", "Jinlong", "Xinhua", "Hengda", "Tiancheng", "Baolai", "Ruifeng",
               "Shunfa", "Mingyang", "Kaide", "Lianhe", "Zhenhai", "Beilun", "Siming", "Gaoqiao", "Hongsheng")  # fmt: skip
TRADES = ("Metal Products", "Stamping", "Hardware", "Sign Works", "Precision Parts", "Coating", "Auto Parts")


def generate(seed: int) -> World:
    """The world of this seed; the same seed gives the same world."""
    draw = random.Random(seed)
    counts = _machines_per_firm(draw)
    names = _names(draw)
    return World(
        name="plates",
        starts_at=STARTS_AT,
        buyers=one_buyer("Zhejiang Vehicle Registry Supply"),
        coordinator_name="Ningbo Industry Coordination Office",
        firms=tuple(
            _firm(index, count=count, name=name, draw=draw)
            for index, (count, name) in enumerate(zip(counts, names, strict=True))
        ),
        order=_order(draw),
        transport=TransportSpec(
            trip_units=20_000, departs_every_min=720, departs_at_min=22 * 60
        ),  # 06:00, 18:00
        clock_speed=600.0,
    )


def generate_with_breakdown(seed: int) -> World:
    """The same, and its largest press stops for good on the second day."""
    return replace(generate(seed), breakdown=BreakdownSpec(operation="press", after_h=40))


def _machines_per_firm(draw: random.Random) -> list[int]:
    """153 machines over 62 firms by Pareto weight (1.3), at least one each."""
    weights = [draw.paretovariate(1.3) for _ in range(NUM_FIRMS)]
    counts = [1] * NUM_FIRMS
    for index in draw.choices(range(NUM_FIRMS), weights=weights, k=NUM_MACHINES - NUM_FIRMS):
        counts[index] += 1
    return counts


def _names(draw: random.Random) -> list[str]:
    every = [f"{word} {trade}" for word in FIRST_WORDS for trade in TRADES]
    return draw.sample(every, NUM_FIRMS)


def _firm(index: int, *, count: int, name: str, draw: random.Random) -> FirmSpec:
    city, region, lat, lon, _weight = draw.choices(CITIES, weights=[c[4] for c in CITIES])[0]
    main = index % len(STAGES)
    return FirmSpec(
        key=f"firm{index + 1:02d}",
        name=f"{city} {name}",
        city=city,
        region=region,
        lat=round(lat + draw.gauss(0, SPREAD_KM / KM_PER_DEGREE), 5),
        lon=round(lon + draw.gauss(0, SPREAD_KM / (KM_PER_DEGREE * math.cos(math.radians(lat)))), 5),
        certificates=("ISO 9001",) if draw.random() < 0.7 else (),
        is_verified=draw.random() < 0.9,
        machines=tuple(_machine(number, main=main, draw=draw) for number in range(1, count + 1)),
    )


def _machine(number: int, *, main: int, draw: random.Random) -> MachineSpec:
    stage = main if draw.random() < MAIN_STAGE_SHARE else draw.randrange(len(STAGES))
    process, word, makers, median = STAGES[stage]
    rate = max(200, round(median / COUNTED_ON * math.exp(draw.gauss(0, RATE_SIGMA))))
    return MachineSpec(
        number=f"{process[0].upper()}{number}",
        name=f"{word} {number}",
        model=draw.choice(makers),
        process=process,
        units_per_h=rate,
        setup_min=draw.randrange(15, 61, 5),
        min_lot=500,
        price_cents_per_h=round(draw.uniform(4_000, 15_000)),
        hours=_idle_hours(draw),
        closed_days=tuple(day for day in range(CALENDAR_DAYS) if draw.random() < WITHDRAWN_SHARE),
        materials=("aluminium",),
    )


def _idle_hours(draw: random.Random) -> tuple[Hours, ...]:
    """45 % nights of 10 h, 25 % day gaps of 4-8 h, 15 % all day, 15 % evenings of 5 h and whole weekends."""
    kind = draw.random()
    if kind < 0.45:
        starts = time(draw.choice((19, 20, 21)))
        return tuple(Hours(weekday=d, starts=starts, ends=time((starts.hour + 10) % 24)) for d in range(7))
    if kind < 0.70:
        return tuple(_gap(d, draw) for d in range(7))
    if kind < 0.85:
        return tuple(Hours(weekday=d, starts=time(0), ends=time(0)) for d in range(7))
    evenings = tuple(Hours(weekday=d, starts=time(18), ends=time(23)) for d in range(5))
    return (*evenings, *(Hours(weekday=d, starts=time(0), ends=time(0)) for d in (5, 6)))


def _gap(weekday: int, draw: random.Random) -> Hours:
    starts = draw.randrange(7, 13)
    return Hours(weekday=weekday, starts=time(starts), ends=time(starts + draw.randrange(4, 9)))


def _order(draw: random.Random) -> OrderSpec:
    first = draw.randrange(1, 900) * 10_000
    return OrderSpec(
        product=_product(),
        variant={
            "colour": draw.choice(("blue", "green")),
            "numbers": {"first": first, "last": first + QUANTITY - 1, "prefix": "ZJ"},
        },
        title="4.7 million licence plates",
        due_days=DUE_DAYS,
        drops=(
            DropSpec(name="Central plate depot", city="Hangzhou", lat=30.30, lon=120.30, quantity=QUANTITY),
        ),
    )


def _product() -> ProductSpec:
    aluminium, blank, coated = (
        NeedSpec(material="aluminium", num=180),
        NeedSpec(item="press"),
        NeedSpec(item="coat"),
    )
    return ProductSpec(
        code="licence-plate",
        name="Licence plate 440 × 140 mm",
        operations=(
            OperationSpec(code="press", name="Blank", process="press", needs=(aluminium,), weight_g=180),
            OperationSpec(code="coat", name="Coat", process="coat", needs=(blank,), weight_g=185),
            OperationSpec(code="emboss", name="Emboss", process="emboss", needs=(coated,), weight_g=185),
        ),
        parameters=(
            {"key": "colour", "label": "Colour", "kind": "choice", "choices": ["blue", "green", "yellow"]},
            {"key": "numbers", "label": "Plate numbers", "kind": "number_range"},
        ),
        material="aluminium",
    )
