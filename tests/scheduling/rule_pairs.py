"""For each rule a problem that has a plan and its neighbour that has none, both small enough for any solver."""

from matching.problem import Lane, Material, Need, Objective, Resource, ResourceUse, Stock, Supply, Window
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

TWO_SITES = [a_site("S"), a_site("T", enterprise="F")]
TWO_FIRMS = [an_enterprise("E"), an_enterprise("F")]


def certificates_of_the_order(is_possible):
    held = frozenset({"ISO"} if is_possible else ())
    return a_problem(
        enterprises=[an_enterprise(certificates=held)],
        orders=[an_order(quantity=2, certificates=frozenset({"ISO"}))],
    )


def certificates_of_an_operation(is_possible):
    held = frozenset({"MED"} if is_possible else ())
    return a_problem(
        products=[a_product(operations=[an_operation(certificates=frozenset({"MED"}))])],
        machines=[a_machine(certificates=held)],
        orders=[an_order(quantity=2)],
    )


def blocked_enterprises(is_possible):
    blocked = frozenset({"F"} if is_possible else {"E"})
    return a_problem(enterprises=TWO_FIRMS, orders=[an_order(quantity=2, blocked_enterprises=blocked)])


def regions(is_possible):
    return a_problem(orders=[an_order(quantity=2, regions=frozenset({"R" if is_possible else "X"}))])


def a_window_holds_the_whole_lot(is_possible):
    length = 10 if is_possible else 9
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(0, length), (20, 20 + length)])
    return a_problem(machines=[machine], orders=[an_order(quantity=1)], horizon_min=60)


def lots_do_not_overlap(is_possible):
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(0, 20 if is_possible else 19)])
    return a_problem(
        machines=[machine], orders=[an_order("O", quantity=1), an_order("P", quantity=1)], horizon_min=60
    )


def set_up_takes_its_time(is_possible):
    machine = a_machine(modes=[a_mode(run_min=10, setup_min=5)], windows=[(0, 15 if is_possible else 14)])
    return a_problem(machines=[machine], orders=[an_order(quantity=1)], horizon_min=60)


def a_family_is_set_up_once(is_possible):
    family = "same" if is_possible else "other"
    modes = [
        a_mode("cut", run_min=10, setup_min=5, family="same"),
        a_mode("bend", run_min=10, setup_min=5, family=family),
    ]
    return a_problem(
        products=[a_chain("cut", "bend")],
        machines=[a_machine(modes=modes, windows=[(0, 25)])],
        orders=[an_order(quantity=1)],
        horizon_min=60,
    )


def a_listed_changeover_counts(is_possible):
    modes = [a_mode("cut", run_min=10), a_mode("bend", run_min=10)]
    machine = a_machine(
        modes=modes, windows=[(0, 24)], changeovers=[("part/cut", "part/bend", 4 if is_possible else 5)]
    )
    return a_problem(
        products=[a_chain("cut", "bend")],
        machines=[machine],
        orders=[an_order(quantity=1)],
        horizon_min=60,
    )


def nothing_runs_in_a_break(is_possible):
    machine = a_machine(
        modes=[a_mode(run_min=10)], windows=[(0, 15 if is_possible else 14)], breaks=[(5, 10)]
    )
    return a_problem(machines=[machine], orders=[an_order(quantity=1)], horizon_min=60)


def scrap_is_run_too(is_possible):
    mode = a_mode(run_min=10, good_per_1000=500)
    machine = a_machine(modes=[mode], windows=[(0, 20 if is_possible else 19)])
    return a_problem(machines=[machine], orders=[an_order(quantity=1)], horizon_min=60)


def speed_changes_the_run_time(is_possible):
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(0, 8)], speed_pct=125 if is_possible else 124)
    return a_problem(machines=[machine], orders=[an_order(quantity=1)], horizon_min=60)


def a_batch_takes_its_full_time(is_possible):
    mode = a_mode(run_min=10, run_units=3, batch=True)
    machine = a_machine(modes=[mode], windows=[(0, 10 if is_possible else 9)])
    return a_problem(machines=[machine], orders=[an_order(quantity=3)], horizon_min=60)


def a_smallest_lot_fills_a_window(is_possible):
    """Three pieces and a surplus of two in the second run, which must make three as well."""
    machine = a_machine(modes=[a_mode(min_lot=3)], windows=[(0, 3), (10, 13 if is_possible else 12)])
    return a_problem(machines=[machine], orders=[an_order(quantity=4)], horizon_min=60)


def a_smallest_lot_is_no_more_than_the_need(is_possible):
    machine = a_machine(modes=[a_mode(min_lot=9)], windows=[(0, 3)])
    return a_problem(machines=[machine], orders=[an_order(quantity=3 if is_possible else 4)], horizon_min=60)


def inputs_come_first(is_possible):
    sites = [a_site("S")]
    machines = [
        a_machine("M", modes=[a_mode("cut", run_min=10)], windows=[(0, 60)]),
        a_machine("N", modes=[a_mode("bend", run_min=10)], windows=[(0, 20 if is_possible else 19)]),
    ]
    return a_problem(
        sites=sites,
        products=[a_chain("cut", "bend")],
        machines=machines,
        orders=[an_order(quantity=1)],
        horizon_min=60,
    )


def set_up_may_precede_the_inputs(is_possible):
    machines = [
        a_machine("M", modes=[a_mode("cut", run_min=10)], windows=[(0, 60)]),
        a_machine(
            "N", modes=[a_mode("bend", run_min=10, setup_min=7)], windows=[(0 if is_possible else 4, 20)]
        ),
    ]
    return a_problem(
        products=[a_chain("cut", "bend")],
        machines=machines,
        orders=[an_order(quantity=1)],
        horizon_min=60,
    )


def pieces_rest_before_they_move_on(is_possible):
    machines = [
        a_machine("M", modes=[a_mode("cut", run_min=10, hold_min=5)], windows=[(0, 60)]),
        a_machine("N", modes=[a_mode("bend", run_min=10)], windows=[(0, 25 if is_possible else 24)]),
    ]
    return a_problem(
        products=[a_chain("cut", "bend")],
        machines=machines,
        orders=[an_order(quantity=1)],
        horizon_min=60,
    )


def a_way_takes_its_lead(is_possible):
    lane = Lane(from_site="S", to="T", lead_min=15, cents_per_1000_units=0)
    back = Lane(from_site="T", to="order:O", lead_min=5, cents_per_1000_units=0)
    machines = [
        a_machine("M", modes=[a_mode("cut", run_min=10)], windows=[(0, 60)]),
        a_machine("N", site="T", modes=[a_mode("bend", run_min=10)], windows=[(0, 60)]),
    ]
    return a_problem(
        enterprises=TWO_FIRMS,
        sites=TWO_SITES,
        products=[a_chain("cut", "bend")],
        machines=machines,
        transport=a_transport(lanes=(lane, back)),
        orders=[an_order(quantity=1)],
        horizon_min=40 if is_possible else 39,
    )


def there_must_be_a_way(is_possible):
    lanes = (Lane(from_site="S", to="order:O", lead_min=5, cents_per_1000_units=0),)
    return a_problem(
        sites=[a_site("S"), a_site("T")],
        transport=a_transport(lanes=lanes if is_possible else (), lanes_only=True),
        orders=[an_order(quantity=1, site="T")],
    )


def goods_leave_on_the_grid(is_possible):
    return a_problem(
        enterprises=TWO_FIRMS,
        sites=TWO_SITES,
        machines=[a_machine(modes=[a_mode(run_min=10)], windows=[(0, 60)])],
        transport=a_transport(
            lanes=(Lane(from_site="S", to="T", lead_min=5, cents_per_1000_units=0),),
            departs_every_min=20,
            departs_at_min=12,
        ),
        orders=[an_order(quantity=1, site="T")],
        horizon_min=17 if is_possible else 16,
    )


def stock_replaces_making(is_possible):
    machine = a_machine(modes=[a_mode("bend", run_min=10)])
    stock = Stock(order="O", item="cut", site="S", from_min=3, quantity=2 if is_possible else 1)
    return a_problem(
        products=[a_chain("cut", "bend")],
        machines=[machine],
        stock=[stock],
        orders=[an_order(quantity=2)],
        horizon_min=60,
    )


def needs_are_rounded_up(is_possible):
    product = a_product(operations=[an_operation("cut"), an_operation("bend", needs=[("cut", 3, 2)])])
    stock = Stock(order="O", item="cut", site="S", from_min=0, quantity=2 if is_possible else 1)
    return a_problem(
        products=[product],
        machines=[a_machine(modes=[a_mode("bend")])],
        stock=[stock],
        orders=[an_order(quantity=1)],
        horizon_min=60,
    )


def materials_run_out(is_possible):
    supply = Supply(site="S", from_min=0, quantity=6 if is_possible else 5)
    product = a_product(operations=[an_operation(needs=[Need(material="steel", num=3, den=1)])])
    return a_problem(
        products=[product],
        materials=[Material(id="steel", supplies=(supply,))],
        orders=[an_order(quantity=2)],
        horizon_min=60,
    )


def materials_come_in_time(is_possible):
    supply = Supply(site="T", from_min=20, quantity=5)
    product = a_product(operations=[an_operation(needs=[Need(material="steel", num=1, den=1)])])
    return a_problem(
        enterprises=TWO_FIRMS,
        sites=TWO_SITES,
        products=[product],
        materials=[Material(id="steel", supplies=(supply,))],
        machines=[a_machine(modes=[a_mode(run_min=10)], windows=[(0, 60)])],
        transport=a_transport(lanes=(Lane(from_site="T", to="S", lead_min=8, cents_per_1000_units=0),)),
        orders=[an_order(quantity=1)],
        horizon_min=38 if is_possible else 37,
    )


def a_resource_serves_one_at_a_time(is_possible):
    mode = a_mode(run_min=10, uses=(ResourceUse(resource="crew", quantity=1),))
    return a_problem(
        machines=[
            a_machine("M", modes=[mode], windows=[(0, 15)]),
            a_machine("N", modes=[mode], windows=[(0, 15)]),
        ],
        resources=[Resource(id="crew", quantity=2 if is_possible else 1, site="S")],
        orders=[an_order("O", quantity=1), an_order("P", quantity=1)],
        horizon_min=60,
    )


def a_resource_has_windows(is_possible):
    mode = a_mode(run_min=10, uses=(ResourceUse(resource="crew", quantity=1),))
    windows = (Window(start=5, end=9), Window(start=9 if is_possible else 10, end=18))
    return a_problem(
        machines=[a_machine(modes=[mode], windows=[(0, 60)])],
        resources=[Resource(id="crew", quantity=1, site="S", windows=windows)],
        orders=[an_order(quantity=1)],
        horizon_min=60,
    )


def a_travelling_resource_needs_the_way(is_possible):
    mode = a_mode(run_min=10, uses=(ResourceUse(resource="gauge", quantity=1),))
    lanes = tuple(
        Lane(from_site=one, to=other, lead_min=lead, cents_per_1000_units=0)
        for one, other, lead in (("S", "T", 6), ("T", "S", 6))
    )
    length = 26 if is_possible else 25
    return a_problem(
        enterprises=TWO_FIRMS,
        sites=TWO_SITES,
        machines=[
            a_machine("M", modes=[mode], windows=[(0, length)]),
            a_machine(
                "N",
                site="T",
                modes=[a_mode("bend", product="piece", run_min=10, uses=mode.uses)],
                windows=[(0, length)],
            ),
        ],
        products=[a_product(operations=["cut"]), a_product("piece", operations=["bend"])],
        transport=a_transport(lanes=lanes),
        resources=[Resource(id="gauge", quantity=1)],
        orders=[an_order("O", quantity=1), an_order("P", product="piece", quantity=1, site="T")],
        horizon_min=60,
    )


def nothing_starts_before_release(is_possible):
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(0, 20)])
    order = an_order(quantity=1, release_min=10 if is_possible else 11)
    return a_problem(machines=[machine], orders=[order], horizon_min=60)


def nothing_starts_before_now(is_possible):
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(0, 20)])
    return a_problem(
        machines=[machine], orders=[an_order(quantity=1)], now_min=10 if is_possible else 11, horizon_min=60
    )


def nothing_arrives_after_the_latest(is_possible):
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(5, 60)])
    order = an_order(quantity=1, latest_min=15 if is_possible else 14)
    return a_problem(machines=[machine], orders=[order], horizon_min=60)


def every_drop_gets_its_pieces(is_possible):
    machine = a_machine(modes=[a_mode(run_min=5)], windows=[(0, 15)])
    lanes = tuple(
        Lane(from_site="S", to=f"order:O/{drop}", lead_min=lead, cents_per_1000_units=0)
        for drop, lead in (("near", 1), ("far", 30 if is_possible else 31))
    )
    order = an_order(quantity=3, drops=[("near", "S", 1, 60), ("far", "S", 2, 60)])
    return a_problem(machines=[machine], transport=a_transport(lanes=lanes), orders=[order], horizon_min=40)


def few_enterprises_work_on_an_order(is_possible):
    lanes = tuple(
        Lane(from_site=one, to=other, lead_min=1, cents_per_1000_units=0)
        for one, other in (("S", "T"), ("T", "S"))
    )
    return a_problem(
        enterprises=TWO_FIRMS,
        sites=TWO_SITES,
        products=[a_chain("cut", "bend")],
        machines=[a_machine("M", modes=[a_mode("cut")]), a_machine("N", site="T", modes=[a_mode("bend")])],
        transport=a_transport(lanes=lanes),
        orders=[an_order(quantity=2, max_enterprises=2 if is_possible else 1)],
    )


def fixed_lots_stand(is_possible):
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(0, 30)])
    fixed = a_lot("F", order="P", start=10 if is_possible else 5, end=20, quantity=1)
    return a_problem(
        machines=[machine],
        fixed_lots=[fixed],
        orders=[an_order("O", quantity=2), an_order("P", quantity=1)],
        horizon_min=60,
    )


def fixed_lots_get_what_they_consume(is_possible):
    machines = [
        a_machine("M", modes=[a_mode("cut", run_min=10)], windows=[(0, 60)]),
        a_machine("N", modes=[a_mode("bend", run_min=10)], windows=[(0, 60)]),
    ]
    fixed = a_lot("F", operation="bend", machine="N", start=10 if is_possible else 9, end=20, quantity=1)
    return a_problem(
        products=[a_chain("cut", "bend")],
        machines=machines,
        fixed_lots=[fixed],
        orders=[an_order(quantity=1)],
        horizon_min=60,
    )


def every_piece_is_delivered_under_finish(is_possible):
    machine = a_machine(modes=[a_mode(run_min=10)], windows=[(0, 20 if is_possible else 19)])
    order = an_order(quantity=2, unmet_cents_per_1000_units=0)
    return a_problem(objective=Objective.FINISH, machines=[machine], orders=[order], horizon_min=60)


PAIRS = [
    certificates_of_the_order,
    certificates_of_an_operation,
    blocked_enterprises,
    regions,
    a_window_holds_the_whole_lot,
    lots_do_not_overlap,
    set_up_takes_its_time,
    a_family_is_set_up_once,
    a_listed_changeover_counts,
    nothing_runs_in_a_break,
    scrap_is_run_too,
    speed_changes_the_run_time,
    a_batch_takes_its_full_time,
    a_smallest_lot_fills_a_window,
    a_smallest_lot_is_no_more_than_the_need,
    inputs_come_first,
    set_up_may_precede_the_inputs,
    pieces_rest_before_they_move_on,
    a_way_takes_its_lead,
    there_must_be_a_way,
    goods_leave_on_the_grid,
    stock_replaces_making,
    needs_are_rounded_up,
    materials_run_out,
    materials_come_in_time,
    a_resource_serves_one_at_a_time,
    a_resource_has_windows,
    a_travelling_resource_needs_the_way,
    nothing_starts_before_release,
    nothing_starts_before_now,
    nothing_arrives_after_the_latest,
    every_drop_gets_its_pieces,
    few_enterprises_work_on_an_order,
    fixed_lots_stand,
    fixed_lots_get_what_they_consume,
    every_piece_is_delivered_under_finish,
]
