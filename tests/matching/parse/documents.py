"""A problem that uses every field, as JSON values, and ways to spoil it by path."""

import copy
import json
import re

import pytest

from matching.parse import ProblemError, read_problem

GONE = object()  # the value of a field to be taken away

EVERYTHING = {
    "format": "planning-problem/1",
    "name": "everything",
    "epoch": "2026-03-02T00:00:00Z",
    "horizon_min": 20160,
    "currency": "CNY",
    "now_min": 60,
    "objective": "cost",
    "enterprises": [
        {"id": "E1", "certificates": ["ISO", "MED"], "fixed_cents": 500, "fixed_cents_per_order": 20},
        {"id": "E2"},
    ],
    "sites": [
        {
            "id": "S1",
            "enterprise": "E1",
            "lat": 29.87,
            "lon": 121.54,
            "region": "R1",
            "certificates": ["GMP"],
        },
        {"id": "S2", "enterprise": "E2", "lat": 31, "lon": 121, "region": "R2"},
    ],
    "materials": [
        {
            "id": "steel",
            "supplies": [{"site": "S1", "from_min": 0, "quantity": 900, "cents_per_1000_units": 70}],
            "weight_g": 5,
        },
        {"id": "air"},
    ],
    "products": [
        {
            "id": "plate",
            "operations": [
                {"id": "press", "needs": [{"material": "steel", "num": 3, "den": 2}], "weight_g": 7},
                {"id": "punch", "makes": "press", "weight_g": 7},
                {"id": "coat", "needs": [{"item": "press", "num": 1, "den": 1}], "certificates": ["GMP"]},
            ],
        }
    ],
    "classes": [
        {
            "id": "presses",
            "modes": [
                {
                    "product": "plate",
                    "operation": "press",
                    "run_min": 60,
                    "run_units": 90,
                    "cents_per_h": 6000,
                }
            ],
        }
    ],
    "machines": [
        {
            "id": "M1",
            "site": "S1",
            "certificates": ["GMP"],
            "windows": [[0, 480], [480, 960, 150]],
            "breaks": [[500, 530], [100, 130]],
            "changeovers": [{"from": "wet", "to": "plate/coat", "min": 15}],
            "modes": [
                {
                    "product": "plate",
                    "operation": "coat",
                    "run_min": 60,
                    "run_units": 50,
                    "setup_min": 30,
                    "min_lot": 10,
                    "cents_per_h": 9000,
                    "good_per_1000": 980,
                    "batch": True,
                    "hold_min": 120,
                    "family": "wet",
                    "uses": [{"resource": "crew", "quantity": 1}],
                },
                {"product": "plate", "operation": "punch", "run_min": 0, "run_units": 1, "cents_per_h": 0},
            ],
        },
        {"id": "M2", "site": "S2", "class": "presses", "speed_pct": 120, "windows": [[-60, 20160]]},
    ],
    "resources": [
        {"id": "crew", "quantity": 2, "site": "S1", "windows": [[0, 960]]},
        {"id": "mould", "quantity": 1, "site": None},
    ],
    "transport": {
        "km_per_h": 55,
        "handling_min": 60,
        "detour_pct": 130,
        "cents_per_1000_unit_km": 1,
        "cents_per_tonne_km": 120,
        "cents_per_trip": 3000,
        "trip_units": 1000,
        "departs_every_min": 720,
        "departs_at_min": 360,
        "lanes": [
            {"from": "S1", "to": "S2", "lead_min": 90, "cents_per_1000_units": 5},
            {
                "from": "S1",
                "to": "order:O1/gate",
                "lead_min": 90,
                "cents_per_1000_units": 5,
                "cents_per_trip": 10,
                "trip_units": 4,
                "departs_every_min": 30,
                "departs_at_min": 5,
            },
            {"from": "S2", "to": "order:O2", "lead_min": 90, "cents_per_1000_units": 5},
        ],
        "lanes_only": False,
    },
    "orders": [
        {
            "id": "O1",
            "product": "plate",
            "quantity": 100,
            "release_min": 60,
            "due_min": 9000,
            "latest_min": 15000,
            "destination": {"lat": 30.5, "lon": 120.5},
            "drops": [
                {"id": "gate", "destination": {"lat": 30.5, "lon": 120.5}, "quantity": 60, "due_min": 9000},
                {"id": "yard", "destination": {"site": "S2"}, "quantity": 40, "due_min": 9500},
            ],
            "rating": "DX",
            "tardiness_cents_per_1000_unit_day": 900,
            "unmet_cents_per_1000_units": 90000,
            "certificates": ["ISO"],
            "max_enterprises": 2,
            "blocked_enterprises": ["E2"],
            "regions": ["R1"],
        },
        {"id": "O2", "product": "plate", "quantity": 5, "due_min": -100, "destination": {"site": "S1"}},
    ],
    "stock": [
        {"order": "O1", "item": "press", "site": "S1", "from_min": 0, "quantity": 10},
        {"material": "steel", "site": "S2", "from_min": 300, "quantity": 10},
    ],
    "fixed_lots": [
        {
            "id": "F1",
            "order": "O1",
            "operation": "coat",
            "machine": "M1",
            "start_min": -30,
            "setup_min": 0,
            "end_min": 90,
            "quantity": 10,
        }
    ],
    "previous": {
        "format": "plan/1",
        "status": "feasible",
        "lots": [
            {
                "id": "old",
                "order": "closed",
                "operation": "coat",
                "machine": "sold",
                "start_min": -30,
                "setup_min": 0,
                "end_min": 90,
                "quantity": 10,
            }
        ],
    },
    "disruption_cents_per_lot": 40,
    "notes": {"made by": "hand", "depth": [{"x": None}]},
}


def spoiled(*changes):
    """The JSON text of EVERYTHING with (path, value) changes; a path may name a new field or element."""
    document = copy.deepcopy(EVERYTHING)
    for path, value in changes:
        change(document, path, value)
    return json.dumps(document)


def refusal(text):
    """The error that refuses a text."""
    with pytest.raises(ProblemError) as caught:
        read_problem(text)
    return caught.value


def change(document, path, value):
    *steps, last = _steps(path)
    for step in steps:
        document = document[step]
    if value is GONE:
        del document[last]
    elif isinstance(document, list) and last == len(document):
        document.append(value)
    else:
        document[last] = value


def at(path):
    """The value of EVERYTHING at a path."""
    found = EVERYTHING
    for step in _steps(path):
        found = found[step]
    return copy.deepcopy(found)


def _steps(path):
    return [int(number) if number else name for name, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path)]
