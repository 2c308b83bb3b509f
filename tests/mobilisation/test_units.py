"""Goods that are not counted in pieces keep their unit: in questions to firms, on their links, and in the audit log."""

import pytest

from marketplace.accounts import notices
from marketplace.accounts.models import Enterprise, Notice, Person
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.messages import message_of
from marketplace.mobilisation.models import Answer, Ask, Question
from marketplace.mobilisation.rows import report_of
from marketplace.orders.models import Operation
from tests.builders import NOW, a_viewer
from tests.mobilisation.emergencies import DAY, HOUR, a_firm, a_public_order, a_template, an_office, in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def asked(office, *, unit="m", quantity=1_500, **more) -> Question:
    draft = services.QuestionDraft(
        goods="meltblown", quantity=quantity, unit=unit, needed_by=NOW + 7 * DAY, closes_at=NOW + HOUR
    )
    firm = a_firm(office, number=f"91-{Ask.objects.count()}", name=f"Firm {Ask.objects.count()}")
    return services.ask_firms(viewer=office.first, draft=draft, firms=[firm.public_id], now=NOW, **more)


def said(office, question, *, quantity) -> None:
    services.record_answer(
        viewer=office.first, ask_public_id=question.asks.get().public_id, now=NOW, told_by="by telephone",
        said=services.Said(kind=Answer.Kind.PART, quantity=quantity, reason=""),
    )  # fmt: skip


def test_a_question_in_metres_says_metres_on_every_page_and_in_every_message(client):
    office = an_office()
    member = a_viewer()
    question = asked(office)
    said(office, question, quantity=400)
    ask = question.asks.get()
    Enterprise.objects.filter(pk=ask.firm.enterprise_id).update(is_claimed=True)
    chinese, english, _link = message_of(ask, link="https://m.example/a/x").split("\n\n")
    assert "1,500\u00a0m of meltblown" in english and "1,500\u00a0m" in chinese
    client.force_login(Person.objects.get(pk=office.first.person_id))
    for path in (
        "/questions/",
        f"/questions/{question.public_id}/",
        f"/questions/{question.public_id}/links",
    ):
        shown = client.get(path).content.decode()
        assert "1,500\u00a0m" in shown and "1,500 pieces" not in shown, path
    assert "400\u00a0m" in client.get(f"/questions/{question.public_id}/").content.decode()
    token = selectors.link_of(ask).rpartition("/a/")[2]
    client.logout()
    page = client.get(f"/a/{token}").content.decode()
    assert "1,500\u00a0m" in page and "How much, in m?" in page
    assert member.enterprise_id


def test_members_are_told_in_the_unit_and_older_news_in_pieces():
    office = an_office()
    firm = a_firm(office)
    Enterprise.objects.filter(pk=firm.enterprise_id).update(is_claimed=True)
    for unit in ("m", "piece"):
        draft = services.QuestionDraft(
            goods="cloth", quantity=900, unit=unit, needed_by=NOW + 7 * DAY, closes_at=NOW + HOUR
        )
        services.ask_firms(viewer=office.first, draft=draft, firms=[firm.public_id], now=NOW)
    metres, pieces = Notice.objects.filter(enterprise=firm.enterprise_id).order_by("pk")
    assert "asks: 900\u00a0m of cloth" in notices.sentence_of(metres.kind, metres.facts, now=NOW)
    facts = {name: value for name, value in pieces.facts.items() if name != "unit"}
    assert "asks: 900 pieces of cloth" in notices.sentence_of(pieces.kind, facts, now=NOW)


def test_what_was_promised_is_added_up_for_each_unit():
    office = an_office()
    drill = in_force(office)
    for unit, quantity in (("m", 400), ("m", 100), ("kg", 30)):
        said(office, asked(office, unit=unit, declaration_public_id=drill.public_id), quantity=quantity)
    shown = report_of(office.first, drill, now=NOW).promised_text
    assert set(shown.split(" + ")) == {"500\u00a0m", "30\u00a0kg"}


def test_the_trail_says_metres_of_goods_in_metres():
    office, product = an_office(), a_template(name="Meltblown")
    Operation.objects.filter(product=product).update(unit="m")
    declaration = in_force(office, product=product)
    programme = services.open_programme(
        viewer=office.first, declaration_public_id=declaration.public_id, name="Filters", product=product.code,
        target_quantity=10_000, now=NOW,
    )  # fmt: skip
    order = a_public_order(product=product, quantity=500)
    services.confirm_need(
        viewer=office.first, declaration_public_id=declaration.public_id, order_public_id=order.public_id,
        confirmed_with="Dr Chen", how="", now=NOW,
    )  # fmt: skip
    services.rate_order(
        viewer=office.second, programme_public_id=programme.public_id, order_public_id=order.public_id, rating="DO",
        statement="It comes first.", now=NOW,
    )  # fmt: skip
    asked(office, declaration_public_id=declaration.public_id)
    said_all = " ".join(one.sentence for one in selectors.trail(declaration))
    for words in (
        "10,000\u00a0m of",
        "500\u00a0m of",
        ": 500\u00a0m, to be delivered",
        "1,500\u00a0m of meltblown",
    ):
        assert words in said_all
    assert "pieces" not in said_all


def test_the_form_begins_with_the_unit_of_what_is_declared(client):
    office, product = an_office(), a_template(name="Meltblown")
    Operation.objects.filter(product=product).update(unit="kg")
    declaration = in_force(office, product=product)
    a_firm(office)
    client.force_login(Person.objects.get(pk=office.first.person_id))
    page = client.get(f"/emergency/{declaration.public_id}/ask").content.decode()
    assert '<option value="kg" selected' in page
