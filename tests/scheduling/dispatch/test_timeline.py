from matching.working_time import WorkingTime
from scheduling.dispatch.timeline import Taken, Timeline
from tests.matching.workshop import a_lot, a_machine, a_mode

CUT = a_mode("cut", setup_min=10)
BEND = a_mode("bend", setup_min=20)


def a_timeline(*, changeovers=(), windows=((0, 100), (200, 300)), breaks=()):
    machine = a_machine(modes=[CUT, BEND], changeovers=changeovers, windows=windows, breaks=breaks)
    return Timeline(machine, clock=WorkingTime(machine))


def taken(start, end, *, mode=CUT, setup=10, lot="L", quantity=5):
    return Taken(start, end, lot, mode, setup, quantity)


def gaps(timeline, mode, *, window=0, first=0, least_min=1):
    found = timeline.gaps(window=window, mode=mode, first=first, least_min=least_min)
    return [(gap.start, gap.end, gap.setup, gap.run) for gap in found]


def test_an_empty_window_is_one_gap_with_the_set_up_of_the_mode():
    assert gaps(a_timeline(), CUT) == [(0, 100, 10, None)]


def test_after_the_same_work_a_lot_goes_on_with_the_run():
    timeline = a_timeline()
    timeline.add(taken(0, 20, lot="A", quantity=5), window=0)
    timeline.add(taken(20, 40, setup=0, lot="B", quantity=7), window=0)
    assert gaps(timeline, CUT) == [(40, 100, 0, 12)]
    assert gaps(timeline, BEND) == [(40, 100, 20, None)]


def test_a_new_window_begins_with_a_new_set_up():
    timeline = a_timeline()
    timeline.add(taken(0, 20), window=0)
    assert gaps(timeline, CUT, window=1) == [(200, 300, 10, None)]


def test_a_listed_changeover_replaces_the_set_up():
    timeline = a_timeline(changeovers=[("part/cut", "part/bend", 3)])
    timeline.add(taken(0, 20), window=0)
    assert gaps(timeline, BEND) == [(20, 100, 3, None)]


def test_nothing_goes_where_it_would_change_the_set_up_of_the_lot_after():
    timeline = a_timeline()
    timeline.add(taken(50, 80, mode=BEND, setup=20), window=0)
    assert gaps(timeline, CUT) == [(0, 50, 10, None), (80, 100, 10, None)]
    assert gaps(timeline, BEND) == [(80, 100, 0, 5)]


def test_nothing_else_goes_into_the_middle_of_a_run():
    timeline = a_timeline(changeovers=[("part/cut", "part/bend", 0), ("part/bend", "part/cut", 0)])
    timeline.add(taken(0, 20, lot="A"), window=0)
    timeline.add(taken(40, 60, setup=0, lot="B"), window=0)
    assert gaps(timeline, BEND) == [(60, 100, 0, None)]
    assert gaps(timeline, CUT) == [(20, 40, 0, 5), (60, 100, 0, 10)]


def test_gaps_that_are_too_short_or_too_early_are_left_out():
    timeline = a_timeline()
    timeline.add(taken(10, 60), window=0)
    assert gaps(timeline, CUT, first=70, least_min=30) == [(60, 100, 0, 5)]
    assert gaps(timeline, CUT, first=71, least_min=30) == []


def test_a_fixed_lot_across_a_window_takes_time_and_leaves_no_set_up():
    timeline = a_timeline()
    timeline.add_fixed(a_lot("F", start=-20, end=30), mode=CUT)
    assert gaps(timeline, CUT) == [(30, 100, 10, None)]


def test_a_fixed_lot_inside_a_window_is_the_lot_before():
    timeline = a_timeline()
    timeline.add_fixed(a_lot("F", start=0, end=30, quantity=9), mode=CUT)
    assert gaps(timeline, CUT) == [(30, 100, 0, 9)]


def test_a_lot_may_go_only_if_the_next_keeps_its_set_up():
    timeline = a_timeline()
    timeline.add(taken(0, 20, lot="A"), window=0)
    timeline.add(taken(20, 40, setup=0, lot="B"), window=0)
    timeline.add(taken(40, 80, mode=BEND, setup=20, lot="C"), window=0)
    assert [timeline.can_drop(lot, window=0) for lot in "ABC"] == [False, True, True]
    assert [each.lot for each in timeline.run_of("B", window=0)] == ["A", "B"]


def test_a_minute_in_a_break_wakes_when_the_break_ends():
    timeline = a_timeline(breaks=[(10, 20)])
    assert [timeline.awake(minute) for minute in (9, 10, 19, 20)] == [9, 20, 20, 20]
