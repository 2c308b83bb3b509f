import json
import subprocess
import sys
from dataclasses import replace

import pytest

from matching.parse import write_problem
from scheduling.__main__ import main
from scheduling.plan_format import write_plan
from tests.matching.workshop import a_problem, an_order
from tests.scheduling.check.court import a_plan


@pytest.fixture
def files(tmp_path):
    """Writes a problem and a plan; returns their paths as arguments."""

    def write(problem, plan):
        paths = tmp_path / "problem.json", tmp_path / "plan.json"
        for path, content in zip(paths, (write_problem(problem), write_plan(plan)), strict=True):
            path.write_text(json.dumps(content))
        return [str(path) for path in paths]

    return write


def test_a_valid_plan_is_exit_0_and_silent(files, capsys):
    problem = a_problem()
    assert main(["check", *files(problem, a_plan(problem))]) == 0
    assert capsys.readouterr() == ("", "")


def test_an_invalid_plan_is_exit_1_with_a_line_for_each_violation(files, capsys):
    problem = a_problem()
    plan = replace(a_plan(problem), objective=1, cost_cents=1)
    assert main(["check", *files(problem, plan)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["R11 objective: is 1, recomputed 1000", "R11 cost_cents: is 1, recomputed 1000"]


def test_a_plan_without_lots_is_exit_1_even_if_nothing_is_wrong(files, capsys):
    problem = a_problem(orders=[an_order(unmet_cents_per_1000_units=0)])
    assert main(["check", *files(problem, a_plan(problem, lots=[], deliveries=[]))]) == 1
    assert capsys.readouterr().out == "R7 lots: the plan has none\n"


@pytest.mark.parametrize("spoil", ["problem", "plan"])
@pytest.mark.parametrize("content", [None, "", "{", '{"format": "planning-problem/1", "x": 1}'])
def test_what_cannot_be_read_is_exit_2_with_the_file_named(files, capsys, tmp_path, spoil, content):
    problem = a_problem()
    arguments = files(problem, a_plan(problem))
    spoiled = tmp_path / f"{spoil}.json"
    spoiled.unlink() if content is None else spoiled.write_text(content)
    assert main(["check", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {spoiled}: ")
    assert len(err.splitlines()) == 1


def test_a_directory_is_exit_2(files, tmp_path):
    problem = a_problem()
    arguments = files(problem, a_plan(problem))
    assert main(["check", arguments[0], str(tmp_path)]) == 2


@pytest.mark.parametrize(
    "arguments", [[], ["check"], ["check", "one"], ["judge", "a", "b"], ["check", "a", "b", "--x"]]
)
def test_wrong_arguments_are_exit_2(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_it_runs_as_a_module_and_loads_no_solver(files):
    problem = a_problem()
    code = (
        "import sys, runpy; sys.argv = ['scheduling', 'check', *sys.argv[1:]]\n"
        "try: runpy.run_module('scheduling', run_name='__main__')\n"
        "except SystemExit as left: print(left.code, 'ortools' in sys.modules, 'scheduling.evaluate' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *files(problem, a_plan(problem))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0 False False\n"


def test_names_in_any_script_can_be_told_to_any_terminal(files):
    problem = a_problem(orders=[an_order("订单", regions=frozenset({"远"}))])
    plan = a_plan(a_problem())
    done = subprocess.run(
        [sys.executable, "-m", "scheduling", "check", *files(problem, plan)],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 1
    assert b"R1 lots[0].order" in done.stdout
