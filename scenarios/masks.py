"""`masks-mini`: a hospital emergency. Melt-blown fabric, mask lines, sterilisation with its hold, hospitals as drops.

A pharmacy chain has booked the mask lines for its own masks before the emergency; the hospitals' order is rated DX
and comes first. Ethylene oxide is released after seven days (the shortest found); a mask takes a tenth of a metre
of fabric.
"""

import random
from datetime import UTC, datetime, time

from scenarios.world import (
    BuyerSpec,
    DropSpec,
    EmergencySpec,
    FirmSpec,
    Hours,
    MachineSpec,
    NeedSpec,
    OperationSpec,
    OrderSpec,
    ProductSpec,
    TransportSpec,
    World,
)

STARTS_AT = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
RELEASE_MIN = 7 * 24 * 60
ALL_DAY = tuple(Hours(weekday=day, starts=time(0), ends=time(0)) for day in range(7))
PHARMACIES = BuyerSpec(key="pharmacies", name="Riverside Pharmacies", email="pharmacies@muster.example")
HOSPITALS = BuyerSpec(
    key="buyer", name="Hubei Hospital Group", email="buyer@muster.example", is_public_body=True
)

# Place, region, latitude, longitude, and machines of a process with pieces an hour.
PLACES = (
    ("Foshan", "Guangdong", 23.02, 113.12, (("melt-blow", 900),)),
    ("Suzhou", "Jiangsu", 31.30, 120.60, (("melt-blow", 700),)),
    ("Xiantao", "Hubei", 30.36, 113.45, (("assemble", 2_400), ("assemble", 2_200), ("assemble", 2_000))),
    ("Wuhan", "Hubei", 30.58, 114.30, (("assemble", 2_600), ("assemble", 1_900))),
    ("Changsha", "Hunan", 28.20, 112.97, (("assemble", 2_400), ("assemble", 2_000))),
    ("Nanchang", "Jiangxi", 28.68, 115.86, (("assemble", 2_200),)),
    ("Hefei", "Anhui", 31.82, 117.23, (("assemble", 2_300), ("assemble", 1_800))),
    ("Zhengzhou", "Henan", 34.75, 113.62, (("assemble", 2_100),)),
    ("Wuhan", "Hubei", 30.48, 114.41, (("sterilise", 30_000),)),
    ("Changsha", "Hunan", 28.25, 113.08, (("sterilise", 20_000),)),
)
WORDS = {
    "melt-blow": ("Melt-blown", "Reifenhäuser RF5"),
    "assemble": ("Mask line", "KYD FM-140"),
    "sterilise": ("Chamber", "Sanqiang EO-15"),
}


def generate(seed: int) -> World:
    draw = random.Random(seed)
    return World(
        name="masks-mini",
        starts_at=STARTS_AT,
        buyers=(HOSPITALS, PHARMACIES),
        coordinator_name="Hubei Emergency Supply Office",
        firms=tuple(_firm(number, place, draw=draw) for number, place in enumerate(PLACES, start=1)),
        earlier=(
            _pharmacy_order("Spring stock", quantity=330_000),
            _pharmacy_order("Shop masks", quantity=250_000),
        ),
        order=_hospital_order(),
        emergency=EmergencySpec(
            authority="Hubei Provincial Health Commission",
            legal_basis="Emergency Response Law, article 52",
            regions=tuple(sorted({place[1] for place in PLACES})),
            days=20,
            reason="Hospitals have masks for three days.",
            programme="Masks for Hubei hospitals",
        ),
        transport=TransportSpec(departs_every_min=360, departs_at_min=4 * 60),
        clock_speed=4_800.0,  # all is over within five minutes of its declaration
        patience_s=8.0,
    )


def _firm(
    number: int, place: tuple[str, str, float, float, tuple[tuple[str, int], ...]], *, draw: random.Random
) -> FirmSpec:
    city, region, lat, lon, machines = place
    word = WORDS[machines[0][0]][0]
    return FirmSpec(
        key=f"firm{number:02d}",
        name=f"{city} {word} Works {number}",
        city=city,
        region=region,
        lat=lat,
        lon=lon,
        certificates=("ISO 13485",),
        machines=tuple(
            MachineSpec(
                number=f"{process[0].upper()}{position}",
                name=f"{WORDS[process][0]} {position}",
                model=WORDS[process][1],
                process=process,
                units_per_h=round(rate * draw.uniform(0.97, 1.03)),
                setup_min=30,
                min_lot=1_000 if process == "assemble" else 100,
                price_cents_per_h=draw.randrange(9_000, 16_000),
                hours=ALL_DAY,
                closed_days=(),
            )
            for position, (process, rate) in enumerate(machines, start=1)
        ),
    )


def _fabric() -> OperationSpec:
    return OperationSpec(
        code="fabric",
        name="Melt-blown fabric",
        process="melt-blow",
        unit="m",
        needs=(NeedSpec(material="polypropylene", num=25),),
        weight_g=25,
    )


def _masks(*, is_last: bool) -> OperationSpec:
    return OperationSpec(
        code="mask" if is_last else "raw-mask",
        name="Form and weld",
        process="assemble",
        needs=(NeedSpec(item="fabric", num=1, den=10),),
        weight_g=3,
    )


def _hospital_order() -> OrderSpec:
    sterilise = OperationSpec(
        code="sterile-mask",
        name="Sterilise and release",
        process="sterilise",
        needs=(NeedSpec(item="raw-mask"),),
        weight_g=3,
        hold_min=RELEASE_MIN,
    )
    product = ProductSpec(
        code="surgical-mask",
        name="Surgical mask, sterile, type IIR",
        operations=(_fabric(), _masks(is_last=False), sterilise),
        material="polypropylene",
    )
    return OrderSpec(
        product=product,
        title="Masks for four hospitals",
        due_days=11,
        drops=(
            DropSpec(name="Tongji Hospital", city="Wuhan", lat=30.58, lon=114.26, quantity=240_000),
            DropSpec(
                name="Huanggang Central Hospital", city="Huanggang", lat=30.45, lon=114.87, quantity=90_000
            ),
            DropSpec(name="Xiaogan First Hospital", city="Xiaogan", lat=30.92, lon=113.92, quantity=80_000),
            DropSpec(name="Yichang Central Hospital", city="Yichang", lat=30.69, lon=111.29, quantity=70_000),
        ),
    )


def _pharmacy_order(title: str, *, quantity: int) -> OrderSpec:
    product = ProductSpec(
        code="daily-mask",
        name="Mask for daily use",
        operations=(_fabric(), _masks(is_last=True)),
        material="polypropylene",
    )
    depot = DropSpec(name="Pharmacy depot", city="Wuhan", lat=30.62, lon=114.13, quantity=quantity)
    return OrderSpec(product=product, title=title, due_days=9, drops=(depot,), buyer=PHARMACIES.key)
