"""An order is changed as long as nothing of it is offered; what was planned for it is void then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.common.errors import InvalidInput, NotFound
from marketplace.orders.drafts import DropDraft
from marketplace.orders.forms.order import initial_of
from marketplace.orders.models import Order
from marketplace.orders.services import InvalidTransition, change_order, change_status, open_order
from marketplace.planning import selectors as plans
from marketplace.planning.models import PlanRun
from marketplace.planning.services import request_plans, requeue_lost
from marketplace.trading.errors import PlanNotChoosable
from marketplace.trading.services import choose_plan
from tests.builders import NOW, a_buyer, a_product, an_api_client, an_order, an_order_draft

pytestmark = pytest.mark.django_db

PLACES = tuple(
    DropDraft(name=name, city="Shanghai", lat=31.2, lon=121.5, quantity=quantity)
    for name, quantity in (("North", 300), ("South", 450))
)


@pytest.fixture
def buyer():
    return a_buyer()


@pytest.fixture
def product():
    return a_product()


@pytest.fixture
def order(buyer, product):
    return an_order(buyer=buyer, product=product)


def changed(order, *, buyer, product, **more):
    draft = replace(an_order_draft(product=product, quantity=750), drops=PLACES, **more)
    return change_order(viewer=buyer, order=order.public_id, draft=draft, now=NOW)


def as_stored(order):
    fresh = Order.objects.get(pk=order.pk)
    return fresh.quantity, fresh.revision, fresh.status, [drop.name for drop in fresh.drops.all()]


def test_the_only_place_takes_whatever_quantity_is_asked_for_and_several_keep_their_own(
    order, buyer, product
):
    assert [place["quantity"] for place in initial_of(order)[1]] == [None]
    changed(order, buyer=buyer, product=product)
    assert [place["quantity"] for place in initial_of(Order.objects.get(pk=order.pk))[1]] == [300, 450]


def test_everything_but_the_product_is_as_the_buyer_says_now(order, buyer, product):
    due_at = NOW + timedelta(days=20)
    changed(order, buyer=buyer, product=product, due_at=due_at, regions=("Zhejiang",))
    fresh = Order.objects.get(pk=order.pk)
    assert (fresh.quantity, fresh.due_at, fresh.regions) == (750, due_at, ["Zhejiang"])
    assert [(drop.name, drop.quantity) for drop in fresh.drops.all()] == [("North", 300), ("South", 450)]
    assert fresh.supplies.count() == order.supplies.count()


def test_a_change_of_an_open_order_makes_it_a_draft_and_its_plans_void(order, buyer, product):
    open_order(viewer=buyer, order=order.public_id, now=NOW)
    runs = request_plans(viewer=buyer, order_public_id=order.public_id, now=NOW)
    PlanRun.objects.filter(pk=runs[0].pk).update(
        status="running", lease_until=NOW + timedelta(days=9999), fencing_token=1
    )
    changed(order, buyer=buyer, product=product)
    assert as_stored(order)[1:3] == (2, Order.Status.DRAFT)
    assert plans.options(buyer, order_public_id=order.public_id, real_now=NOW) == []
    with pytest.raises(NotFound):
        plans.plan_run(buyer, public_id=runs[0].public_id)
    requeue_lost()
    first, second = (PlanRun.objects.get(pk=run.pk) for run in runs)
    assert first.stop_requested
    assert second.status == PlanRun.Status.CANCELLED
    again = request_plans(viewer=buyer, order_public_id=order.public_id, now=NOW)
    assert {run.goal for run in again} == set(PlanRun.Goal.values)
    assert {run.revision for run in again} == {2}


def test_a_plan_of_the_order_as_it_was_is_not_chosen(order, buyer, product):
    open_order(viewer=buyer, order=order.public_id, now=NOW)
    run = request_plans(viewer=buyer, order_public_id=order.public_id, now=NOW)[0]
    PlanRun.objects.filter(pk=run.pk).update(status="done", plan={}, cost_cents=1, finish_min=1)
    changed(order, buyer=buyer, product=product)
    open_order(viewer=buyer, order=order.public_id, now=NOW)
    with pytest.raises(PlanNotChoosable):
        choose_plan(
            viewer=buyer,
            order_public_id=order.public_id,
            plan_public_id=run.public_id,
            now=NOW,
            clock_speed=1.0,
        )
    assert not order.deals.exists()


@pytest.mark.parametrize("status", ["offered", "cancelled"])
def test_what_is_offered_or_over_stays(order, buyer, product, status):
    open_order(viewer=buyer, order=order.public_id, now=NOW)
    change_status(order=order, to=status)
    before = as_stored(order)
    with pytest.raises(InvalidTransition):
        changed(order, buyer=buyer, product=product)
    assert as_stored(order) == before


def test_bad_input_and_another_product_change_nothing(order, buyer, product):
    before = as_stored(order)
    for more in (
        {"due_at": NOW - timedelta(days=1)},
        {"seller_of_record": "ent_nobody"},
        {"blocked": ("ent_nobody",)},
    ):
        with pytest.raises(InvalidInput):
            changed(order, buyer=buyer, product=product, **more)
        assert as_stored(order) == before
    other = an_order(buyer=buyer).product
    with pytest.raises(InvalidInput, match="product"):
        changed(order, buyer=buyer, product=other)
    assert as_stored(order) == before


def test_an_order_of_somebody_else_is_as_unknown_as_none(order, product):
    with pytest.raises(NotFound):
        changed(order, buyer=a_buyer(), product=product)


def test_a_program_changes_an_order_with_put(order, buyer, product):
    client = an_api_client(buyer)
    place = {"name": "Depot", "city": "Shanghai", "lat": 31.2, "lon": 121.5, "quantity": 900}
    body = {
        "product": product.public_id,
        "quantity": 900,
        "due_at": "2030-03-16T08:00:00Z",
        "drops": [place],
    }
    answer = client.put(f"/api/v1/orders/{order.public_id}", body)
    assert answer.status_code == 200, answer.json()
    assert answer.json()["quantity"] == 900
    refused = client.put(f"/api/v1/orders/{order.public_id}", {**body, "quantity": 10**12})
    assert refused.status_code == 400
    assert as_stored(order)[0] == 900
