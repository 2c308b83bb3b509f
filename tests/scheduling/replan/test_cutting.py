"""What must stand and lacks goods is cut short where it stands: valid, never moved, and the rest is made anew."""

from dataclasses import replace
from random import Random

import pytest

from matching.problem import Lot, Stock, Window
from scheduling.arrivals import last_arrival
from scheduling.check import check
from scheduling.plan import Delivery
from scheduling.replan import choose
from scheduling.replan.ask import Ask
from scheduling.replan.cutting import fed, is_cut_of
from scheduling.replan.standing import standing_problem
from tests.scheduling.chains import a_chain
from tests.scheduling.replan.test_repair import LEAD, OPTIONS, after, repaired, solved

SOON = 240


def a_starving_pair(*, stock, setup_min=0):
    """Presses a0, a1 and coaters b0, b1; b0 is to coat 30 pieces and 30 more, and has `stock` of what it needs."""
    problem = a_chain(
        stages=["a", "b"],
        firms_per_stage=2,
        quantity=60,
        units_per_h=60,
        lead_min=LEAD,
        setup_min=setup_min,
        windows=((SOON, 5000),),
    )
    end = 35 + setup_min
    first = Lot(
        id="1",
        order="o",
        operation="b",
        machine="b0",
        start_min=5,
        setup_min=setup_min,
        end_min=end,
        quantity=30,
    )
    second = replace(first, id="2", start_min=end, setup_min=0, end_min=end + 30)
    rest = replace(
        problem,
        fixed_lots=(first, second),
        stock=(Stock(order="o", item="a", site="b0", from_min=0, quantity=stock),) if stock else (),
    )
    ask = Ask(
        promise_min=90 + setup_min,
        not_before_min=SOON,
        frozen=frozenset(),
        deliveries=(
            Delivery(order="o", from_site="b0", depart_min=end + 30, arrive_min=end + 40, quantity=60),
        ),
    )
    return rest, ask


def planned(rest, ask):
    plan = choose.replan(rest, ask=ask, options=OPTIONS, progress=lambda _: None, stop=lambda: False)
    assert check(standing_problem(rest, plan), plan) == []
    assert sum(load.quantity for load in plan.deliveries) == rest.orders[0].quantity
    return plan


@pytest.mark.parametrize("gives_up", [False, True])
def test_what_begins_before_anything_new_can_reach_it_makes_what_it_has_goods_for(monkeypatch, gives_up):
    rest, ask = a_starving_pair(stock=42)
    if gives_up:
        monkeypatch.setattr(choose, "repair", lambda *_, **__: None)
    lots = {lot.id: lot for lot in planned(rest, ask).lots}
    assert lots["1"] == rest.fixed_lots[0]
    assert lots["2"] == replace(rest.fixed_lots[1], quantity=12, end_min=47)
    coated = sum(lot.quantity for lot in lots.values() if lot.operation == "b")
    pressed = sum(lot.quantity for lot in lots.values() if lot.operation == "a")
    assert (coated, pressed) == (60, 18)


def test_what_has_no_goods_at_all_is_not_there_and_all_is_made_anew():
    rest, ask = a_starving_pair(stock=0)
    plan = planned(rest, ask)
    assert not {"1", "2"} & {lot.id for lot in plan.lots}
    assert min(lot.start_min for lot in plan.lots) >= SOON


def test_what_a_person_has_pinned_is_cut_short_and_stays():
    rest, ask = a_starving_pair(stock=42)
    late = tuple(
        replace(lot, start_min=lot.start_min + 300, end_min=lot.end_min + 300) for lot in rest.fixed_lots
    )
    load = replace(ask.deliveries[0], depart_min=365, arrive_min=375)
    nobody = tuple(replace(machine, windows=(Window(start=600, end=5000),)) for machine in rest.machines)
    rest = replace(rest, fixed_lots=late, machines=nobody)
    pinned = replace(ask, promise_min=390, frozen=frozenset({"1", "2"}), deliveries=(load,))
    lots = {lot.id: lot for lot in planned(rest, pinned).lots}
    assert (lots["1"].start_min, lots["1"].quantity) == (305, 30)
    assert (lots["2"].start_min, lots["2"].quantity) == (335, 12)
    moved = repaired(rest, replace(pinned, frozen=frozenset()))
    assert "2" not in {lot.id for lot in moved.lots}


@pytest.mark.parametrize("gives_up", [False, True])
def test_where_the_lot_that_sets_up_has_no_goods_the_next_one_sets_up_and_makes_less(monkeypatch, gives_up):
    if gives_up:
        monkeypatch.setattr(choose, "repair", lambda *_, **__: None)
    rest, ask = a_starving_pair(stock=0, setup_min=20)
    coming = Stock(order="o", item="a", site="b0", from_min=50, quantity=30)  # for the second lot
    lots = {lot.id: lot for lot in planned(replace(rest, stock=(coming,)), ask).lots}
    assert "1" not in lots
    assert lots["2"] == replace(rest.fixed_lots[1], setup_min=20, quantity=10)
    assert is_cut_of(rest, lots["2"], whole=rest.fixed_lots[1])
    assert not is_cut_of(rest, replace(lots["2"], quantity=11), whole=rest.fixed_lots[1])


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_lost_nothing_that_begins_soon_moves(seed):
    rng = Random(f"soon {seed}")
    problem = a_chain(
        stages=["a", "b", "c"][: rng.randint(2, 3)],
        firms_per_stage=rng.randint(2, 3),
        quantity=rng.randint(100, 600),
        units_per_h=rng.choice([20, 60]),
        lead_min=rng.choice([0, 30]),
        setup_min=rng.choice([0, 20]),
        windows=[(day * 1440, day * 1440 + rng.choice([480, 700, 1440])) for day in range(60)],
    )
    plan = solved(problem)
    down = rng.choice(sorted({lot.machine for lot in plan.lots if lot.operation != "c"}))
    rest, ask = after(problem, plan, at_min=plan.objective // rng.randint(2, 5), down=down)
    ask = replace(ask, not_before_min=SOON)
    again = planned(closed_before(rest, SOON), ask)
    lots = {lot.id: lot for lot in again.lots}
    soon = [lot for lot in rest.fixed_lots if lot.start_min < SOON]
    for lot in soon:
        left = lots.get(lot.id)
        assert left is None or is_cut_of(rest, left, whole=lot)
    assert {lot.id for lot in fed(rest, ask=ask).fixed_lots if lot in soon} <= lots.keys()
    assert last_arrival(again) >= 0


def closed_before(problem, minute):
    """Nothing new starts earlier."""
    machines = tuple(
        replace(
            machine,
            windows=tuple(
                replace(window, start=max(window.start, minute))
                for window in machine.windows
                if window.end > minute
            ),
        )
        for machine in problem.machines
    )
    return replace(problem, machines=machines)


@pytest.mark.parametrize("change", [{"end_min": 40}, {"start_min": 36}, {"quantity": 31}, {"machine": "b1"}])
def test_only_the_cut_itself_counts_as_what_is_left_of_a_lot(change):
    rest, _ask = a_starving_pair(stock=42)
    whole = rest.fixed_lots[1]
    cut = replace(whole, quantity=12, end_min=47)
    assert is_cut_of(rest, whole, whole=whole)
    assert is_cut_of(rest, cut, whole=whole)
    assert not is_cut_of(rest, replace(cut, **change), whole=whole)
