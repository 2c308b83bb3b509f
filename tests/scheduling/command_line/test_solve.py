"""The shell around a solver, tried with solvers of a few lines."""

import json
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from matching.parse import write_problem
from scheduling.__main__ import main
from scheduling.files import UnusableFileError
from scheduling.options import Progress, SolveOptions
from scheduling.plan import Plan, Status
from scheduling.plan_format import read_plan
from scheduling.solve_command import SolveCommand, run_solve
from tests.matching.workshop import a_problem
from tests.scheduling.check.court import a_plan

OPTIONS = SolveOptions(time_limit_s=5, seed=3, workers=1)


@pytest.fixture
def command(tmp_path):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(write_problem(a_problem())))
    return SolveCommand(problem=path, out=tmp_path / "plan.json", options=OPTIONS)


def nothing(status=Status.UNKNOWN):
    return Plan(status=status, objective=None, cost_cents=None, bound=None, gap_pct=None, seconds=0.1, seed=3)


def answering(plan):
    """A solver that has its answer ready (a plan, or a function of the problem)."""

    def solve(problem, *, options, progress, stop):
        return plan(problem) if callable(plan) else plan

    return lambda: solve


def never_asked():
    raise AssertionError("bad input went as far as the solver")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (a_plan, 0),
        (nothing(Status.INFEASIBLE), 3),
        (nothing(Status.UNKNOWN), 4),
    ],
)
def test_the_exit_code_says_what_was_found(command, answer, code):
    assert run_solve(command, load=answering(answer)) == code
    plan = read_plan(command.out.read_bytes())
    assert plan == (answer(a_problem()) if callable(answer) else answer)


def test_only_the_plan_is_left_behind(command):
    run_solve(command, load=answering(a_plan))
    assert sorted(each.name for each in command.out.parent.iterdir()) == ["plan.json", "problem.json"]


def test_a_plan_that_breaks_rules_is_a_defect_and_never_written(command, capsys):
    def wrong(problem):
        return replace(a_plan(problem), objective=1)

    assert run_solve(command, load=answering(wrong)) == 4
    plan = read_plan(command.out.read_bytes())
    assert (plan.status, plan.lots, plan.objective) == (Status.UNKNOWN, (), None)
    assert capsys.readouterr().err.splitlines() == [
        "defect: the solver's plan is not valid and not written:",
        "R11 objective: is 1, recomputed 1000",
    ]


def test_a_plan_that_could_not_be_read_back_is_a_defect_and_never_written(command, capsys):
    def with_two_lots_of_one_name(problem):
        plan = a_plan(problem)
        return replace(plan, lots=plan.lots * 2)

    assert run_solve(command, load=answering(with_two_lots_of_one_name)) == 4
    assert read_plan(command.out.read_bytes()).status is Status.UNKNOWN
    assert "[plan:repeated-id]" in capsys.readouterr().err


def test_the_solver_gets_the_options_and_what_is_left_of_the_time(command):
    asked = []

    def solve(problem, *, options, progress, stop):
        asked.append(options)
        return a_plan(problem)

    run_solve(command, load=lambda: solve)
    assert replace(asked[0], time_limit_s=5) == OPTIONS
    assert 4 < asked[0].time_limit_s < 5


def test_progress_is_told_as_json_lines_on_stderr(command, capsys):
    def solve(problem, *, options, progress, stop):
        progress(Progress(seconds=0.12345, objective=None, bound=None))
        progress(Progress(seconds=1, objective=6055, bound=5990.5))
        return a_plan(problem)

    run_solve(command, load=lambda: solve)
    out, err = capsys.readouterr()
    assert out == ""
    assert [json.loads(line) for line in err.splitlines()] == [
        {"seconds": 0.123, "objective": None, "bound": None},
        {"seconds": 1, "objective": 6055, "bound": 5990.5},
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_solver_and_the_best_plan_so_far_is_written(command, number):
    def solve(problem, *, options, progress, stop):
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        deadline = time.monotonic() + 5
        while not stop():
            assert time.monotonic() < deadline, "the signal did not arrive"
            time.sleep(0.01)
        return a_plan(problem)

    before = signal.getsignal(number)
    assert run_solve(command, load=lambda: solve) == 0
    assert read_plan(command.out.read_bytes()).interrupted
    assert signal.getsignal(number) is before


def test_a_signal_arrives_while_native_code_holds_the_solvers_thread(command):
    """`time.sleep` stands for a native solver: it returns to Python only when it is done."""
    seen = []

    def solve(problem, *, options, progress, stop):
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
        watcher = threading.Timer(0.5, lambda: seen.append(stop()))
        watcher.start()
        time.sleep(1)
        return a_plan(problem)

    run_solve(command, load=lambda: solve)
    assert seen == [True]


def test_an_unexpected_error_travels_up_and_nothing_is_written(command):
    def solve(problem, *, options, progress, stop):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_solve(command, load=lambda: solve)
    assert not command.out.exists()


def test_a_bad_problem_is_refused_before_anything_else_happens(command):
    command.problem.write_text("{}")
    with pytest.raises(UnusableFileError) as caught:
        run_solve(command, load=never_asked)
    assert caught.value.code == "problem:missing-field"
    assert not command.out.exists()


@pytest.mark.parametrize("out", ["missing/plan.json", "problem.json/plan.json", ".", "/dev/null"])
def test_a_place_that_cannot_hold_the_plan_is_refused_before_solving(command, out):
    spoiled = replace(command, out=command.problem.parent / out)
    with pytest.raises(UnusableFileError) as caught:
        run_solve(spoiled, load=never_asked)
    assert caught.value.code == "file:unwritable"


def test_an_old_plan_stays_whole_until_the_new_one_is(command):
    command.out.write_text("old")

    def solve(problem, *, options, progress, stop):
        assert command.out.read_text() == "old"
        return a_plan(problem)

    run_solve(command, load=lambda: solve)
    assert read_plan(command.out.read_bytes()).status is Status.FEASIBLE


def test_a_link_to_a_plan_stays_a_link(command):
    real = command.out.with_name("real.json")
    real.write_text("old")
    command.out.symlink_to(real)
    run_solve(command, load=answering(a_plan))
    assert command.out.is_symlink()
    assert read_plan(real.read_bytes()).status is Status.FEASIBLE


def test_the_plan_can_be_read_by_whom_the_mask_allows(command):
    run_solve(command, load=answering(a_plan))
    ordinary = command.out.with_name("ordinary")
    ordinary.touch()
    assert command.out.stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize(
    "wrong",
    [
        ["--time-limit", "0"],
        ["--time-limit", "-1"],
        ["--time-limit", "nan"],
        ["--time-limit", "soon"],
        ["--seed", "-1"],
        ["--seed", "1.5"],
        ["--seed", str(2**31)],
        ["--workers", "0"],
        ["--work", "0"],
        ["--colour", "red"],
    ],
)
def test_wrong_options_are_exit_2_and_nothing_is_written(command, wrong, capsys):
    with pytest.raises(SystemExit) as left:
        main(["solve", str(command.problem), "--out", str(command.out), *wrong])
    assert left.value.code == 2
    assert wrong[0] in capsys.readouterr().err
    assert not command.out.exists()


def test_out_must_be_given(command):
    with pytest.raises(SystemExit) as left:
        main(["solve", str(command.problem)])
    assert left.value.code == 2


def test_bad_input_is_exit_2_with_path_value_and_rule(command, capsys):
    problem = json.loads(command.problem.read_text())
    problem["orders"][0]["quantity"] = 10**14
    command.problem.write_text(json.dumps(problem))
    assert main(["solve", str(command.problem), "--out", str(command.out)]) == 2
    assert capsys.readouterr().err == (
        f"error: {command.problem}: orders[0].quantity: 100000000000000: "
        "must be in [0, 999999999] [problem:out-of-range]\n"
    )
    assert not Path(command.out).exists()
