from dataclasses import replace

import pytest

from matching.problem import Lane, Material, Need, Stock, Supply
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
from tests.scheduling.check.court import a_delivery, a_plan, a_transfer, broken, verdict

WAYS = tuple(
    Lane(from_site=start, to=end, lead_min=30, cents_per_1000_units=0)
    for start, end in (("S", "S2"), ("S2", "S"), ("S", "S3"), ("S2", "S3"))
)


def two_stages(
    *, cut=None, drill=None, moved=(), stock=(), hold_min=0, need=("cut", 1, 1), fixed=(), sent=None, setup=0
):
    """Ten cut at S, ten drilled at S2 (another enterprise), half an hour away; what is broken."""
    cut = cut or a_lot("A", start=0, end=10)
    drill = drill or a_lot("B", operation="drill", machine="N", start=40, end=50 + setup, setup=setup)
    operations = [an_operation("cut"), an_operation("drill", needs=[need])]
    problem = a_problem(
        enterprises=[an_enterprise(), an_enterprise("E2"), an_enterprise("E3")],
        sites=[a_site(), a_site("S2", enterprise="E2"), a_site("S3", enterprise="E3")],
        products=[a_product(operations=operations)],
        machines=[
            a_machine("M", modes=[a_mode("cut", hold_min=hold_min)]),
            a_machine("N", site="S2", modes=[a_mode("drill", setup_min=setup)]),
        ],
        transport=a_transport(lanes=WAYS),
        stock=list(stock),
        fixed_lots=list(fixed),
        orders=[an_order(quantity=10)],
    )
    lots = [lot for lot in (cut, drill) if lot.quantity]
    sent = [a_delivery(site="S2", depart=100, arrive=130)] if sent is None else sent
    return verdict(problem, lots=lots, transfers=moved, deliveries=sent)


def carried(**more):
    return a_transfer("cut", **{"arrive": 40, **more})


def test_what_comes_in_a_minute_can_be_used_in_it():
    assert two_stages(moved=[carried()]) == []


@pytest.mark.parametrize("moved", [[carried(arrive=41)], [carried(quantity=9)], []])
def test_a_lot_cannot_use_what_has_not_come(moved):
    assert two_stages(moved=moved) == ["R5 lots[1]"]


def test_nothing_leaves_before_it_is_made():
    assert two_stages(moved=[carried(depart=9)]) == ["R5 transfers[0]"]


def test_nothing_arrives_faster_than_the_way_allows():
    assert two_stages(moved=[carried(arrive=39)]) == ["R5 transfers[0].arrive_min"]
    assert two_stages(moved=[carried()], sent=[a_delivery(site="S2", depart=100, arrive=129)]) == [
        "R5 deliveries[0].arrive_min"
    ]


def test_a_slow_truck_is_allowed():
    slow = a_lot("B", operation="drill", machine="N", start=60, end=70)
    assert two_stages(moved=[carried(arrive=60)], drill=slow) == []


def test_pieces_on_hold_do_not_exist_yet():
    assert two_stages(moved=[carried(depart=15, arrive=45)], hold_min=5) == ["R5 lots[1]"]
    later = a_lot("B", operation="drill", machine="N", start=45, end=55)
    assert two_stages(moved=[carried(depart=15, arrive=45)], hold_min=5, drill=later) == []
    assert two_stages(moved=[carried(depart=14, arrive=45)], hold_min=5, drill=later) == ["R5 transfers[0]"]


def test_needs_are_consumed_when_the_set_up_ends():
    early = a_lot("B", operation="drill", machine="N", start=20, setup=20, end=50)
    assert two_stages(moved=[carried()], drill=early, setup=20) == []
    too_early = a_lot("B", operation="drill", machine="N", start=19, setup=20, end=49)
    assert two_stages(moved=[carried()], drill=too_early, setup=20) == ["R5 lots[1]"]


def test_a_break_in_the_set_up_does_not_move_the_minute_of_consumption():
    machines = [
        a_machine("M", modes=[a_mode("cut")]),
        a_machine("N", modes=[a_mode("drill", setup_min=20)], breaks=[(25, 45)]),
    ]
    problem = a_problem(products=[a_chain("cut", "drill")], machines=machines)

    def judged(cut_start):
        lots = [
            a_lot("A", start=cut_start, end=cut_start + 10),
            a_lot("B", operation="drill", machine="N", start=10, setup=20, end=60),
        ]
        return verdict(problem, lots=lots, deliveries=[a_delivery(depart=60)])

    assert judged(20) == []
    assert judged(21) == ["R5 lots[1]"]


def test_needs_are_rounded_up_for_each_lot():
    need = ("cut", 15, 14)  # ten pieces started need 10.7
    assert two_stages(moved=[carried()], need=need) == ["R5 lots[1]"]
    eleven = a_lot("A", start=0, end=11, quantity=11)
    moved = [carried(depart=11, arrive=41, quantity=11)]
    drill = a_lot("B", operation="drill", machine="N", start=41, end=51)
    assert two_stages(cut=eleven, drill=drill, moved=moved, need=need) == []


def test_needs_go_by_pieces_started():
    problem = a_problem(
        products=[a_chain("cut", "drill")],
        machines=[
            a_machine("M", modes=[a_mode("cut")]),
            a_machine("N", modes=[a_mode("drill", good_per_1000=900)]),
        ],
    )

    def judged(cut):
        lots = [
            a_lot("A", start=0, end=cut, quantity=cut),
            a_lot("B", operation="drill", machine="N", start=20, end=32),
        ]
        return verdict(problem, lots=lots, deliveries=[a_delivery(depart=40)])

    assert judged(12) == []
    assert judged(11) == ["R5 lots[1]"]


def test_pieces_belong_to_their_order():
    orders = [an_order("O"), an_order("P")]
    modes = [a_machine("M", modes=[a_mode("cut")]), a_machine("N", modes=[a_mode("drill")])]
    problem = a_problem(products=[a_chain("cut", "drill")], machines=modes, orders=orders)
    lots = [
        a_lot("A", start=0, end=20, quantity=20),
        a_lot("B", operation="drill", machine="N", start=20, end=30),
        a_lot("C", order="P", operation="drill", machine="N", start=30, end=40),
    ]
    sent = [a_delivery(depart=50), a_delivery(order="P", depart=50)]
    assert verdict(problem, lots=lots, deliveries=sent) == ["R5 lots[2]"]


def test_alternative_operations_make_the_same_item():
    operations = [
        an_operation("cast", makes="blank"),
        an_operation("cut", makes="blank"),
        an_operation("drill", needs=["blank"]),
    ]
    machines = [a_machine(each, modes=[a_mode(each)]) for each in ("cast", "cut", "drill")]
    problem = a_problem(products=[a_product(operations=operations)], machines=machines)
    lots = [
        a_lot("A", operation="cast", machine="cast", end=4, quantity=4),
        a_lot("B", operation="cut", machine="cut", end=6, quantity=6),
        a_lot("C", operation="drill", machine="drill", start=6, end=16),
    ]
    assert verdict(problem, lots=lots, deliveries=[a_delivery(depart=16)]) == []


def test_stock_of_an_item_can_be_used_from_its_minute_at_its_site():
    def judged(**more):
        stock = Stock(**{"order": "O", "item": "cut", "site": "S2", "from_min": 40, "quantity": 10, **more})
        drill = a_lot("B", operation="drill", machine="N", start=40, end=50)
        problem = a_problem(
            sites=[a_site(), a_site("S2")],
            products=[a_chain("cut", "drill")],
            machines=[a_machine("N", site="S2", modes=[a_mode("drill")])],
            transport=a_transport(lanes=WAYS[:2]),
            stock=[stock],
        )
        return verdict(problem, lots=[drill], deliveries=[a_delivery(site="S2", depart=60, arrive=90)])

    assert judged() == []
    assert judged(from_min=-500) == []
    for less in ({"from_min": 41}, {"site": "S"}, {"quantity": 9}):
        assert judged(**less) == ["R5 lots[0]"]


def test_a_fixed_lot_that_began_before_0_has_its_needs_already():
    def judged(start):
        fixed = a_lot("B", operation="drill", machine="N", start=start, end=start + 10)
        problem = a_problem(
            products=[a_chain("cut", "drill")],
            machines=[a_machine("N", modes=[a_mode("drill")], windows=[(-100, 100)])],
            fixed_lots=[fixed],
        )
        return verdict(problem, lots=[fixed], deliveries=[a_delivery(depart=20)])

    assert judged(-1) == []
    assert judged(0) == ["R5 lots[0]"]


def test_a_lot_that_is_not_fixed_consumes_whenever_it_begins():
    early = a_lot(start=-1, end=9)
    problem = a_problem(
        products=[a_product(operations=[an_operation("cut", needs=[Need(material="paint", num=1, den=1)])])],
        materials=[paint()],
        machines=[a_machine(windows=[(-100, 100)])],
    )
    assert verdict(problem, lots=[early]) == ["R5 lots[0]", "R6 lots[0].start_min"]


def test_goods_go_only_to_sites_of_enterprises_that_work_on_the_order():
    through_s3 = [carried(end="S3"), a_transfer("cut", start="S3", end="S2", depart=40, arrive=800)]
    late = a_lot("B", operation="drill", machine="N", start=800, end=810)
    sent = [a_delivery(site="S2", depart=900, arrive=930)]
    assert two_stages(moved=through_s3, drill=late, sent=sent) == ["R5 transfers[0].to"]
    assert two_stages(moved=[carried()], drill=late, sent=sent) == []


def test_goods_may_go_to_the_site_of_a_drop():
    problem = a_problem(
        enterprises=[an_enterprise(), an_enterprise("E2")],
        sites=[a_site(), a_site("S2", enterprise="E2"), a_site("S3", enterprise="E2")],
        orders=[an_order(site="S2")],
        transport=a_transport(lanes=WAYS),
    )
    moved = [a_transfer("cut", arrive=40)]
    assert verdict(problem, transfers=moved, deliveries=[a_delivery(site="S2", depart=40)]) == []
    astray = [a_transfer("cut", end="S3", arrive=40)]
    assert "R5 transfers[0].to" in verdict(problem, transfers=astray, deliveries=[])


def test_a_delivery_leaves_from_a_site_that_has_the_product():
    assert verdict(a_problem(), deliveries=[a_delivery(depart=9)]) == ["R5 deliveries[0]"]
    assert verdict(a_problem(), deliveries=[a_delivery(depart=10)]) == []
    elsewhere = a_problem(sites=[a_site(), a_site("S2")])
    assert verdict(elsewhere, deliveries=[a_delivery(site="S2", depart=99)]) == ["R5 deliveries[0]"]


@pytest.mark.parametrize(
    ("goods", "path"),
    [
        (a_transfer("cut", start="nowhere"), "transfers[0].from"),
        (a_transfer("cut", end="nowhere"), "transfers[0].to"),
        (a_transfer("cut", order="nobody"), "transfers[0].order"),
        (a_transfer("paint"), "transfers[0].item"),
        (a_transfer(material="paint"), "transfers[0].material"),
    ],
)
def test_a_transfer_that_names_something_unknown_is_refused(goods, path):
    problem = a_problem(sites=[a_site(), a_site("S2")])
    assert broken(problem, replace(a_plan(problem), transfers=(goods,))) == [f"R5 {path}"]


# Materials


def painted(*, material, lots=None, moved=(), stock=(), num=1, den=1, horizon_min=14400):
    """Ten pieces at S, each with `num`/`den` of paint; S2 is half an hour away."""
    operation = an_operation("cut", needs=[Need(material="paint", num=num, den=den)])
    problem = a_problem(
        enterprises=[an_enterprise(), an_enterprise("E2")],
        sites=[a_site(), a_site("S2", enterprise="E2")],
        products=[a_product(operations=[operation])],
        materials=[material],
        stock=list(stock),
        transport=a_transport(lanes=WAYS[:2]),
        horizon_min=horizon_min,
    )
    lots = lots or [a_lot()]
    return verdict(problem, lots=lots, transfers=moved, deliveries=[a_delivery(depart=2000)])


def paint(*supplies):
    """Supplies of (site, from_min, quantity)."""
    made = tuple(Supply(site=site, from_min=start, quantity=quantity) for site, start, quantity in supplies)
    return Material(id="paint", supplies=made)


def test_a_material_without_supplies_is_everywhere_without_limit():
    assert painted(material=Material(id="paint")) == []


def test_a_material_with_an_empty_list_is_nowhere():
    assert painted(material=paint()) == ["R5 lots[0]"]


def test_a_supply_can_be_used_from_its_minute_at_its_site():
    assert painted(material=paint(("S", 0, 10))) == []
    assert painted(material=paint(("S", 0, 4), ("S", 0, 6))) == []
    for too_little in (("S", 0, 9), ("S", 1, 10), ("S2", 0, 10)):
        assert painted(material=paint(too_little)) == ["R5 lots[0]"]


def test_material_needs_are_rounded_up_for_each_lot():
    assert painted(material=paint(("S", 0, 8)), num=3, den=4) == []  # 7.5
    assert painted(material=paint(("S", 0, 7)), num=3, den=4) == ["R5 lots[0]"]
    halves = [a_lot("A", end=5, quantity=5), a_lot("B", start=5, end=10, quantity=5)]
    assert painted(material=paint(("S", 0, 8)), lots=halves, num=3, den=4) == []  # 3.75 twice: 4 + 4
    assert painted(material=paint(("S", 0, 7)), lots=halves, num=3, den=4) == ["R5 lots[1]"]


def test_material_in_stock_can_be_used_like_a_supply():
    stock = Stock(material="paint", site="S", from_min=0, quantity=10)
    assert painted(material=paint(), stock=[stock]) == []


def test_material_can_be_brought_from_a_supplier_who_does_not_work_on_the_order():
    later = [a_lot(start=30, end=40)]
    there = paint(("S2", 0, 10))
    brought = a_transfer(material="paint", start="S2", end="S", depart=0, arrive=30)
    assert painted(material=there, lots=later, moved=[brought]) == []
    too_late = a_transfer(material="paint", start="S2", end="S", depart=1, arrive=31)
    assert painted(material=there, lots=later, moved=[too_late]) == ["R5 lots[0]"]
    too_much = a_transfer(material="paint", start="S2", end="S", depart=0, arrive=30, quantity=11)
    assert painted(material=there, lots=later, moved=[too_much]) == ["R5 transfers[0]"]


def test_material_may_go_to_a_site_where_nobody_works_for_now():
    away = a_transfer(material="paint", start="S", end="S2", depart=0, arrive=30, quantity=5)
    assert painted(material=paint(("S", 0, 15)), moved=[away]) == []


def test_materials_are_shared_by_all_orders():
    operation = an_operation("cut", needs=[Need(material="paint", num=1, den=1)])

    def judged(quantity):
        problem = a_problem(
            products=[a_product(operations=[operation])],
            materials=[paint(("S", 0, quantity))],
            orders=[an_order("O"), an_order("P")],
        )
        lots = [a_lot("A"), a_lot("B", order="P", start=10, end=20)]
        return verdict(problem, lots=lots, deliveries=[a_delivery(), a_delivery(order="P", depart=20)])

    assert judged(20) == []
    assert judged(19) == ["R5 lots[1]"]
