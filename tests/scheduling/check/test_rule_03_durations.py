import pytest

from matching.problem import MachineClass
from tests.matching.workshop import a_lot, a_machine, a_mode, a_problem, a_product, an_operation, an_order
from tests.scheduling.check.court import a_delivery, verdict


def lasting(minutes, *, machine=None, quantity=10, setup=0, start=0):
    """A lot that takes `minutes` from start to end."""
    machine = machine or a_machine()
    classes = [MachineClass(id="presses", modes=machine.modes)] if machine.class_id else []
    problem = a_problem(machines=[machine], orders=[an_order(quantity=quantity)], classes=classes)
    lots = [a_lot(start=start, setup=setup, end=start + minutes, quantity=quantity)]
    return verdict(problem, lots=lots, deliveries=[a_delivery(depart=2000, quantity=quantity)])


@pytest.mark.parametrize(
    ("mode", "speed_pct", "quantity", "minutes"),
    [
        (a_mode(run_min=60, run_units=7), 100, 10, 86),  # 85.7 up
        (a_mode(run_min=60, run_units=7), 130, 10, 66),  # 65.9 up
        (a_mode(run_min=1, run_units=1, good_per_1000=900), 100, 10, 12),  # 11.1 pieces: 12 started
        (a_mode(run_min=50, run_units=4, batch=True), 100, 10, 150),  # 3 batches
        (a_mode(run_min=50, run_units=4, batch=True), 300, 10, 51),  # 3 batches of 17 each, not ceil(50)
        (
            a_mode(run_min=50, run_units=4, batch=True, good_per_1000=625),
            100,
            10,
            200,
        ),  # 16 started, 4 batches
        (a_mode(run_min=0, run_units=1), 100, 10, 0),
    ],
)
def test_a_lot_takes_exactly_its_run_time(mode, speed_pct, quantity, minutes):
    machine = a_machine(modes=[mode], speed_pct=speed_pct, class_id="presses")
    assert lasting(minutes, machine=machine, quantity=quantity) == []
    assert lasting(minutes + 1, machine=machine, quantity=quantity) == ["R3 lots[0]"]
    if minutes:
        assert lasting(minutes - 1, machine=machine, quantity=quantity) == ["R3 lots[0]"]


def test_minutes_of_breaks_do_not_count():
    machine = a_machine(breaks=[(2, 5), (8, 12)])
    assert lasting(17, machine=machine) == []
    assert lasting(10, machine=machine) == ["R3 lots[0]"]


def test_breaks_before_and_after_a_lot_do_not_matter():
    machine = a_machine(breaks=[(2, 5), (40, 50)])
    assert lasting(10, start=10, machine=machine) == []
    assert lasting(10, start=5, machine=machine) == []
    assert lasting(10, start=30, machine=machine) == []


def test_a_lot_may_end_anywhere_in_the_break_after_its_last_piece():
    machine = a_machine(breaks=[(10, 15)])
    assert [lasting(minutes, machine=machine) for minutes in (10, 12, 15)] == [[], [], []]
    assert lasting(16, machine=machine) == ["R3 lots[0]"]


def test_the_set_up_is_part_of_the_lot():
    machine = a_machine(modes=[a_mode(setup_min=30)])
    assert lasting(40, machine=machine, setup=30) == []
    assert lasting(10, machine=machine, setup=30) == ["R3 lots[0]"]


def test_the_first_lot_in_a_window_takes_the_modes_set_up():
    machine = a_machine(modes=[a_mode(setup_min=30)])
    assert lasting(10, machine=machine, setup=0) == ["R3 lots[0].setup_min"]
    assert lasting(41, machine=machine, setup=31) == ["R3 lots[0].setup_min"]


def after(before, after, *, windows=((0, 500),), changeovers=(), setup, families=(), fixed=False):
    """A lot of operation `after` that follows one of `before`, with the given set-up; both modes set up in 30."""
    named = dict(families)
    modes = [
        a_mode(operation, setup_min=30, **({"family": named[operation]} if operation in named else {}))
        for operation in ("cut", "drill")
    ]
    second = windows[-1][0] if len(windows) > 1 else 40
    lots = [
        a_lot("L1", operation=before, start=0, setup=30, end=40),
        a_lot("L2", operation=after, start=second, setup=setup, end=second + setup + 10),
    ]
    problem = a_problem(
        products=[a_product(operations=[an_operation(each, makes="part") for each in ("cut", "drill")])],
        machines=[a_machine(modes=modes, windows=windows, changeovers=changeovers)],
        orders=[an_order(quantity=0)],
        fixed_lots=lots[:1] if fixed else [],
    )
    return verdict(problem, lots=lots, deliveries=[])


def test_the_same_family_in_the_same_window_needs_no_set_up():
    assert after("cut", "cut", setup=0) == []
    assert after("cut", "cut", setup=30) == ["R3 lots[1].setup_min"]


def test_another_family_needs_the_modes_set_up():
    assert after("cut", "drill", setup=30) == []
    assert after("cut", "drill", setup=0) == ["R3 lots[1].setup_min"]


def test_operations_of_one_family_follow_without_set_up():
    families = (("cut", "steel"), ("drill", "steel"))
    assert after("cut", "drill", setup=0, families=families) == []
    assert after("cut", "drill", setup=30, families=families) == ["R3 lots[1].setup_min"]


def test_a_listed_changeover_comes_before_both():
    to_drill = [("part/cut", "part/drill", 12)]
    assert after("cut", "drill", setup=12, changeovers=to_drill) == []
    assert after("cut", "drill", setup=30, changeovers=to_drill) == ["R3 lots[1].setup_min"]
    to_itself = [("part/cut", "part/cut", 7)]
    assert after("cut", "cut", setup=7, changeovers=to_itself) == []
    assert after("cut", "cut", setup=0, changeovers=to_itself) == ["R3 lots[1].setup_min"]


def test_a_changeover_has_a_direction():
    back = [("part/drill", "part/cut", 12)]
    assert after("cut", "drill", setup=30, changeovers=back) == []
    assert after("cut", "drill", setup=12, changeovers=back) == ["R3 lots[1].setup_min"]


def test_a_new_window_begins_with_a_full_set_up_even_where_windows_touch():
    windows = ((0, 50), (50, 500))
    assert after("cut", "cut", setup=30, windows=windows) == []
    assert after("cut", "cut", setup=0, windows=windows) == ["R3 lots[1].setup_min"]
    listed = [("part/cut", "part/drill", 12)]
    assert after("cut", "drill", setup=12, windows=windows, changeovers=listed) == ["R3 lots[1].setup_min"]


def test_a_fixed_lot_in_the_same_window_counts_as_the_one_before():
    assert after("cut", "cut", setup=0, fixed=True) == []
    assert after("cut", "cut", setup=30, fixed=True) == ["R3 lots[1].setup_min"]


def test_a_fixed_lot_outside_the_window_does_not_count_as_the_one_before():
    windows = ((20, 500),)  # the fixed lot runs over its beginning
    assert after("cut", "cut", setup=30, windows=windows, fixed=True) == []
    assert after("cut", "cut", setup=0, windows=windows, fixed=True) == ["R3 lots[1].setup_min"]


def test_a_fixed_lot_may_have_any_duration():
    problem = a_problem(fixed_lots=[a_lot(setup=3, end=77)])
    assert verdict(problem, lots=problem.fixed_lots, deliveries=[a_delivery(depart=77)]) == []
