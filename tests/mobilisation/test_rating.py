"""Orders of public buyers are rated once their need is confirmed; the rating sets clocks, reasons and an end."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from marketplace.accounts.models import Enterprise
from marketplace.capacity.working_days import after_working_days
from marketplace.common import oracles
from marketplace.common.errors import InvalidInput, NotFound
from marketplace.common.models import AuditEntry
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.answer_clock import answer_by
from marketplace.mobilisation.errors import NotLive, NotRateable
from marketplace.mobilisation.models import NeedConfirmation, OrderRating, Programme
from marketplace.orders.models import Order
from marketplace.trading.rated import RefusalNotListed
from marketplace.trading.services import Answer, answer_package
from tests.builders import NOW, an_order
from tests.mobilisation.emergencies import DAY, HOUR, a_public_order, a_template, an_office, in_force
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db

STATEMENT = "This is a rated order; it comes first, at no higher price."


class Case:
    """A declaration in force with a programme, and a hospital's order."""

    def __init__(self, **more):
        self.office = an_office()
        self.product = more.pop("product", None) or a_template()
        self.declaration = in_force(self.office, product=self.product, **more)
        self.programme = services.open_programme(
            viewer=self.office.first,
            declaration_public_id=self.declaration.public_id,
            name="Masks for hospitals",
            product=self.product.code,
            target_quantity=10_000,
            now=NOW,
        )
        self.order = a_public_order(product=self.product)

    def confirm(self, order=None, *, now=NOW, viewer=None, with_whom="Dr Chen"):
        return services.confirm_need(
            viewer=viewer or self.office.first,
            declaration_public_id=self.declaration.public_id,
            order_public_id=(order or self.order).public_id,
            confirmed_with=with_whom,
            how="telephone",
            now=now,
        )

    def rate(self, order=None, *, rating="DO", now=NOW, viewer=None, programme=None, statement=STATEMENT):
        return services.rate_order(
            viewer=viewer or self.office.second,
            programme_public_id=(programme or self.programme).public_id,
            order_public_id=(order or self.order).public_id,
            rating=rating,
            statement=statement,
            now=now,
        )

    def rated(self, **more):
        self.confirm()
        return self.rate(**more)

    def is_unrated(self):
        self.order.refresh_from_db()
        return (self.order.rating, self.order.programme) == ("", "") and not OrderRating.objects.exists()


def test_a_rating_has_programme_statement_signature_date_and_dated_delivery():
    case = Case()
    signed = case.rated(rating="DX")
    case.order.refresh_from_db()
    assert (case.order.rating, case.order.programme) == ("DX", case.programme.public_id)
    assert (signed.signed_by_id, signed.signed_at) == (case.office.second.person_id, NOW)
    assert (signed.statement, signed.deliver_by) == (STATEMENT, case.order.due_at)
    logged = AuditEntry.objects.get(action="mobilisation.order-rated")
    assert logged.subject == case.declaration.public_id
    assert logged.facts["order"] == case.order.public_id
    assert list(oracles.faults(["mobilisation"])) == []


def test_without_a_confirmed_need_nothing_is_rated():
    case = Case()
    with pytest.raises(NotRateable):
        case.rate()
    with pytest.raises(InvalidInput):
        case.confirm(with_whom="")
    assert not NeedConfirmation.objects.exists()
    assert case.is_unrated()


def test_a_need_is_confirmed_of_what_is_ordered_then():
    case = Case()
    case.confirm()
    Order.objects.filter(pk=case.order.pk).update(quantity=900, revision=2)
    with pytest.raises(NotRateable):
        case.rate()
    assert case.is_unrated()


def test_who_confirmed_and_when_cannot_be_rewritten():
    case = Case()
    case.confirm()
    with pytest.raises(DatabaseError), transaction.atomic():
        NeedConfirmation.objects.update(confirmed_with="nobody")
    assert NeedConfirmation.objects.get().confirmed_with == "Dr Chen"


def test_orders_of_one_buyer_for_the_same_look_doubled():
    case = Case()
    other = an_order(product=case.product)
    Order.objects.filter(pk=other.pk).update(buyer=case.order.buyer)
    assert [one.num_alike for one in selectors.rateable(case.declaration)] == [1, 1]


def test_only_orders_of_public_buyers_for_declared_goods_are_found():
    case = Case()
    private, other_goods = an_order(product=case.product), a_public_order(product=a_template())
    for order in (private, other_goods):
        with pytest.raises(NotFound):
            case.confirm(order)
        with pytest.raises(NotFound):
            case.rate(order)
    assert [one.order for one in selectors.rateable(case.declaration)] == [case.order]
    assert not OrderRating.objects.exists()


@pytest.mark.parametrize("status", ["placed", "running", "done", "cancelled"])
def test_what_is_agreed_is_rated_no_more(status):
    case = Case()
    case.confirm()
    Order.objects.filter(pk=case.order.pk).update(status=status)
    with pytest.raises(NotRateable):
        case.rate()
    assert not OrderRating.objects.exists()


def test_an_order_is_rated_once():
    case = Case()
    first = case.rated()
    with pytest.raises(NotRateable):
        case.rate(rating="DX")
    with pytest.raises(IntegrityError, match="an_order_has_one_rating"), transaction.atomic():
        OrderRating.objects.create(
            order=case.order, order_revision=1, programme=case.programme, rating="DX", statement="x",
            signed_by_id=case.office.first.person_id, signed_at=NOW, deliver_by=NOW, need=first.need,
        )  # fmt: skip
    assert OrderRating.objects.count() == 1


def test_a_foreign_office_cannot_rate_confirm_or_open_a_programme():
    case, other = Case(), an_office(name="Second Office")
    for attempt in (
        lambda: case.confirm(viewer=other.first),
        lambda: case.rate(viewer=other.first),
        lambda: services.open_programme(
            viewer=other.first, declaration_public_id=case.declaration.public_id, name="Ours",
            product=case.product.code, target_quantity=1, now=NOW,
        ),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            attempt()
    assert case.is_unrated()
    assert Programme.objects.count() == 1


def test_nothing_is_rated_before_the_start_or_after_the_end():
    case = Case(ends_at=NOW + DAY)
    case.confirm()
    for attempt in (case.confirm, case.rate):
        with pytest.raises(NotLive):
            attempt(now=NOW + DAY)
    assert case.is_unrated()


def test_when_the_declaration_ends_ratings_of_what_is_not_agreed_end():
    case = Case(ends_at=NOW + DAY)
    agreed = a_public_order(product=case.product)
    case.rated()
    case.confirm(agreed)
    case.rate(agreed)
    Order.objects.filter(pk=agreed.pk).update(status="placed")
    services.follow_clock(now=NOW + DAY)
    assert OrderRating.objects.get(order=case.order).ended_at == NOW + DAY
    case.order.refresh_from_db()
    agreed.refresh_from_db()
    assert (case.order.rating, agreed.rating) == ("", "DO")
    assert AuditEntry.objects.filter(action="mobilisation.rating-ended").count() == 1
    assert list(oracles.faults(["mobilisation"])) == []


def test_an_order_that_is_changed_or_cancelled_is_rated_no_longer():
    case = Case()
    cancelled = a_public_order(product=case.product)
    case.rated()
    case.confirm(cancelled)
    case.rate(cancelled)
    Order.objects.filter(pk=case.order.pk).update(revision=2, quantity=10**6)
    Order.objects.filter(pk=cancelled.pk).update(status="cancelled")
    assert services.end_outdated_ratings(now=NOW + HOUR) == 2
    assert not Order.objects.exclude(rating="").exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"),
        ({"target_quantity": 0}, "target_quantity"),
        ({"product": "no-such"}, "product"),
        ({"budget_cents": 0}, "budget_cents"),
        ({"currency": "XYZ"}, "currency"),
        ({"name": "Masks for hospitals"}, "name"),
    ],
)
def test_a_programme_without_sense_is_refused(more, field):
    case = Case()
    values = {"name": "More", "product": case.product.code, "target_quantity": 5, "now": NOW, **more}
    with pytest.raises(InvalidInput) as refused:
        services.open_programme(
            viewer=case.office.first, declaration_public_id=case.declaration.public_id, **values
        )
    assert refused.value.field == field
    assert Programme.objects.count() == 1


@pytest.mark.parametrize(
    ("hazard", "rating", "due"),
    [
        ("occurred", "DX", NOW + 6 * HOUR),
        ("occurred", "DO", NOW + 6 * HOUR),
        ("imminent", "DX", NOW + 12 * HOUR),
        ("ahead", "DX", datetime(2026, 3, 16, 8, tzinfo=UTC)),
        ("ahead", "DO", datetime(2026, 3, 23, 8, tzinfo=UTC)),
    ],
)
def test_the_answer_clock_follows_hazard_and_rating(hazard, rating, due):
    case = Case(hazard=hazard)
    assert answer_by(case.order, NOW) is None
    case.rated(rating=rating)
    assert answer_by(case.order, NOW) == due


def test_holidays_and_weekends_are_no_working_days():
    before_the_national_holiday = datetime(2026, 9, 30, 8, tzinfo=UTC)  # a Wednesday; closed 1 to 7 October
    found = after_working_days(before_the_national_holiday, 1, country="CN", zone="Asia/Shanghai")
    assert found == datetime(2026, 10, 8, 8, tzinfo=UTC)


def a_rated_offer():
    """A deal of a rated order whose offers wait, with the network that answers."""
    network = a_network(num_firms=1, quantity=4_000)
    Enterprise.objects.filter(pk=network.buyer.enterprise_id).update(is_public_body=True)
    case = Case(product=network.order.product)
    case.order = network.order
    case.rated()
    plan_order = Order.objects.get(pk=network.order.pk)
    assert plan_order.rating == "DO"
    return network, network.deal().packages.get()


def test_offers_of_a_rated_order_show_the_clock_and_take_listed_reasons_only(settings):
    settings.SOLVER = {**settings.SOLVER, "time_limit_s": 4}
    network, package = a_rated_offer()
    first = package.runs.order_by("starts_at").first().starts_at
    assert package.answer_by == min(NOW + 6 * HOUR, first)
    owner = network.owners[package.enterprise_id]
    for refused in (
        Answer(accepted=frozenset(), reason="no mood"),
        Answer(accepted=frozenset(), reason="not-by-date"),
    ):
        with pytest.raises(RefusalNotListed):
            answer_package(viewer=owner, public_id=package.public_id, answer=refused, now=NOW)
    package.refresh_from_db()
    assert package.status == "offered"
    listed = Answer(accepted=frozenset(), reason="not-by-date", earliest_on=date(2026, 4, 1))
    answered = answer_package(viewer=owner, public_id=package.public_id, answer=listed, now=NOW)
    assert answered.status == "declined"
    assert answered.reason.endswith("(2026-04-01)")


def test_the_oracle_sees_a_rating_that_nobody_signed():
    case = Case()
    Order.objects.filter(pk=case.order.pk).update(rating="DX", programme=case.programme.public_id)
    assert [fault.text for fault in oracles.faults(["mobilisation"])] == [
        f"{case.order.public_id} is rated and nobody signed for it"
    ]
