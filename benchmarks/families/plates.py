"""The plates family: one order of 4.7 million pieces in three stages, over the idle time of 62 factories.

Six hubs lie uniformly in a square, factories normally around them; machines are dealt out by Pareto
weights. Each machine sells one pattern of idle windows. `trucks` adds departures every twelve hours.
The same seed always gives the same problem.

    python -m benchmarks.families.plates --seed 1 [--trucks] > plates-1.json
"""

import argparse
import json
import math
import sys
from dataclasses import dataclass
from random import Random
from typing import Any

SOUTH_WEST = (28.0, 116.0)  # latitude, longitude of the square's corner
SQUARE_KM = 600
SPREAD_KM = 35
KM_PER_DEGREE = 111.195
KM_PER_H = 55
NUM_HUBS = 6
PARETO_SHAPE = 1.3
MAIN_STAGE_SHARE = 0.65
RATE_SIGMA = 0.35
WITHDRAWN_SHARE = 0.12
STAGES = (("press", 1500), ("coat", 1250), ("emboss", 1050))  # operation, median pieces an hour
PATTERNS = (("night", 45), ("gap", 25), ("always", 15), ("evening", 15))  # idle pattern, weight
STEP_MIN = 15
DAY_MIN = 1440
TRUCKS_EVERY_MIN = 720


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Kilometres east and north of the square's south-west corner."""

    x: float
    y: float

    def degrees(self) -> tuple[float, float]:
        """Latitude and longitude, to about a metre."""
        lat = SOUTH_WEST[0] + self.y / KM_PER_DEGREE
        lon = SOUTH_WEST[1] + self.x / (KM_PER_DEGREE * math.cos(math.radians(SOUTH_WEST[0])))
        return round(lat, 5), round(lon, 5)


def plates(
    seed: int,
    *,
    trucks: bool = False,
    num_enterprises: int = 62,
    num_machines: int = 153,
    quantity: int = 4_700_000,
    days: int = 130,
) -> dict[str, Any]:
    """A `planning-problem/1` document. `num_machines` >= `num_enterprises` >= 1."""
    rng = Random(seed)
    hubs = [Point(x=rng.uniform(0, SQUARE_KM), y=rng.uniform(0, SQUARE_KM)) for _ in range(NUM_HUBS)]
    destination = Point(x=rng.uniform(0, SQUARE_KM), y=rng.uniform(0, SQUARE_KM))
    enterprises = [f"E{number:02}" for number in range(num_enterprises)]
    sites = [_site(number, hubs=hubs, rng=rng) for number in range(num_enterprises)]
    horizon_min = days * DAY_MIN
    machines: list[dict[str, Any]] = []
    for number, count in enumerate(_machines_per_enterprise(num_enterprises, num_machines, rng=rng)):
        main_stage = rng.randrange(len(STAGES))
        for _ in range(count):
            stage = main_stage if rng.random() < MAIN_STAGE_SHARE else rng.randrange(len(STAGES))
            machines.append(_machine(len(machines), number, stage, horizon_min=horizon_min, rng=rng))
    transport: dict[str, Any] = {"km_per_h": KM_PER_H, "handling_min": 60, "cents_per_1000_unit_km": 1}
    if trucks:
        transport["departs_every_min"] = TRUCKS_EVERY_MIN
    transport["lanes"] = [_delivery_lane(site, destination=destination) for site in sites]
    lat, lon = destination.degrees()
    return {
        "format": "planning-problem/1",
        "name": f"plates-{seed}" + ("-trucks" if trucks else ""),
        "epoch": "2026-03-02T00:00:00Z",
        "horizon_min": horizon_min,
        "currency": "CNY",
        "objective": "finish",
        "enterprises": [{"id": one, "fixed_cents_per_order": 300000} for one in enterprises],
        "sites": [site for site, _ in sites],
        "products": [{"id": "plate", "operations": _operations()}],
        "machines": machines,
        "transport": transport,
        "orders": [
            {
                "id": "plates",
                "product": "plate",
                "quantity": quantity,
                "due_min": 14 * DAY_MIN,
                "destination": {"lat": lat, "lon": lon},
                "tardiness_cents_per_1000_unit_day": 100,
                "max_enterprises": num_enterprises,
            }
        ],
    }


def _site(number: int, *, hubs: list[Point], rng: Random) -> tuple[dict[str, Any], Point]:
    hub = rng.randrange(len(hubs))
    point = Point(x=rng.gauss(hubs[hub].x, SPREAD_KM), y=rng.gauss(hubs[hub].y, SPREAD_KM))
    lat, lon = point.degrees()
    site = {"id": f"S{number:02}", "enterprise": f"E{number:02}", "lat": lat, "lon": lon}
    return {**site, "region": f"hub{hub}"}, point


def _machines_per_enterprise(num_enterprises: int, num_machines: int, *, rng: Random) -> list[int]:
    """At least one each; the rest by Pareto weights."""
    weights = [rng.paretovariate(PARETO_SHAPE) for _ in range(num_enterprises)]
    counts = [1] * num_enterprises
    for lucky in rng.choices(range(num_enterprises), weights=weights, k=num_machines - num_enterprises):
        counts[lucky] += 1
    return counts


def _machine(number: int, site: int, stage: int, *, horizon_min: int, rng: Random) -> dict[str, Any]:
    operation, median = STAGES[stage]
    pattern = rng.choices([name for name, _ in PATTERNS], weights=[weight for _, weight in PATTERNS])[0]
    first_min = rng.randrange(0, 2 * DAY_MIN + 1, STEP_MIN)
    return {
        "id": f"M{number:03}",
        "site": f"S{site:02}",
        "windows": _windows(pattern, first_min=first_min, horizon_min=horizon_min, rng=rng),
        "modes": [
            {
                "product": "plate",
                "operation": operation,
                "run_min": 60,
                "run_units": round(median * rng.lognormvariate(0, RATE_SIGMA)),
                "setup_min": rng.choice((15, 30, 45, 60)),
                "min_lot": 500,
                "cents_per_h": round(8000 * rng.lognormvariate(0, RATE_SIGMA)),
            }
        ],
    }


def _windows(pattern: str, *, first_min: int, horizon_min: int, rng: Random) -> list[list[int]]:
    """Idle windows from `first_min` on, some days withdrawn; `always` is one window to the horizon."""
    if pattern == "always":
        return [[first_min, horizon_min]]
    windows = []
    for day in range(horizon_min // DAY_MIN):
        start, length = _idle_time(pattern, day=day, rng=rng)
        withdrawn = rng.random() < WITHDRAWN_SHARE
        begin = max(first_min, day * DAY_MIN + start)
        end = min(horizon_min, day * DAY_MIN + start + length)
        if not withdrawn and begin < end:
            windows.append([begin, end])
    return windows


def _idle_time(pattern: str, *, day: int, rng: Random) -> tuple[int, int]:
    """Start within the day and length, both in minutes. Day 0 is a Monday."""
    if pattern == "night":
        return 20 * 60, 10 * 60
    if pattern == "gap":
        return rng.randrange(8 * 60, 14 * 60, STEP_MIN), rng.randrange(4 * 60, 8 * 60 + 1, STEP_MIN)
    is_weekend = day % 7 >= 5
    return (6 * 60, 20 * 60) if is_weekend else (18 * 60, 5 * 60)


def _operations() -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = []
    for name, _ in STAGES:
        needs = [{"item": operations[-1]["id"], "num": 1, "den": 1}] if operations else []
        operations.append({"id": name, "needs": needs})
    return operations


def _delivery_lane(site: tuple[dict[str, Any], Point], *, destination: Point) -> dict[str, Any]:
    """Two hours and the drive, as a lane to the order's own destination."""
    km = math.hypot(site[1].x - destination.x, site[1].y - destination.y)
    return {
        "from": site[0]["id"],
        "to": "order:plates",
        "lead_min": 120 + math.ceil(60 * km / KM_PER_H),
        "cents_per_1000_units": 120 + round(km),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--trucks", action="store_true", help="trucks leave every twelve hours only")
    arguments = parser.parse_args()
    json.dump(plates(arguments.seed, trucks=arguments.trucks), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
