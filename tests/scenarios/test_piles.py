"""A simulated machine makes nothing of goods that do not lie at its factory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scenarios.piles import Pile
from scenarios.simulator import READY, BookedRun, SimulatedMachine, advance_together
from scenarios.world import NeedSpec, OperationSpec

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # 20:00 in Ningbo: nobody's shift
PRESS = OperationSpec(code="press", name="Press", process="press", needs=(NeedSpec(material="steel"),))
COAT = OperationSpec(code="coat", name="Coat", process="coat", needs=(NeedSpec(item="press", num=3, den=2),))
PACK = OperationSpec(code="pack", name="Pack", process="pack", needs=(NeedSpec(item="press"),))


def a_pile(*, press: int = 0, at: datetime = MONDAY) -> Pile:
    """With as many pressed pieces from a moment on."""
    pile = Pile([PRESS, COAT, PACK])
    pile.come("shp_1", "press", press, at=at)
    return pile


def a_run(pile: Pile, *, operation: str = "coat", quantity: int = 500) -> BookedRun:
    return BookedRun(
        starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=5), setup=timedelta(), quantity=quantity, operation=operation,
        program="MU-1", pile=pile,
    )  # fmt: skip


def a_machine(*runs: BookedRun) -> SimulatedMachine:
    return SimulatedMachine(name="dev_1", units_per_h=300, seed=7, runs=list(runs))


def test_materials_from_outside_are_always_there():
    assert a_pile().allows("press", 1_000, at=MONDAY) == 1_000


@pytest.mark.parametrize(("lying", "allowed"), [(0, 0), (2, 1), (3, 2), (300, 200), (10**6, 500)])
def test_of_items_no_more_is_made_than_lie_there(lying, allowed):
    assert a_pile(press=lying).allows("coat", 500, at=MONDAY) == allowed


def test_goods_under_way_lie_there_from_their_arrival_on():
    pile = a_pile(press=300, at=MONDAY + timedelta(hours=2))
    allowed = [pile.allows("pack", 500, at=MONDAY + timedelta(hours=hours)) for hours in (1, 2)]
    assert allowed == [0, 300]


def test_what_another_operation_used_or_a_shipment_took_is_gone():
    pile = a_pile(press=300)
    pile.make("MU-2", "pack", 100)
    pile.send("shp_2", "press", 50)
    assert pile.allows("coat", 500, at=MONDAY) == 100


def test_what_is_made_here_may_be_used_here():
    pile = a_pile()
    pile.make("MU-1", "press", 30)
    pile.make("MU-2", "coat", 10)
    assert pile.allows("coat", 500, at=MONDAY) == 10


def test_a_machine_waits_until_its_goods_have_come_and_then_goes_on():
    pile = a_pile(press=150)
    machine = a_machine(a_run(pile))
    said = machine.advance(since=MONDAY, until=MONDAY + timedelta(hours=1))
    assert (machine.count, said[-1].execution) == (100, READY)
    pile.come("shp_2", "press", 600, at=MONDAY + timedelta(hours=1))
    machine.advance(since=MONDAY + timedelta(hours=1), until=MONDAY + timedelta(hours=4))
    assert machine.count == 500


def test_two_machines_share_what_lies_there():
    pile = a_pile(press=300)
    machines = [a_machine(a_run(pile, operation="pack")) for _ in range(2)]
    for machine in machines:
        machine.advance(since=MONDAY, until=MONDAY + timedelta(hours=5))
    assert sum(machine.count for machine in machines) == 300


def test_in_a_long_step_no_machine_uses_up_what_another_needed_before_it():
    """The first machine works on what comes at four; what the other needs at noon is not its."""
    pile = a_pile(press=300)
    pile.come("shp_2", "press", 300, at=MONDAY + timedelta(hours=4))
    early = a_run(pile, operation="pack", quantity=300)
    late = replace(early, starts_at=MONDAY + timedelta(hours=4), ends_at=MONDAY + timedelta(hours=6))
    machines = [a_machine(late), a_machine(early)]
    heard = advance_together(machines, since=MONDAY, until=MONDAY + timedelta(hours=6))
    done = [said.at for machine, said in heard if machine is machines[1] and said.count == 300]
    assert min(done) <= MONDAY + timedelta(hours=1)
    assert machines[0].count == 300


def test_a_long_step_is_heard_as_often_as_what_happens_in_it():
    def said(*, at_once: bool):
        machine = a_machine(a_run(a_pile(press=10_000)))
        until = MONDAY + timedelta(hours=6)
        if at_once:
            return machine.advance(since=MONDAY, until=until)
        return [one for _, one in advance_together([machine], since=MONDAY, until=until)]

    assert said(at_once=False) == said(at_once=True)


def test_a_run_that_is_booked_otherwise_goes_on_and_one_that_is_called_off_ends():
    machine = a_machine(a_run(a_pile(press=10_000)))
    machine.advance(since=MONDAY, until=MONDAY + timedelta(hours=1))
    begun = machine.count
    machine.take([a_run(a_pile(press=10_000), quantity=begun + 40)])
    machine.advance(since=MONDAY + timedelta(hours=1), until=MONDAY + timedelta(hours=2))
    assert machine.count == begun + 40
    machine.take([])
    said = machine.advance(since=MONDAY + timedelta(hours=2), until=MONDAY + timedelta(hours=3))
    assert "MU-1" not in {one.program for one in said}


def a_shipment(quantity: int | None, status: str, *, is_sender: bool) -> dict[str, object]:
    name = f"shp_{status}_{quantity}"
    return {
        "id": name, "item": "press", "quantity": quantity, "status": status, "is_sender": is_sender,
        "is_receiver": not is_sender, "arrives_at": MONDAY.isoformat(),
    }  # fmt: skip


def test_a_pile_hears_what_a_factory_is_told():
    pile = a_pile()
    pile.hear(
        work=[
            {"code": "MU-1", "operation": "press", "good": 100},
            {"code": "MU-2", "operation": "pack", "good": 20},
        ],
        shipments=[
            a_shipment(40, "received", is_sender=False),
            a_shipment(7, "dispatched", is_sender=False),
            a_shipment(None, "planned", is_sender=False),
            a_shipment(60, "dispatched", is_sender=True),
            a_shipment(0, "planned", is_sender=True),
        ],
    )
    assert pile.allows("pack", 500, at=MONDAY) == 100 - 20 + 40 + 7 - 60


def test_what_is_told_later_than_it_was_seen_counts_once():
    pile = a_pile(press=300)
    pile.make("MU-2", "pack", 200)
    pile.send("shp_2", "press", 60)
    told = {
        "work": [{"code": "MU-2", "operation": "pack", "good": 150}],
        "shipments": [
            a_shipment(300, "dispatched", is_sender=False) | {"id": "shp_1"},
            a_shipment(0, "planned", is_sender=True) | {"id": "shp_2"},
        ],
    }
    for _ in range(2):
        pile.hear(**told)
        assert pile.allows("pack", 500, at=MONDAY) == 300 - 200 - 60
