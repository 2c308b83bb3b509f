from dataclasses import replace

import pytest

from scheduling.check import check
from tests.matching.workshop import (
    a_lot,
    a_machine,
    a_mode,
    a_problem,
    a_product,
    a_site,
    an_enterprise,
    an_operation,
    an_order,
)
from tests.scheduling.check.court import a_plan, broken, verdict

WELDS = a_product(operations=[an_operation("cut", certificates=frozenset({"WELD"}))])
WELD = frozenset({"WELD"})


def test_a_lot_runs_on_a_machine_that_has_a_mode_for_it():
    assert verdict(a_problem()) == []


def test_a_lot_without_a_mode_on_its_machine_is_refused():
    other = a_product("other")
    machine = a_machine(modes=[a_mode(product="other")])
    assert "R1 lots[0]" in verdict(a_problem(products=[a_product(), other], machines=[machine]))


@pytest.mark.parametrize("holder", ["machine", "site", "enterprise"])
def test_the_operations_certificate_may_be_held_by_machine_site_or_enterprise(holder):
    held = {who: WELD if who == holder else frozenset() for who in ("machine", "site", "enterprise")}
    problem = a_problem(
        products=[WELDS],
        machines=[a_machine(certificates=held["machine"])],
        sites=[a_site(certificates=held["site"])],
        enterprises=[an_enterprise(certificates=held["enterprise"])],
    )
    assert verdict(problem) == []


def test_an_operation_whose_certificate_nobody_holds_is_refused():
    assert verdict(a_problem(products=[WELDS])) == ["R1 lots[0]"]


def test_the_orders_certificate_must_be_held_by_the_enterprise_itself():
    asking = an_order(certificates=frozenset({"MED"}))
    holding = an_enterprise(certificates=frozenset({"MED"}))
    assert verdict(a_problem(orders=[asking], enterprises=[holding])) == []
    only_machine = a_machine(certificates=frozenset({"MED"}))
    assert verdict(a_problem(orders=[asking], machines=[only_machine])) == ["R1 lots[0]"]


def test_a_blocked_enterprise_may_not_work_on_the_order_but_on_others():
    blocking = an_order(blocked_enterprises=frozenset({"E"}))
    assert verdict(a_problem(orders=[blocking])) == ["R1 lots[0]"]
    elsewhere = an_order(blocked_enterprises=frozenset({"E2"}))
    assert verdict(a_problem(orders=[elsewhere], enterprises=[an_enterprise(), an_enterprise("E2")])) == []


def test_work_stays_in_the_regions_of_the_order():
    assert verdict(a_problem(orders=[an_order(regions=frozenset({"R"}))])) == []
    assert verdict(a_problem(orders=[an_order(regions=frozenset({"far"}))])) == ["R1 lots[0]"]


@pytest.mark.parametrize("field", ["order", "operation", "machine"])
def test_a_lot_that_names_something_unknown_is_refused(field):
    problem = a_problem()
    plan = a_plan(problem)
    strange = replace(plan, lots=(replace(plan.lots[0], **{field: "nobody"}),))
    assert f"R1 lots[0].{field}" in broken(problem, strange)


def test_fixed_lots_are_exempt():
    problem = a_problem(products=[WELDS], fixed_lots=[a_lot()])
    assert verdict(problem) == []


def test_a_violation_reads_as_a_line():
    problem = a_problem(orders=[an_order(regions=frozenset({"far"}))])
    (found,) = check(problem, a_plan(problem))
    assert str(found) == "R1 lots[0]: order 'O' does not allow region 'R'"
