"""A plan is stopped at any moment: with the best so far, or with nothing, and never as a failure."""

import pytest

from marketplace.planning import run as planning_run
from marketplace.planning import services
from marketplace.planning.models import PlanRun
from tests.builders import NOW
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db


def test_a_run_stopped_before_its_solver_listens_is_cancelled():
    network = a_network()
    run = services.request_plans(viewer=network.buyer, order_public_id=network.order.public_id, now=NOW)[0]
    PlanRun.objects.filter(pk=run.pk).update(stop_requested=True)

    planning_run.solve_row(run.public_id)

    run.refresh_from_db()
    assert run.status in {PlanRun.Status.CANCELLED, PlanRun.Status.DONE}, run.error
    assert run.finished_at is not None
