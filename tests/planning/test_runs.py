"""Lots become runs: what one set-up makes in one window, and nothing of what stands between."""

from marketplace.planning.runs import runs_of
from tests.matching.workshop import a_lot, a_machine, a_problem

PROBLEM = a_problem()
IN_A_ROW = [
    a_lot("a", start=0, setup=5, end=15),
    a_lot("b", start=15, end=25),
    a_lot("c", start=25, end=35),
]


def spans(runs):
    return [(run.start_min, run.end_min, [lot.id for lot in run.lots]) for run in runs]


def test_lots_under_one_set_up_are_one_run():
    assert spans(runs_of(PROBLEM, reversed(IN_A_ROW))) == [(0, 35, ["a", "b", "c"])]


def test_another_window_or_set_up_begins_another_run():
    shifts = a_problem(machines=[a_machine(windows=((0, 25), (25, 100)))])
    assert spans(runs_of(shifts, IN_A_ROW)) == [(0, 25, ["a", "b"]), (25, 35, ["c"])]
    set_up = [IN_A_ROW[0], a_lot("d", start=15, setup=2, end=27)]
    assert spans(runs_of(PROBLEM, set_up)) == [(0, 15, ["a"]), (15, 27, ["d"])]


def test_no_run_goes_on_over_lots_that_belong_to_another():
    assert spans(runs_of(PROBLEM, IN_A_ROW, without=frozenset("b"))) == [(0, 15, ["a"]), (25, 35, ["c"])]
    assert spans(runs_of(PROBLEM, IN_A_ROW, without=frozenset("ac"))) == [(15, 25, ["b"])]
    assert runs_of(PROBLEM, IN_A_ROW, without=frozenset("abc")) == []
