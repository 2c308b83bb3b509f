"""Generated worlds: what the demonstration promises, from the seed alone."""

import ast
from pathlib import Path

import pytest

from scenarios import nist, plates, tiny

SCENARIOS = Path(plates.__file__).parent
SEEDS_ROWS = {"seeding.py"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plates_has_62_firms_153_machines_and_every_stage(seed):
    world = plates.generate(seed)
    machines = [machine for firm in world.firms for machine in firm.machines]
    assert (len(world.firms), len(machines)) == (62, 153)
    assert {machine.process for machine in machines} == {"press", "coat", "emboss"}
    assert len({firm.name for firm in world.firms}) == 62
    assert world.order.quantity == 4_700_000


def test_the_seed_decides_everything():
    assert plates.generate(1) == plates.generate(1)
    assert plates.generate(1) != plates.generate(2)
    assert tiny.generate(1) != tiny.generate(2)
    assert nist.generate(1) != nist.generate(2)


def test_the_recorded_machines_offer_nothing_before_they_were_watched():
    machines = [machine for firm in nist.generate(1).firms for machine in firm.machines]
    assert len({machine.source_name for machine in machines}) == 8
    assert all(machine.source_name and not machine.hours for machine in machines)


def test_numbers_of_the_plates_are_as_many_as_the_plates():
    numbers = plates.generate(5).order.variant["numbers"]
    assert numbers["last"] - numbers["first"] + 1 == plates.QUANTITY


def test_after_seeding_a_scenario_writes_nothing_to_the_database_itself():
    """Only seeding.py may import models; the rest of the package has MQTT, HTTP and the clock."""
    for file in SCENARIOS.rglob("*.py"):
        if file.name in SEEDS_ROWS:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                allowed = (
                    not name.startswith(("marketplace", "django.db")) or name == "marketplace.common.clock"
                )
                assert allowed, f"{file.name} imports {name}"
