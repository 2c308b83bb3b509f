"""The database goes away while a plan is made: the plan is not to blame, and its solver does not run on alone."""

import json
from datetime import timedelta

import psutil
import pytest
from django.db import OperationalError

from marketplace.common.clock import real_now
from marketplace.planning import run as planning_run
from marketplace.planning import services
from marketplace.planning.models import PlanRun
from marketplace.planning.solver_process import SolverProcess
from matching.write import write_problem
from tests.builders import NOW
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db


def a_queued_run() -> PlanRun:
    network = a_network()
    return services.request_plans(viewer=network.buyer, order_public_id=network.order.public_id, now=NOW)[0]


def goes_away(*args: object, **kwargs: object) -> bool:
    raise OperationalError("terminating connection due to unexpected postmaster exit")


@pytest.mark.django_db(
    transaction=True
)  # what is broken is closed, and within a transaction all would be lost with it
def test_a_solver_that_outlasts_the_loss_is_heard(monkeypatch):
    run = a_queued_run()
    monkeypatch.setattr(services, "heartbeat", goes_away)
    monkeypatch.setattr(services, "wants_stop", goes_away)

    planning_run.solve_row(run.public_id)

    run.refresh_from_db()
    assert run.status == PlanRun.Status.DONE, run.error


def test_a_plan_that_cannot_be_stored_does_not_fail_and_is_made_when_its_lease_has_ended(monkeypatch):
    run = a_queued_run()
    with monkeypatch.context() as away:
        away.setattr(services, "finish", goes_away)
        planning_run.solve_row(run.public_id)
    run.refresh_from_db()
    assert (run.status, run.error) == (PlanRun.Status.RUNNING, "")

    PlanRun.objects.filter(pk=run.pk).update(lease_until=real_now() - timedelta(seconds=1))
    assert run.public_id in services.requeue_lost()
    planning_run.solve_row(run.public_id)
    run.refresh_from_db()
    assert run.status == PlanRun.Status.DONE, run.error


def test_a_solver_ends_when_whoever_waits_for_it_cannot_go_on(tmp_path):
    problem = tmp_path / "problem.json"
    problem.write_text(json.dumps(write_problem(planning_run.build_problem(a_queued_run()))))
    before = set(psutil.Process().children())
    solver = SolverProcess(problem=problem, plan=tmp_path / "plan.json", time_limit_s=30, seed=1)
    assert set(psutil.Process().children()) - before

    with pytest.raises(OperationalError):
        solver.wait(tick=goes_away, wants_stop=lambda: False)

    assert set(psutil.Process().children()) - before == set()
