import pytest

from tests.matching.workshop import a_lot, a_machine, a_problem, an_order
from tests.scheduling.check.court import a_delivery, verdict


def two_lots(first, second, *, windows=((0, 100),), **more):
    problem = a_problem(orders=[an_order(quantity=20)], machines=[a_machine(windows=windows)], **more)
    lots = [a_lot("L1", start=first[0], end=first[1]), a_lot("L2", start=second[0], end=second[1])]
    return verdict(problem, lots=lots, deliveries=[a_delivery(depart=100, quantity=20)])


def one_lot(start, end, *, windows):
    problem = a_problem(machines=[a_machine(windows=windows)])
    return verdict(problem, lots=[a_lot(start=start, end=end)], deliveries=[a_delivery(depart=200)])


def test_a_lot_may_fill_its_window_to_both_ends():
    assert one_lot(5, 15, windows=[(5, 15)]) == []


@pytest.mark.parametrize(("start", "end"), [(4, 14), (6, 16), (40, 50)])
def test_a_lot_outside_every_window_is_refused(start, end):
    assert one_lot(start, end, windows=[(5, 15)]) == ["R2 lots[0]"]


def test_touching_windows_are_two_so_no_lot_spans_them():
    assert one_lot(5, 15, windows=[(0, 10), (10, 20)]) == ["R2 lots[0]"]


def test_a_lot_may_begin_the_minute_the_one_before_ends():
    assert two_lots((0, 10), (10, 20)) == []


def test_lots_of_one_machine_do_not_overlap():
    assert two_lots((0, 10), (9, 19)) == ["R2 lots[1]"]


def test_a_long_lot_overlaps_every_lot_it_covers():
    problem = a_problem(orders=[an_order(quantity=40)])
    lots = [
        a_lot("L1", start=0, end=20, quantity=20),
        a_lot("L2", start=2, end=12),
        a_lot("L3", start=12, end=22),
    ]
    assert verdict(problem, lots=lots, deliveries=[a_delivery(depart=50, quantity=40)]) == [
        "R2 lots[1]",
        "R2 lots[2]",
    ]


def test_the_set_up_counts_for_overlap_and_windows():
    machine = a_machine(windows=[(0, 100)], changeovers=[("part/cut", "part/cut", 5)])
    problem = a_problem(orders=[an_order(quantity=20)], machines=[machine])
    sent = [a_delivery(depart=90, quantity=20)]
    tight = [a_lot("L1"), a_lot("L2", start=10, setup=5, end=25)]
    assert verdict(problem, lots=tight, deliveries=sent) == []
    overlapping = [a_lot("L1"), a_lot("L2", start=9, setup=5, end=24)]
    assert verdict(problem, lots=overlapping, deliveries=sent) == ["R2 lots[1]"]


def test_fixed_lots_need_no_window_but_keep_their_time():
    free = a_problem(machines=[a_machine(windows=[(50, 90)])], fixed_lots=[a_lot()])
    assert verdict(free) == []
    problem = a_problem(
        orders=[an_order(quantity=20)], machines=[a_machine(windows=[(0, 90)])], fixed_lots=[a_lot("F")]
    )
    lots = [a_lot("F"), a_lot("L", start=9, end=19)]
    assert verdict(problem, lots=lots, deliveries=[a_delivery(depart=50, quantity=20)]) == ["R2 lots[1]"]
