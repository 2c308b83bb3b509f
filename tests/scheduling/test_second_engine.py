"""An engine whose plan the checker refuses has found nothing; the next one plans."""

from dataclasses import replace

from scheduling.check import check
from scheduling.flow.engine import FlowEngine
from scheduling.options import SolveOptions
from scheduling.plan import Status
from scheduling.solve import solve
from tests.scheduling.chains import a_chain


def test_where_the_first_engine_errs_there_is_a_plan_all_the_same(monkeypatch, capsys):
    problem = a_chain(stages=["a", "b"], firms_per_stage=2, quantity=60, units_per_h=60, lead_min=10)
    right = FlowEngine.solve

    def wrong(self, *args, **more):
        plan = right(self, *args, **more)
        return replace(plan, lots=plan.lots[1:])

    monkeypatch.setattr(FlowEngine, "solve", wrong)
    options = SolveOptions(time_limit_s=5, seed=1, workers=1, work=5)
    plan = solve(problem, options=options, progress=lambda _: None, stop=lambda: False)
    assert plan.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert check(problem, plan) == []
    assert "defect: an engine's plan is not valid" in capsys.readouterr().err
