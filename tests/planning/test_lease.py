"""A plan run has one owner at a time, and a result of a former owner is not written."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import Membership
from marketplace.common.clock import real_now
from marketplace.common.errors import Forbidden, NotFound
from marketplace.orders.models import Order
from marketplace.orders.services import cancel_order
from marketplace.planning import selectors, services
from marketplace.planning.errors import OrderNotPlannable, RunIsOver
from marketplace.planning.models import PlanRun
from tests.builders import NOW, a_buyer, an_order

pytestmark = pytest.mark.django_db


def a_run(order=None):
    return services.queue_run(
        order=order or an_order(), goal=PlanRun.Goal.FASTEST, requested_by_id=None, now=NOW
    )


def let_lease_run_out(run):
    PlanRun.objects.filter(pk=run.pk).update(lease_until=real_now() - timedelta(seconds=1))


def test_a_queued_run_is_leased_once():
    run = a_run()
    assert services.lease(public_id=run.public_id) is not None
    assert services.lease(public_id=run.public_id) is None


def test_a_lost_run_goes_to_another_worker_and_the_first_one_writes_nothing():
    run = a_run()
    first = services.lease(public_id=run.public_id)
    let_lease_run_out(run)
    second = services.lease(public_id=run.public_id)
    assert second.fencing_token > first.fencing_token
    assert not services.heartbeat(first, progress=[])
    assert not services.finish(first, status=PlanRun.Status.FAILED, error="late")
    assert services.finish(second, status=PlanRun.Status.FAILED, error="mine")
    run.refresh_from_db()
    assert run.error == "mine"


def test_after_three_attempts_a_run_is_given_up():
    run = a_run()
    for _ in range(services.MAX_ATTEMPTS):
        assert services.lease(public_id=run.public_id)
        let_lease_run_out(run)
    assert services.lease(public_id=run.public_id) is None
    run.refresh_from_db()
    assert run.status == PlanRun.Status.FAILED


def test_the_sweep_nudges_lost_runs_and_leaves_living_ones():
    lost, living = a_run(), a_run()
    services.lease(public_id=lost.public_id)
    services.lease(public_id=living.public_id)
    let_lease_run_out(lost)
    assert services.requeue_lost() == [lost.public_id]


def test_the_sweep_stops_runs_of_cancelled_orders():
    buyer = a_buyer()
    order = an_order(buyer=buyer)
    queued, running = a_run(order), a_run(order)
    services.lease(public_id=running.public_id)
    cancel_order(viewer=buyer, order=order.public_id)
    services.requeue_lost()
    queued.refresh_from_db()
    assert queued.status == PlanRun.Status.CANCELLED
    assert services.wants_stop(running)


def test_asking_opens_a_draft_and_queues_a_run_for_each_goal_once():
    buyer = a_buyer()
    order = an_order(buyer=buyer)
    first = services.request_plans(viewer=buyer, order_public_id=order.public_id, now=NOW)
    assert {run.goal for run in first} == set(PlanRun.Goal.values)
    assert services.request_plans(viewer=buyer, order_public_id=order.public_id, now=NOW) == []
    order.refresh_from_db()
    assert order.status == Order.Status.OPEN


def test_a_foreign_order_or_plan_is_as_unknown_as_none():
    run = a_run()
    stranger = a_buyer()
    for ask in (
        lambda public_id: services.request_plans(viewer=stranger, order_public_id=public_id, now=NOW),
        lambda public_id: selectors.options(stranger, order_public_id=public_id, real_now=NOW),
        lambda public_id: selectors.coverage(stranger, order_public_id=public_id),
    ):
        texts = set()
        for public_id in (run.order.public_id, "ord_0000000000000000"):
            with pytest.raises(NotFound) as refusal:
                ask(public_id)
            texts.add(str(refusal.value))
        assert len(texts) == 1
    with pytest.raises(NotFound):
        services.stop_run(viewer=stranger, public_id=run.public_id)
    with pytest.raises(NotFound):
        selectors.plan_run(stranger, public_id=run.public_id)


def test_a_viewer_of_the_enterprise_may_look_but_not_ask():
    buyer = a_buyer(role=Membership.Role.VIEWER)
    with pytest.raises(Forbidden):
        services.request_plans(viewer=buyer, order_public_id="ord_x", now=NOW)


def test_a_placed_order_is_not_planned_again():
    buyer = a_buyer()
    order = an_order(buyer=buyer)
    Order.objects.filter(pk=order.pk).update(status=Order.Status.PLACED)
    with pytest.raises(OrderNotPlannable):
        services.request_plans(viewer=buyer, order_public_id=order.public_id, now=NOW)
    assert not order.plan_runs.exists()


def test_a_queued_run_stops_at_once_and_only_once():
    buyer = a_buyer()
    order = an_order(buyer=buyer)
    run, _ = services.request_plans(viewer=buyer, order_public_id=order.public_id, now=NOW)
    assert services.stop_run(viewer=buyer, public_id=run.public_id).status == PlanRun.Status.CANCELLED
    with pytest.raises(RunIsOver):
        services.stop_run(viewer=buyer, public_id=run.public_id)


def touched(queries) -> list[str]:
    """Tables whose rows were locked or changed, in this order, each once."""
    found = []
    for query in queries:
        sql = query["sql"]
        if match := re.search(r'FOR NO KEY UPDATE OF "(\w+)"', sql) or re.match(r'UPDATE "(\w+)"', sql):
            found.append(match[1])
        elif sql.endswith("FOR NO KEY UPDATE"):
            found.append(re.search(r'FROM "(\w+)"', sql)[1])
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("act", ["lease", "heartbeat", "finish", "stop_run"])
def test_the_order_is_locked_before_its_plans_as_by_everybody_who_holds_both(act):
    buyer = a_buyer()
    run = a_run(an_order(buyer=buyer))
    if act in ("heartbeat", "finish"):
        run = services.lease(public_id=run.public_id)
    acts = {
        "lease": lambda: services.lease(public_id=run.public_id),
        "heartbeat": lambda: services.heartbeat(run, progress=[]),
        "finish": lambda: services.finish(run, status=PlanRun.Status.FAILED, error=""),
        "stop_run": lambda: services.stop_run(viewer=buyer, public_id=run.public_id),
    }
    with CaptureQueriesContext(connection) as queries:
        assert acts[act]()
    assert touched(queries) == ["orders_order", "planning_planrun"]
