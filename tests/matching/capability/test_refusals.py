from matching.capability import Obstacle, may_run, obstacles, refusals, survey
from matching.problem import Lane, Material, Need, Objective, Resource, ResourceUse, Stock, Supply
from tests.matching.workshop import (
    a_chain,
    a_lot,
    a_machine,
    a_mode,
    a_problem,
    a_product,
    a_site,
    a_transport,
    an_enterprise,
    an_operation,
    an_order,
)


def refused(problem, *, operation=0, machine=0):
    order = problem.orders[0]
    return refusals(
        problem,
        order=order,
        operation=problem.product_by_id[order.product].operations[operation],
        machine=problem.machines[machine],
    )


def reasons(problem, **which):
    return [refusal.obstacle for refusal in refused(problem, **which)]


def test_a_plain_machine_is_refused_for_nothing():
    assert reasons(a_problem()) == []


def test_a_machine_without_a_mode_is_refused_and_rule_1_is_still_looked_at():
    problem = a_problem(
        products=[a_chain("cut", "bend")], orders=[an_order(blocked_enterprises=frozenset({"E"}))]
    )
    assert reasons(problem, operation=1) == [Obstacle.NO_MODE, Obstacle.BLOCKED]


def test_the_enterprise_and_nobody_else_must_hold_the_certificates_of_the_order():
    problem = a_problem(
        enterprises=[an_enterprise(certificates=frozenset({"ISO"}))],
        sites=[a_site(certificates=frozenset({"MED"}))],
        orders=[an_order(certificates=frozenset({"ISO", "MED", "GOV"}))],
    )
    (refusal,) = refused(problem)
    assert refusal.obstacle is Obstacle.ORDER_CERTIFICATE
    assert refusal.ids == ("GOV", "MED")


def test_machine_site_or_enterprise_may_hold_the_certificates_of_the_operation():
    wanted = frozenset({"A", "B", "C"})
    held = a_problem(
        enterprises=[an_enterprise(certificates=frozenset({"A"}))],
        sites=[a_site(certificates=frozenset({"B"}))],
        machines=[a_machine(certificates=frozenset({"C"}))],
        products=[a_product(operations=[an_operation(certificates=wanted)])],
    )
    assert reasons(held) == []
    lacking = a_problem(products=[a_product(operations=[an_operation(certificates=wanted)])])
    assert reasons(lacking) == [Obstacle.OPERATION_CERTIFICATE]


def test_a_machine_lies_in_the_region_of_its_site():
    assert reasons(a_problem(orders=[an_order(regions=frozenset({"R"}))])) == []
    (refusal,) = refused(a_problem(orders=[an_order(regions=frozenset({"X"}))]))
    assert (refusal.obstacle, refusal.ids) == (Obstacle.REGION, ("R",))


def test_windows_before_the_release_or_after_the_latest_arrival_do_not_count():
    machine = a_machine(windows=[(100, 200)])
    assert reasons(a_problem(machines=[machine], orders=[an_order(release_min=190)])) == []
    for shut in ({"release_min": 200}, {"latest_min": 100}):
        problem = a_problem(machines=[machine], orders=[an_order(quantity=1, **shut)])
        assert reasons(problem) == [Obstacle.NO_WINDOW]
    assert reasons(a_problem(machines=[machine], now_min=200)) == [Obstacle.NO_WINDOW]


def test_set_up_and_one_piece_must_fit_into_the_working_time_of_a_window():
    mode = a_mode(run_min=50, setup_min=20)
    fits = a_machine(modes=[mode], windows=[(0, 80)], breaks=[(30, 40)])
    assert reasons(a_problem(machines=[fits])) == []
    short = a_machine(modes=[mode], windows=[(0, 79)], breaks=[(30, 40)])
    (refusal,) = refused(a_problem(machines=[short]))
    assert refusal.obstacle is Obstacle.WINDOW_TOO_SHORT
    assert (refusal.needed, refusal.available) == (70, 69)


def test_a_listed_changeover_can_make_the_set_up_short_enough():
    machine = a_machine(
        modes=[a_mode(run_min=50, setup_min=20), a_mode("bend", run_min=1)],
        windows=[(0, 60)],
        changeovers=[("part/bend", "part/cut", 5)],
    )
    problem = a_problem(machines=[machine], products=[a_chain("bend", "cut")])
    assert reasons(problem, operation=1) == []


def test_a_run_of_the_smallest_lot_must_fit_into_one_window():
    machine = a_machine(modes=[a_mode(min_lot=30)], windows=[(0, 20), (30, 50)])
    (refusal,) = refused(a_problem(machines=[machine], orders=[an_order(quantity=40)]))
    assert refusal.obstacle is Obstacle.MIN_LOT
    assert (refusal.needed, refusal.available) == (30, 20)


def test_an_order_that_needs_less_than_the_smallest_lot_is_not_refused_for_it():
    machine = a_machine(modes=[a_mode(min_lot=30)], windows=[(0, 20)])
    assert reasons(a_problem(machines=[machine], orders=[an_order(quantity=20)])) == []
    stocked = a_problem(
        machines=[machine],
        orders=[an_order(quantity=40)],
        stock=[Stock(order="O", item="cut", site="S", from_min=0, quantity=25)],
    )
    assert reasons(stocked) == []


def test_the_need_of_an_item_before_follows_from_the_graph():
    product = a_product(operations=[an_operation("wheel"), an_operation("cart", needs=[("wheel", 4, 1)])])
    modes = [a_mode("wheel", min_lot=30), a_mode("cart")]
    short = a_problem(products=[product], machines=[a_machine(modes=modes, windows=[(0, 20)])])
    assert reasons(short) == [Obstacle.MIN_LOT]
    few = a_problem(
        products=[product],
        machines=[a_machine(modes=modes, windows=[(0, 20)])],
        orders=[an_order(quantity=5)],
    )
    assert reasons(few) == []
    open_need = a_problem(
        products=[product],
        machines=[a_machine(modes=modes, windows=[(0, 20)])],
        fixed_lots=[a_lot(operation="wheel", quantity=4, start=-10, end=0)],
    )
    assert reasons(open_need) == []


def test_a_resource_of_another_site_or_too_small_refuses_the_machine():
    mode = a_mode(uses=(ResourceUse(resource="crew", quantity=2),))
    machine = a_machine(modes=[mode])
    sites = [a_site(), a_site("T")]
    here = a_problem(machines=[machine], sites=sites, resources=[Resource(id="crew", quantity=2, site="S")])
    assert reasons(here) == []
    there = a_problem(machines=[machine], sites=sites, resources=[Resource(id="crew", quantity=2, site="T")])
    assert reasons(there) == [Obstacle.RESOURCE_ELSEWHERE]
    (refusal,) = refused(a_problem(machines=[machine], resources=[Resource(id="crew", quantity=1, site="S")]))
    assert refusal.obstacle is Obstacle.RESOURCE_TOO_SMALL
    assert (refusal.needed, refusal.available) == (2, 1)


def test_a_material_that_nobody_has_refuses_every_machine():
    product = a_product(operations=[an_operation(needs=[Need(material="steel", num=1, den=1)])])
    none = a_problem(products=[product], materials=[Material(id="steel", supplies=())])
    assert reasons(none) == [Obstacle.NO_MATERIAL]
    unlimited = a_problem(products=[product], materials=[Material(id="steel")])
    assert reasons(unlimited) == []
    supplied = Material(id="steel", supplies=(Supply(site="S", from_min=0, quantity=1),))
    assert reasons(a_problem(products=[product], materials=[supplied])) == []
    stocked = a_problem(
        products=[product],
        materials=[Material(id="steel", supplies=())],
        stock=[Stock(material="steel", site="S", from_min=0, quantity=5)],
    )
    assert reasons(stocked) == []


def test_a_site_without_a_way_out_cannot_make_the_product_where_only_lanes_exist():
    lane = Lane(from_site="S", to="order:O", lead_min=10, cents_per_1000_units=0)
    sites = [a_site(), a_site("T")]
    open_way = a_problem(
        sites=sites, orders=[an_order(site="T")], transport=a_transport(lanes=(lane,), lanes_only=True)
    )
    assert reasons(open_way) == []
    shut = a_problem(sites=sites, orders=[an_order(site="T")], transport=a_transport(lanes_only=True))
    assert reasons(shut) == [Obstacle.NO_WAY]


def test_rule_1_alone_is_what_solvers_ask_for():
    problem = a_problem(
        machines=[a_machine(windows=[])], orders=[an_order(blocked_enterprises=frozenset({"E"}))]
    )
    order, machine = problem.orders[0], problem.machines[0]
    (operation,) = problem.products[0].operations
    assert obstacles(problem, order=order, operation=operation, machine=machine) == (Obstacle.BLOCKED,)
    assert not may_run(problem, order=order, operation=operation, machine=machine)
    free = a_problem(machines=[a_machine(windows=[])], objective=Objective.FINISH)
    assert may_run(free, order=free.orders[0], operation=operation, machine=free.machines[0])


def test_a_survey_names_who_can_and_why_the_others_cannot():
    problem = a_problem(
        sites=[a_site(), a_site("T", region="far")],
        machines=[
            a_machine("near"),
            a_machine("far", site="T"),
            a_machine("other", modes=[a_mode("bend")]),
        ],
        products=[a_chain("cut", "bend")],
        orders=[an_order(regions=frozenset({"R"}))],
    )
    cut, bend = survey(problem, order=problem.orders[0])
    assert cut.able == ("near",)
    assert [(refusal.machine, refusal.obstacle.code) for refusal in cut.refusals] == [
        ("far", "capability:region")
    ]
    assert bend.able == ("other",)
    assert bend.refusals == ()
