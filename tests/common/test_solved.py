"""The tests' own memory of the solver: it answers what was solved before, with the names of who asks now."""

import json

from marketplace.planning.solver_process import Outcome
from tests import solved

HOW = {"time_limit_s": 3, "seed": 1}


class Solver:
    """Plans the first machine it is told of, and counts how often it was asked."""

    asked = 0

    def __init__(self, *, problem, plan, beside=None, **_how):
        type(self).asked += 1
        self.progress = [[0.1, 7, 7]]
        self._machine, self._plan = json.loads(problem.read_text())["machines"][0], plan

    def wait(self, *, tick, wants_stop):
        wants_stop()
        self._plan.write_text(json.dumps({"lots": [{"machine": self._machine["id"]}]}))
        return Outcome(exit_code=0, message="", is_abandoned=False)


def ask(memory, folder, *, machine, quantity=10, stops=False, name="Order", **how):
    """The machine that is planned."""
    problem, plan = folder / "problem.json", folder / "plan.json"
    problem.write_text(json.dumps({"name": name, "quantity": quantity, "machines": [{"id": machine}]}))
    solver = memory.solver(problem=problem, plan=plan, **(HOW | how))
    outcome = solver.wait(tick=lambda: True, wants_stop=lambda: stops)
    assert (outcome.exit_code, solver.progress) == (0, [[0.1, 7, 7]])
    return json.loads(plan.read_text())["lots"][0]["machine"]


def a_name(letter):
    return f"mch_{letter * 16}"


def test_the_same_problem_of_somebody_else_is_answered_with_their_names(tmp_path, monkeypatch):
    monkeypatch.setattr(solved, "SolverProcess", Solver)
    monkeypatch.setattr(Solver, "asked", 0)
    memory = solved.Memory()
    assert ask(memory, tmp_path, machine=a_name("a"), name="Order 1") == a_name("a")
    assert ask(memory, tmp_path, machine=a_name("b"), name="Order 2") == a_name("b")
    assert Solver.asked == 1


def test_another_problem_seed_or_limit_is_solved_and_so_is_what_was_stopped_before(tmp_path, monkeypatch):
    monkeypatch.setattr(solved, "SolverProcess", Solver)
    monkeypatch.setattr(Solver, "asked", 0)
    memory = solved.Memory()
    ask(memory, tmp_path, machine=a_name("a"), stops=True)
    ask(memory, tmp_path, machine=a_name("a"))
    ask(memory, tmp_path, machine=a_name("a"), quantity=11)
    ask(memory, tmp_path, machine=a_name("a"), seed=2)
    ask(memory, tmp_path, machine=a_name("a"), time_limit_s=4)
    ask(memory, tmp_path, machine=a_name("a"))
    assert Solver.asked == 5
