"""Rows become the contract's problem: ids, minutes, evidence, limits."""

import json
from datetime import timedelta

import pytest

from marketplace.capacity.models import Capability, Rate
from marketplace.planning import services
from marketplace.planning.models import PlanRun, TransportTerms
from marketplace.planning.run import ANSWER_MIN, build_problem
from matching.parse import read_problem
from matching.problem import Objective
from matching.write import write_problem
from tests.builders import NOW, a_machine, a_product, a_site, an_enterprise, an_order

pytestmark = pytest.mark.django_db


def a_run(*, order, goal=PlanRun.Goal.FASTEST, **more):
    return services.queue_run(order=order, goal=goal, requested_by_id=None, now=NOW, **more)


def test_a_problem_made_of_rows_is_read_back_by_the_contracts_own_parser():
    a_machine(process="press")
    problem = build_problem(a_run(order=an_order()))
    assert write_problem(read_problem(json.dumps(write_problem(problem)))) == write_problem(problem)


def test_public_ids_are_the_ids_of_the_problem():
    machine = a_machine(process="press")
    order = an_order()
    problem = build_problem(a_run(order=order))
    assert [m.id for m in problem.machines] == [machine.public_id]
    assert problem.sites[0].id == machine.site.public_id
    assert problem.enterprises[0].id == machine.enterprise.public_id
    assert problem.orders[0].id == order.public_id


def test_goals_become_objectives():
    a_machine(process="press")
    order = an_order()
    assert build_problem(a_run(order=order)).objective == Objective.FINISH
    assert build_problem(a_run(order=order, goal=PlanRun.Goal.CHEAPEST)).objective == Objective.COST


def test_nothing_starts_before_the_factories_have_had_time_to_answer():
    a_machine(process="press")
    problem = build_problem(a_run(order=an_order()))
    assert problem.now_min == ANSWER_MIN
    assert all(window.start >= ANSWER_MIN for machine in problem.machines for window in machine.windows)


def test_windows_are_whole_minutes_within_what_is_offered():
    a_machine(
        process="press", hours=[(0, "22:00", "06:00")]
    )  # Monday night in Shanghai is 14:00 to 22:00 UTC
    problem = build_problem(a_run(order=an_order()))
    first = problem.machines[0].windows[0]
    assert (first.start, first.end) == (6 * 60, 14 * 60)


def test_an_unproven_machine_is_planned_at_half_its_rate():
    a_machine(process="press", units_per_h=1500)
    mode = build_problem(a_run(order=an_order())).machines[0].modes[0]
    assert mode.run_units * 60 / mode.run_min == pytest.approx(750)


@pytest.mark.parametrize(
    ("asked", "held", "fits"),
    [
        ({"material_code": "steel"}, {"materials": ["steel"]}, True),
        ({"material_code": "steel"}, {"materials": ["brass"]}, False),
        ({"material_code": "steel"}, {"materials": []}, True),
        ({"size_mm": 300}, {"max_size_mm": 300}, True),
        ({"size_mm": 301}, {"max_size_mm": 300}, False),
        ({"size_mm": 9}, {"min_size_mm": 10, "max_size_mm": 300}, False),
        ({"tolerance_um": 20}, {"tolerance_um": 20}, True),
        ({"tolerance_um": 20}, {"tolerance_um": 21}, False),
    ],
)
def test_a_machine_gets_a_mode_only_where_material_size_and_tolerance_fit(asked, held, fits):
    machine = a_machine(process="press")
    Capability.objects.filter(equipment=machine).update(**held)
    problem = build_problem(a_run(order=an_order(product=a_product(**asked))))
    assert bool(problem.machines) is fits


def test_a_rate_for_the_product_counts_before_the_general_one():
    machine = a_machine(process="press", units_per_h=1500)
    product = a_product()
    Rate.objects.create(
        equipment=machine, process="press", product_code=product.code, run_units=400, price_cents_per_h=1
    )
    mode = build_problem(a_run(order=an_order(product=product))).machines[0].modes[0]
    assert mode.cents_per_h == 1
    assert mode.run_units * 60 / mode.run_min == pytest.approx(200)


def test_orders_for_verified_factories_leave_the_others_out():
    a_machine(site=a_site(enterprise=an_enterprise(verified=False)), process="press")
    assert build_problem(a_run(order=an_order(verified_only=True))).machines == ()
    assert len(build_problem(a_run(order=an_order())).machines) == 1


def test_an_order_that_may_not_be_split_is_made_by_one_enterprise():
    a_machine(process="press")
    assert build_problem(a_run(order=an_order(split_allowed=False))).orders[0].max_enterprises == 1


def test_trucks_leave_on_the_grid_of_the_day_not_of_the_problem():
    a_machine(process="press")
    TransportTerms.objects.create(departs_every_min=720, departs_at_min=22 * 60)
    transport = build_problem(a_run(order=an_order())).transport
    assert NOW + timedelta(minutes=transport.departs_at_min) == NOW.replace(hour=10)


def test_the_last_way_to_the_buyer_takes_the_longer_handling():
    a_machine(process="press")
    TransportTerms.objects.create(km_per_h=60, handling_min=60, delivery_handling_min=120)
    problem = build_problem(a_run(order=an_order()))
    (lane,) = problem.transport.lanes
    assert lane.lead_min > 120
    assert lane.to == f"order:{problem.orders[0].id}/{problem.orders[0].drops[0].id}"


def test_a_refused_window_is_not_offered_again():
    machine = a_machine(process="press", hours=[(0, "22:00", "06:00"), (1, "22:00", "06:00")])
    order = an_order()
    whole = build_problem(a_run(order=order)).machines[0].windows
    refused = [[machine.public_id, whole[0].start, whole[0].start + 1]]
    assert build_problem(a_run(order=order, refused=refused)).machines[0].windows == whole[1:]


def test_a_price_in_another_currency_is_no_price():
    machine = a_machine(process="press")
    Rate.objects.filter(equipment=machine).update(currency="EUR")
    assert build_problem(a_run(order=an_order())).machines == ()


def test_a_longer_horizon_can_be_asked_for_and_the_shortest_holds_otherwise():
    a_machine(process="press")
    run = a_run(order=an_order())
    assert build_problem(run).horizon_min == 60 * 1440
    assert build_problem(run, at_least=timedelta(days=120)).horizon_min == 120 * 1440
