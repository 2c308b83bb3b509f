import json
from dataclasses import replace
from pathlib import Path

import pytest

from matching.parse import read_problem
from matching.problem import Lane, Objective, Rating, Stock
from scheduling.check import check
from scheduling.costs import costs_of, num_disrupted
from scheduling.discrete import DiscreteEngine
from scheduling.options import SolveOptions
from scheduling.plan import Status
from scheduling.plan_format import read_plan, write_plan
from tests.matching.workshop import (
    DAY,
    a_chain,
    a_lot,
    a_machine,
    a_mode,
    a_problem,
    a_site,
    a_transport,
    an_enterprise,
    an_order,
)
from tests.scheduling.random_problems import a_random_problem

EXAMPLES = Path(__file__).parents[3] / "../shared/design/examples"


def solve(problem, *, work=40, stop=lambda: False, seed=1, progress=lambda _: None):
    options = SolveOptions(time_limit_s=60, seed=seed, work=work)
    plan = DiscreteEngine().solve(problem, options=options, progress=progress, stop=stop)
    if plan.status in (Status.OPTIMAL, Status.FEASIBLE):
        assert check(problem, plan) == []
    return plan


def result(plan, order="O"):
    return next(each for each in plan.orders if each.id == order)


def an_example(name):
    path = EXAMPLES / f"{name}.problem.json"
    if not path.exists():
        pytest.skip(f"no example at {path}")
    return read_problem(path.read_bytes())


def test_no_field_is_beyond_it():
    assert DiscreteEngine().unsupported(a_random_problem(1)) == ()


def test_a_single_piece_is_planned_and_proven():
    machines = [a_machine("slow", modes=[a_mode(run_min=9)]), a_machine("fast", modes=[a_mode(run_min=4)])]
    plan = solve(a_problem(objective=Objective.FINISH, machines=machines, orders=[an_order(quantity=1)]))
    assert (plan.status, plan.objective, plan.bound) == (Status.OPTIMAL, 4, 4)
    assert [lot.machine for lot in plan.lots] == ["fast"]


def test_cheapest_and_fastest_choose_differently():
    machines = [
        a_machine("fast", modes=[a_mode(run_min=1, cents_per_h=60_000)]),
        a_machine("cheap", modes=[a_mode(run_min=2, cents_per_h=600)]),
    ]
    order = an_order(quantity=100, due_min=5 * DAY)
    cheapest = solve(a_problem(objective="cost", machines=machines, orders=[order]))
    fastest = solve(a_problem(objective="finish", machines=machines, orders=[order]))
    assert {lot.machine for lot in cheapest.lots} == {"cheap"}
    assert {lot.machine for lot in fastest.lots} == {"cheap", "fast"}
    assert fastest.objective <= 70
    assert cheapest.cost_cents == 2_000


def test_what_stock_holds_is_delivered_without_making_it():
    stock = Stock(order="O", item="cut", site="S", from_min=5, quantity=10)
    plan = solve(a_problem(stock=[stock], orders=[an_order(quantity=10)]))
    assert plan.lots == ()
    assert result(plan).delivered == 10


def test_an_order_that_costs_more_than_leaving_it_is_left():
    dear = an_order(quantity=10, unmet_cents_per_1000_units=99_000)
    plan = solve(a_problem(orders=[dear]))
    assert (result(plan).delivered, result(plan).unmet, plan.cost_cents) == (0, 10, 990)
    worth_it = an_order(quantity=10, unmet_cents_per_1000_units=101_000)
    assert result(solve(a_problem(orders=[worth_it]))).delivered == 10


def test_a_rated_order_is_delivered_however_dear_it_is():
    order = an_order(quantity=10, unmet_cents_per_1000_units=99_000, rating=Rating.DO)
    assert result(solve(a_problem(orders=[order]))).delivered == 10


@pytest.mark.parametrize("objective", list(Objective))
def test_what_a_rated_order_gets_is_as_if_it_were_alone(objective):
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(0, 2 * DAY)])

    def an(name, rating, **more):
        return an_order(
            name,
            quantity=20,
            due_min=150,
            tardiness_cents_per_1000_unit_day=1_000_000,
            rating=rating,
            **more,
        )

    upper = [an("A", Rating.DX), an("B", Rating.DO)]
    lower = an("C", Rating.UNRATED, unmet_cents_per_1000_units=10**9)
    alone = solve(a_problem(objective=objective, machines=[machine], orders=upper[:1]))
    two = solve(a_problem(objective=objective, machines=[machine], orders=upper))
    all_three = solve(a_problem(objective=objective, machines=[machine], orders=[lower, *upper[::-1]]))
    assert (
        result(all_three, "A").completed_min
        == result(two, "A").completed_min
        == result(alone, "A").completed_min
    )
    assert result(all_three, "B").completed_min == result(two, "B").completed_min
    assert result(all_three, "C").delivered == 20


def test_the_plan_in_force_is_kept_where_changing_it_is_dear():
    machines = [
        a_machine("dear", modes=[a_mode(cents_per_h=6_600)]),
        a_machine("cheap", modes=[a_mode(cents_per_h=6_000)]),
    ]
    in_force = (a_lot("V", machine="dear", start=30, end=40, quantity=10),)
    problem = a_problem(machines=machines, previous=in_force, orders=[an_order(quantity=10)])
    moved = solve(problem)
    assert {lot.machine for lot in moved.lots} == {"cheap"}
    kept = solve(replace(problem, disruption_cents_per_lot=500))
    assert num_disrupted(problem, lots=kept.lots) == 0
    assert kept.lots == in_force


def test_few_enterprises_share_the_work_where_only_few_may():
    firms = [an_enterprise(f"E{at}") for at in range(4)]
    sites = [a_site(f"S{at}", enterprise=f"E{at}") for at in range(4)]
    machines = [a_machine(f"M{at}", site=f"S{at}", windows=[(0, 300)]) for at in range(4)]
    order = an_order(quantity=550, site="S0", max_enterprises=2)
    plan = solve(
        a_problem(objective="finish", enterprises=firms, sites=sites, machines=machines, orders=[order])
    )
    assert len({lot.machine for lot in plan.lots}) == 2


def test_impossible_by_the_latest_arrival_says_which_would_do():
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(0, 100)])
    order = an_order(quantity=5, latest_min=40)
    plan = solve(a_problem(objective="finish", machines=[machine], orders=[order], horizon_min=200))
    assert plan.status is Status.INFEASIBLE
    assert plan.lots == ()
    assert plan.max_quantity == 4
    told = {each.kind: (each.id, each.from_value, each.to_value) for each in plan.relaxations}
    assert told == {"latest_min": ("O", 40, 50), "quantity": ("O", 5, 4)}
    assert all(each.text for each in plan.relaxations)


def test_impossible_for_want_of_a_certificate_says_so():
    order = an_order(quantity=5, certificates=frozenset({"ISO"}))
    plan = solve(a_problem(orders=[order]))
    assert plan.status is Status.INFEASIBLE
    assert ("certificates", "ISO", None) in [
        (each.kind, each.from_value, each.to_value) for each in plan.relaxations
    ]


@pytest.mark.parametrize(
    "limit", [{"certificates": frozenset({"ISO"})}, {"blocked_enterprises": frozenset({"E"})}]
)
def test_what_is_given_up_altogether_is_written_as_a_plan_that_can_be_read(limit):
    plan = solve(a_problem(orders=[an_order(quantity=5, **limit)]))
    assert [each.to_value for each in plan.relaxations if each.kind in limit] == [None]
    assert read_plan(json.dumps(write_plan(plan))).relaxations == plan.relaxations


def test_somebody_who_wants_it_to_stop_gets_the_plan_so_far():
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 5

    plan = solve(a_random_problem(3, objective="cost"), work=10_000, stop=stop)
    assert plan.interrupted
    assert plan.status is Status.FEASIBLE


def test_progress_only_gets_better_and_its_bound_stays_below():
    told = []
    solve(a_random_problem(7, objective="cost"), work=60, progress=told.append)
    objectives = [each.objective for each in told if each.objective is not None]
    bounds = [each.bound for each in told if each.bound is not None]
    assert objectives and bounds
    assert objectives == sorted(objectives, reverse=True)
    assert max(bounds) <= min(objectives)


def test_the_same_seed_and_work_give_the_same_plan():
    for seed in (2, 9):
        problem = a_random_problem(seed)
        one, other = solve(problem, work=30), solve(problem, work=30)
        assert replace(one, seconds=0.0) == replace(other, seconds=0.0)


def test_goods_wait_for_a_shared_departure_where_trips_cost():
    lanes = (Lane(from_site="S", to="order:O", lead_min=30, cents_per_1000_units=0, cents_per_trip=5_000),)
    machine = a_machine(modes=[a_mode(run_min=1)], windows=[(0, 60), (100, 160)])
    order = an_order(quantity=100, due_min=DAY, site="T")
    problem = a_problem(
        sites=[a_site(), a_site("T")],
        machines=[machine],
        transport=a_transport(lanes=lanes),
        orders=[order],
    )
    plan = solve(problem)
    assert len(plan.deliveries) == 1
    costs = costs_of(problem, lots=plan.lots, transfers=plan.transfers, deliveries=plan.deliveries)
    assert costs.trips == 5_000


def test_a_chain_over_two_firms_is_pipelined_when_it_must_be_fast():
    machines = [
        a_machine("M", modes=[a_mode("cut", run_min=1)]),
        a_machine("N", modes=[a_mode("bend", run_min=1)]),
    ]
    problem = a_problem(
        objective="finish",
        products=[a_chain("cut", "bend")],
        machines=machines,
        orders=[an_order(quantity=400)],
    )
    assert solve(problem).objective <= 440  # one after the other it would be 800


def test_the_example_with_masks_costs_less_than_a_third_of_the_naive_plan():
    plan = solve(an_example("tiny-masks"), work=16)
    assert plan.cost_cents < 68_148_967 / 3
    assert float(plan.bound or 0) <= plan.objective


def test_the_example_with_plates_ends_long_before_the_naive_plan():
    plan = solve(an_example("tiny-plates"), work=30)
    assert plan.objective < 6_055 * 0.8


def test_items_that_nobody_can_use_are_not_made():
    """Of a chain of three, no machine can do the last: the order that may be left out is left out."""
    machine = a_machine(modes=[a_mode("a"), a_mode("b")])
    order = an_order(quantity=5, unmet_cents_per_1000_units=1000)
    plan = solve(a_problem(products=[a_chain("a", "b", "c")], machines=[machine], orders=[order]))
    assert (plan.lots, plan.objective) == ((), 5)


def test_lots_without_length_stand_in_the_sequence_their_set_ups_ask_for():
    modes = [a_mode("a", run_min=0, setup_min=15), a_mode("b", run_min=0)]
    orders = [an_order("O", quantity=40, rating=Rating.DX), an_order("P", quantity=1)]
    plan = solve(
        a_problem(
            objective=Objective.FINISH,
            products=[a_chain("a", "b")],
            machines=[a_machine(modes=modes)],
            orders=orders,
        )
    )
    assert plan.objective in (15, 30)


def test_what_costs_next_to_nothing_has_a_bound_of_nothing():
    order = an_order(quantity=3, unmet_cents_per_1000_units=7)
    machine = a_machine(modes=[a_mode(run_min=1, run_units=3, cents_per_h=0, setup_min=5)])
    plan = solve(a_problem(machines=[machine], orders=[order]))
    assert (plan.status, plan.objective) == (Status.OPTIMAL, 0)
