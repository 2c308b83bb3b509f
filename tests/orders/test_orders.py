"""Orders are made whole or not at all, and move through their life one step at a time."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from marketplace.accounts.models import Enterprise, Membership, Person
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from marketplace.common.live import may_watch
from marketplace.orders import selectors
from marketplace.orders.drafts import DropDraft, OrderDraft, SupplyDraft
from marketplace.orders.models import MAX_QUANTITY, Order
from marketplace.orders.services import (
    InvalidTransition,
    cancel_order,
    change_status,
    create_order,
    open_order,
    set_price,
)
from marketplace.orders.states import FOLLOWS
from tests.builders import NOW, a_buyer, a_product, a_viewer, an_enterprise, an_order, an_order_draft

pytestmark = pytest.mark.django_db

DROP = DropDraft(name="Depot", city="Shanghai", lat=31.23, lon=121.47, quantity=500)


@pytest.fixture
def pushed(monkeypatch):
    """Topics that were pushed, in order."""
    topics: list[str] = []
    monkeypatch.setattr("marketplace.common.live._push", topics.extend)
    return topics


def test_an_order_is_a_draft_with_all_its_parts():
    product = a_product()
    material = product.operations.get().needs.get().material
    draft = an_order_draft(
        product=product,
        certificates=("ISO 9001",),
        regions=("Zhejiang",),
        max_enterprises=3,
        verified_only=True,
        budget_cents=10_000,
        supplies=(SupplyDraft(material=material.code, supplier="buyer"),),
        drops=(
            replace(DROP, quantity=200),
            replace(DROP, name="Second", quantity=300, due_at=NOW + timedelta(days=20)),
        ),
    )
    order = create_order(viewer=a_buyer(), draft=draft, now=NOW)
    order.refresh_from_db()
    assert (order.status, order.quantity, order.title) == ("draft", 500, product.name)
    assert (order.certificates, order.regions, order.max_enterprises) == (["ISO 9001"], ["Zhejiang"], 3)
    assert [(d.name, d.quantity) for d in order.drops.all()] == [("Depot", 200), ("Second", 300)]
    assert [d.due_at for d in order.drops.all()] == [order.due_at, NOW + timedelta(days=20)]
    assert [(s.material, s.supplier) for s in order.supplies.all()] == [(material, "buyer")]


def test_what_nobody_is_named_for_each_factory_buys():
    assert [s.supplier for s in an_order().supplies.all()] == ["factory"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -5}, "quantity"),
        ({"quantity": 10**9}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": 5.0}, "quantity"),
        ({"quantity": "500"}, "quantity"),
        ({"title": "x" * 161}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"due_at": NOW.replace(tzinfo=None)}, "due_at"),
        ({"due_at": "2026-03-20"}, "due_at"),
        ({"release_at": NOW + timedelta(days=14)}, "release_at"),
        ({"drops": ()}, "drops"),
        ({"drops": (replace(DROP, quantity=499),)}, "drops"),
        ({"drops": (replace(DROP, quantity=600), replace(DROP, quantity=-100))}, "drops.1.quantity"),
        ({"drops": (replace(DROP, lat=91),)}, "drops.0.lat"),
        ({"drops": (replace(DROP, lon=float("nan")),)}, "drops.0.lon"),
        ({"drops": (replace(DROP, lat=True),)}, "drops.0.lat"),
        ({"drops": (replace(DROP, city=" "),)}, "drops.0.city"),
        ({"max_enterprises": 0}, "max_enterprises"),
        ({"regions": ("a", "a")}, "regions"),
        ({"certificates": ("",)}, "certificates.0"),
        ({"budget_cents": -1}, "budget_cents"),
        ({"tax_bp": 10_001}, "tax_bp"),
        ({"currency": "XXX"}, "currency"),
        ({"supplies": (SupplyDraft(material="steel", supplier="thief"),)}, "supplies.0.supplier"),
    ],
)
def test_a_draft_that_breaks_a_rule_names_the_field(change, field):
    values = {"product": "prd_x", "quantity": 500, "due_at": NOW + timedelta(days=14), "drops": (DROP,)}
    with pytest.raises(InvalidInput) as refusal:
        OrderDraft(**values | change)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"due_at": NOW}, "due_at"),
        ({"due_at": NOW - timedelta(days=1)}, "due_at"),
        ({"due_at": NOW + timedelta(days=6 * 366)}, "due_at"),
        ({"drops": (replace(DROP, due_at=NOW),)}, "drops.0.due_at"),
        ({"supplies": (SupplyDraft(material="unobtainium", supplier="buyer"),)}, "supplies.0.material"),
        ({"variant": {"size": "M"}}, "variant.size"),
        ({"blocked": ("ent_unknown",)}, "blocked"),
        ({"seller_of_record": "ent_unknown"}, "seller_of_record"),
    ],
)
def test_what_only_the_service_can_see_names_the_field_too(change, field):
    with pytest.raises(InvalidInput) as refusal:
        an_order(**change)
    assert refusal.value.field == field
    assert not Order.objects.exists()


def test_the_greatest_order_is_one_below_a_thousand_million():
    order = an_order(quantity=MAX_QUANTITY)
    assert order.quantity == 10**9 - 1


def test_the_database_itself_refuses_an_absurd_quantity():
    order = an_order()
    for quantity in (0, 10**9):
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(quantity=quantity)


def test_a_foreign_product_is_unknown():
    foreign = a_product(owner=an_enterprise(kind="buyer"))
    for public_id in (foreign.public_id, "prd_0000000000000000"):
        draft = replace(an_order_draft(product=a_product()), product=public_id)
        with pytest.raises(InvalidInput) as refusal:
            create_order(viewer=a_buyer(), draft=draft, now=NOW)
        assert (refusal.value.field, str(refusal.value.text)) == ("product", "There is no such product.")


def test_an_office_that_nobody_verified_sells_nothing_and_is_shown_to_nobody():
    anybody = an_enterprise(kind=Enterprise.Kind.COORDINATOR, verified=False)
    assert anybody not in selectors.sellers()
    with pytest.raises(InvalidInput) as refusal:
        an_order(seller_of_record=anybody.public_id)
    assert refusal.value.field == "seller_of_record"


def test_a_coordinator_may_be_the_seller_of_record():
    seller = an_enterprise(kind=Enterprise.Kind.COORDINATOR)
    assert an_order(seller_of_record=seller.public_id).seller_of_record == seller


@pytest.mark.parametrize("role", [Membership.Role.OPERATOR, Membership.Role.VIEWER])
def test_who_only_looks_does_not_order(role):
    with pytest.raises(Forbidden):
        an_order(buyer=a_buyer(role=role))
    assert not Order.objects.exists()


def test_a_factory_does_not_order():
    with pytest.raises(Forbidden):
        an_order(buyer=a_viewer())


def test_a_foreign_order_is_as_unknown_as_one_that_does_not_exist():
    order = an_order()
    stranger = a_buyer()
    for public_id in (order.public_id, "ord_0000000000000000"):
        for call in (selectors.order, partial(open_order, now=NOW), cancel_order):
            with pytest.raises(NotFound) as refusal:
                call(viewer=stranger, order=public_id)
            assert str(refusal.value.text) == "There is no such order."
    assert not selectors.orders(viewer=stranger).exists()
    order.refresh_from_db()
    assert order.status == "draft"


def test_opening_counts_the_version_up_and_pushes(pushed, django_capture_on_commit_callbacks):
    buyer = a_buyer()
    order = an_order(buyer=buyer)
    with django_capture_on_commit_callbacks(execute=True):
        opened = open_order(viewer=buyer, order=order.public_id, now=NOW)
    assert (opened.status, opened.version) == ("open", 2)
    assert pushed == [f"order:{order.public_id}", f"enterprise:{order.buyer.public_id}"]


def test_an_order_whose_due_date_has_passed_is_not_opened():
    buyer = a_buyer()
    order = an_order(buyer=buyer)
    with pytest.raises(InvalidInput):
        open_order(viewer=buyer, order=order.public_id, now=order.due_at)


@pytest.mark.parametrize("status", Order.Status.values)
def test_only_what_may_follow_follows(status):
    order = an_order()
    for to in Order.Status.values:
        Order.objects.filter(pk=order.pk).update(status=status, version=7)
        if to in FOLLOWS[status]:
            change_status(order=order, to=to)
            expected = (to, 8)
        else:
            with pytest.raises(InvalidTransition) as refusal:
                change_status(order=order, to=to)
            assert refusal.value.facts["status"] == status
            expected = (status, 7)
        fresh = Order.objects.get(pk=order.pk)
        assert (fresh.status, fresh.version) == expected


def test_a_stale_copy_does_not_change_the_status():
    order = an_order()
    stale = Order.objects.get(pk=order.pk)
    change_status(order=order, to="cancelled")
    with pytest.raises(InvalidTransition):
        change_status(order=stale, to="open")


@pytest.mark.parametrize(
    ("status", "may"), [("draft", 1), ("open", 1), ("offered", 1), ("placed", 0), ("running", 0), ("done", 0)]
)
def test_a_buyer_cancels_until_capacity_is_booked(status, may):
    buyer = a_buyer()
    order = an_order(buyer=buyer)
    Order.objects.filter(pk=order.pk).update(status=status)
    if may:
        assert cancel_order(viewer=buyer, order=order.public_id).status == "cancelled"
    else:
        with pytest.raises(InvalidTransition):
            cancel_order(viewer=buyer, order=order.public_id)
        order.refresh_from_db()
        assert order.status == status


def test_a_price_is_whole_cents():
    order = an_order()
    assert set_price(order=order, net_cents=123).version == 2
    for absurd in (-1, 1.5, True, 2**60):
        with pytest.raises(InvalidInput):
            set_price(order=order, net_cents=absurd)


def test_reading_an_order_takes_as_many_queries_for_many_drops_as_for_one(django_assert_num_queries):
    buyer = a_buyer()
    drops = tuple(replace(DROP, name=f"Depot {n}", quantity=1) for n in range(20))
    orders = [an_order(buyer=buyer), an_order(buyer=buyer, quantity=20, drops=drops)]
    for order in orders:
        with django_assert_num_queries(8):
            found = selectors.order(viewer=buyer, order=order.public_id)
            assert [d.city for d in found.drops.all()] and not [*found.blocked.all()]
            assert [s.material.name for s in found.supplies.all()]
            assert [n.material for o in found.product.operations.all() for n in o.needs.all()]


def test_the_people_of_the_buyer_watch_the_order_and_nobody_else():
    buyer = a_buyer()
    order = an_order(buyer=buyer)
    topic = f"order:{order.public_id}"
    assert may_watch(Person.objects.get(pk=buyer.person_id), topic)
    assert not may_watch(Person.objects.get(pk=a_buyer().person_id), topic)
    assert not may_watch(AnonymousUser(), topic)
    assert not may_watch(Person.objects.get(pk=buyer.person_id), "order:ord_0000000000000000")
