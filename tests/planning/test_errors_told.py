"""A plan that failed tells its buyer that it failed, and nothing about the machines it failed on."""

import pytest

from marketplace.planning import run as planning_run
from marketplace.planning import services
from marketplace.planning.models import PlanRun
from tests.builders import NOW, a_buyer, a_product, an_api_client, an_order

pytestmark = pytest.mark.django_db


def test_the_ids_in_a_solvers_words_stay_with_us(monkeypatch):
    def fail(run):
        raise planning_run.PlanRefused(
            "lot 3: machine mac_0123456789abcdef of site sit_0123456789abcdef is busy"
        )

    buyer = a_buyer()
    order = an_order(buyer=buyer, product=a_product(processes=("press",)))
    run = services.request_plans(viewer=buyer, order_public_id=order.public_id, now=NOW)[0]
    monkeypatch.setattr(planning_run, "build_problem", fail)
    planning_run.solve_row(run.public_id)
    run.refresh_from_db()
    assert run.status == PlanRun.Status.FAILED
    assert "mac_" in run.error
    client = an_api_client(buyer)
    answers = [client.get("/api/v1/plans"), client.get(f"/api/v1/plans/{run.public_id}")]
    assert all(answer.status_code == 200 for answer in answers)
    assert answers[1].json()["error"] == "PlanRefused"
    assert not any("mac_" in answer.content.decode() for answer in answers)
