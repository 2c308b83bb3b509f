"""A drill works as in earnest up to the proposal: messages say so, nothing is rated or displaced, and the report tells
how fast answers came."""

import pytest

from marketplace.accounts import notices
from marketplace.accounts.models import Notice, Person
from marketplace.common import oracles
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.content import declaration_hash
from marketplace.mobilisation.errors import DrillChangesNothing, NotRateable
from marketplace.mobilisation.messages import message_of
from marketplace.mobilisation.models import Answer, Ask, OrderRating
from marketplace.mobilisation.rows import report_of
from marketplace.orders.models import Order
from marketplace.trading.claim import Claim
from marketplace.trading.errors import NotRated
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.services.precedence import commit_precedence
from tests.builders import NOW, an_api_client
from tests.mobilisation.displacing import Displacing
from tests.mobilisation.emergencies import DAY, HOUR, a_draft, a_factory, a_firm, an_office, in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def test_a_drill_goes_as_far_as_the_proposal_and_displaces_nothing(client):
    case = Displacing(is_drill=True)
    case.order.refresh_from_db()
    assert (case.rating.is_drill, case.order.rating, case.order.programme) == (True, "", "")
    plan = case.plan()
    assert plan.displaced == [case.run.public_id]
    client.force_login(Person.objects.get(pk=case.office.first.person_id))
    shown = client.get(f"/ratings/{case.rating.public_id}/").content.decode()
    assert "1 run would give way" in shown
    assert "Drill" in shown and "Commit the plan" not in shown
    with pytest.raises(DrillChangesNothing):
        case.take(plan)
    claim = Claim(
        order=case.order.public_id, rating="DX", programme=case.programme.public_id, regions=("Zhejiang",),
        declaration="", authority="", legal_basis="", begun=lambda ids: (), is_drill=True,
    )  # fmt: skip
    with pytest.raises(NotRated):
        commit_precedence(
            viewer=case.office.first, claim=claim, plan_public_id=plan.public_id, now=NOW, clock_speed=1.0
        )
    assert case.run.status == Run.Status.BOOKED
    assert (Deal.objects.count(), Disturbance.objects.count()) == (1, 0)
    assert list(oracles.faults(["mobilisation"])) == []


def test_an_order_is_rated_in_earnest_beside_a_drill_and_outlives_it():
    case = Displacing(is_drill=True)
    with pytest.raises(NotRateable):
        case.rated_again()
    earnest = in_force(case.office, product=case.product)
    under = {"viewer": case.office.first, "declaration_public_id": earnest.public_id}
    programme = services.open_programme(
        **under, name="Masks in earnest", product=case.product.code, target_quantity=10_000, now=NOW
    )
    services.confirm_need(
        **under, order_public_id=case.order.public_id, confirmed_with="Dr Chen", how="", now=NOW
    )
    services.rate_order(
        viewer=case.office.second, programme_public_id=programme.public_id, order_public_id=case.order.public_id,
        rating="DO", statement="It comes first.", now=NOW,
    )  # fmt: skip
    services.end_declaration(
        viewer=case.office.first, public_id=case.declaration.public_id, reason="The drill is over.", now=NOW
    )
    assert (
        Order.objects.get(pk=case.order.pk).rating,
        OrderRating.objects.filter(ended_at=None).count(),
    ) == ("DO", 1)
    assert list(oracles.faults(["mobilisation"])) == []


def test_every_message_of_a_drill_is_headed_so_in_both_languages():
    office = an_office()
    firm = a_firm(office)
    owner = a_factory()
    drill = in_force(office, is_drill=True)
    services.ask_firms(
        viewer=office.first,
        draft=services.QuestionDraft(goods="gowns", quantity=900, needed_by=NOW + 7 * DAY, closes_at=NOW + HOUR),
        firms=[firm.public_id],
        declaration_public_id=drill.public_id,
        now=NOW,
    )  # fmt: skip
    services.end_declaration(viewer=office.first, public_id=drill.public_id, reason="It is over.", now=NOW)
    told = Notice.objects.filter(enterprise=owner.enterprise_id).order_by("pk")
    assert [notice.kind for notice in told] == ["mobilisation.drill-opened", "mobilisation.drill-closed"]
    for notice in told:
        assert notices.sentence_of(notice.kind, notice.facts, now=NOW).startswith("Drill: ")
    chinese, english, _link = message_of(Ask.objects.get(), link="https://m.example/a/x").split("\n\n")
    assert english.startswith("Drill: nothing is ordered.")
    assert len(chinese) > 0


def test_the_page_a_firm_answers_on_says_that_it_is_a_drill(client):
    office = an_office()
    firm = a_firm(office)
    for is_drill in (True, False):
        asked = services.ask_firms(
            viewer=office.first,
            draft=services.QuestionDraft(goods="gowns", quantity=9, needed_by=NOW + DAY, closes_at=NOW + HOUR),
            firms=[firm.public_id],
            declaration_public_id=in_force(office, is_drill=is_drill).public_id,
            now=NOW,
        )  # fmt: skip
        link = selectors.link_of(Ask.objects.select_related("question").get(question=asked))
        page = client.get(f"/a/{link.rpartition('/a/')[2]}").content.decode()
        assert ("m-drill" in page) is is_drill


@pytest.mark.parametrize("path", ["/emergency/", "/control-room/", "/emergency/{}/", "/emergency/{}/report"])
def test_no_page_shows_a_drill_without_saying_so(client, path):
    office = an_office()
    drill = in_force(office, is_drill=True)
    client.force_login(Person.objects.get(pk=office.first.person_id))
    shown = client.get(path.format(drill.public_id)).content.decode()
    assert shown.count("Spring flood") == shown.count("Drill: Spring flood") > 0


def test_that_it_is_a_drill_is_what_both_people_sign():
    office = an_office()
    drill = a_draft(office, is_drill=True)
    signed = drill.content_hash
    drill.is_drill = False
    assert declaration_hash(drill) != signed
    api = an_api_client(office.first)
    assert api.get(f"/api/v1/declarations/{drill.public_id}").json()["is_drill"] is True


def test_the_report_says_how_long_it_took_until_so_many_had_answered():
    office = an_office()
    firms = [a_firm(office, name=f"Firm {n}", number=f"91-{n}") for n in range(4)]
    drill = in_force(office, is_drill=True)
    services.ask_firms(
        viewer=office.first,
        draft=services.QuestionDraft(goods="gowns", quantity=900, needed_by=NOW + 7 * DAY, closes_at=NOW + DAY),
        firms=[firm.public_id for firm in firms],
        declaration_public_id=drill.public_id,
        now=NOW,
    )  # fmt: skip
    for hours, ask in enumerate(Ask.objects.order_by("pk")[:2], start=1):
        services.record_answer(
            viewer=office.first, ask_public_id=ask.public_id, now=NOW + hours * HOUR, told_by="by telephone",
            said=services.Said(kind=Answer.Kind.YES, quantity=None, reason=""),
        )  # fmt: skip
    report = report_of(office.first, drill, now=NOW + 3 * HOUR)
    assert report.reached_h == ((50, 2.0), (80, None), (100, None))
