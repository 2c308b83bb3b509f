"""Every page of an emergency, from the declaration to the report, as a person walks through them."""

from io import BytesIO
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from marketplace.accounts.models import Person
from marketplace.common.models import AuditEntry
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.firm_rows import COLUMNS
from marketplace.mobilisation.forms.declarations import region_choices
from marketplace.mobilisation.models import Ask, Declaration, Firm, OrderRating, Programme, Question
from marketplace.orders.models import Order
from tests.builders import NOW, a_buyer, a_site
from tests.mobilisation.emergencies import (
    DAY,
    HOUR,
    a_code,
    a_factory,
    a_firm,
    a_public_order,
    a_template,
    an_office,
    in_force,
    proposed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def as_person(client, viewer):
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return client


def text(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_from_declaration_to_the_first_link_over_http(client):
    office, product = an_office(), a_template()
    a_firm(office)
    as_person(client, office.first)
    assert "Declare an emergency" in text(client.get("/control-room/"))
    assert "No emergency is in force" in text(client.get("/emergency/"))
    assert "word for word" in text(client.get("/emergency/new"))
    made = client.post(
        "/emergency/new",
        {
            "title": "Spring flood", "authority": "Province", "legal_basis": "Article 52", "hazard": "occurred",
            "reason": "Stocks last four days.", "products": [product.code], "regions": ["Zhejiang"],
            "starts_at": "2026-03-02T08:00", "ends_at": "2026-03-30T08:00",
        },
    )  # fmt: skip
    page = urlsplit(made.url).path
    assert "a draft" in text(client.get(page))
    client.post(f"{page}propose", {"code": a_code(office.first)})
    assert "A second person of your office approves it" in text(client.get(page))
    as_person(client, office.second)
    shown = text(client.get(page))
    assert "asks you to approve this" in shown
    content_hash = Declaration.objects.get().content_hash
    assert content_hash in shown
    client.post(f"{page}approve", {"code": a_code(office.second), "content_hash": content_hash})
    assert "Spring flood is in force" in text(client.get(page))
    assert "Spring flood" in text(client.get("/control-room/"))
    asked = client.post(
        f"{page}ask",
        {
            "goods": "masks", "quantity": 50_000, "needed_by": "2026-03-09T08:00", "closes_at": "2026-03-02T14:00",
            "firms": [Firm.objects.get().public_id],
        },
    )  # fmt: skip
    assert "0 of 1 firms have answered" in text(client.get(asked.url))
    links = text(client.get(f"{asked.url}links"))
    link = selectors.link_of(Ask.objects.select_related("question").get())
    assert link in links
    assert "<svg" in links
    client.logout()
    assert "asks Yuyao Sewing" in text(client.get(urlsplit(link).path))


def test_the_next_declaration_begins_with_authority_basis_and_regions_of_the_last(client):
    office = an_office()
    as_person(client, office.first)
    assert "Article 52" not in text(client.get("/emergency/new"))
    in_force(office, legal_basis="Article 52", authority="Province of Zhejiang")
    in_force(an_office(name="Second Office"), legal_basis="Article 99")
    form = client.get("/emergency/new").context["form"]
    assert form["legal_basis"].value() == "Article 52"
    assert form["authority"].value() == "Province of Zhejiang"
    assert form["regions"].value() == ["Zhejiang"]
    assert form["title"].value() is None


def test_a_province_whose_sites_name_its_parts_is_chosen_by_these():
    a_site(region="Zhejiang East")
    a_site(region="Jiangsu")
    offered = {region for region, _name in region_choices()}
    assert {"Zhejiang East", "Jiangsu", "Guangdong"} <= offered
    assert "Zhejiang" not in offered


def test_a_wrong_code_comes_back_with_its_reason_and_changes_nothing(client):
    office = an_office()
    declaration = proposed(office)
    as_person(client, office.second)
    answer = client.post(
        f"/emergency/{declaration.public_id}/approve",
        {"code": "00000000", "content_hash": declaration.content_hash},
    )
    assert "This code is wrong" in text(answer)
    declaration.refresh_from_db()
    assert declaration.status == Declaration.Status.WAITING


def test_a_person_without_second_factor_is_led_to_set_it_up(client):
    office = an_office()
    declaration = proposed(office)
    Person.objects.get(pk=office.second.person_id).authenticator_set.all().delete()
    as_person(client, office.second)
    page = text(client.get(f"/emergency/{declaration.public_id}/"))
    assert "Set up two-step log-in first" in page
    assert "/accounts/2fa/totp/activate/" in page


@pytest.mark.parametrize("path", ["", "report", "report.csv", "change", "ask", "programmes/new"])
def test_pages_of_a_foreign_office_are_those_of_nobody(client, path):
    declaration = in_force(an_office(), now=NOW)
    as_person(client, an_office(name="Second Office").first)
    foreign = client.get(f"/emergency/{declaration.public_id}/{path}")
    unknown = client.get(f"/emergency/dec_0000000000000000/{path}")
    assert foreign.status_code == unknown.status_code == 404


@pytest.mark.parametrize("path", ["/emergency/", "/emergency/new", "/firms/", "/firms/import", "/questions/"])
def test_for_buyers_and_factories_the_pages_do_not_exist(client, path):
    for viewer in (a_buyer(), a_factory()):
        as_person(client, viewer)
        assert client.get(path).status_code == 404


def test_looking_is_a_post_and_shows_owner_and_hours(client):
    office = an_office()
    a_factory(name="Cixi Press")
    declaration = in_force(office)
    as_person(client, office.first)
    page = f"/emergency/{declaration.public_id}/capacity"
    assert client.get(page).status_code == 405
    assert not AuditEntry.objects.filter(action="mobilisation.capacity-read").exists()
    shown = text(client.post(page))
    assert "Cixi Press" in shown
    assert "336" in shown
    assert AuditEntry.objects.filter(action="mobilisation.capacity-read").count() == 1


def test_the_owner_reads_who_looked(client):
    office = an_office()
    owner = a_factory()
    declaration = in_force(office)
    as_person(client, owner)
    assert "Nobody has looked" in text(client.get("/capacity-read/"))
    services.look_at_capacity(viewer=office.first, declaration_public_id=declaration.public_id, now=NOW)
    shown = text(client.get("/capacity-read/"))
    assert "Your free capacity was looked at" in shown
    assert "Provincial Office" in shown
    as_person(client, a_factory())
    assert "Nobody has looked" in text(client.get("/capacity-read/"))


def test_an_order_is_confirmed_then_rated(client):
    office, product = an_office(), a_template()
    declaration = in_force(office, product=product)
    order = a_public_order(product=product)
    as_person(client, office.first)
    page = f"/emergency/{declaration.public_id}/"
    client.post(
        f"{page}programmes/new", {"name": "Masks", "product": product.code, "target_quantity": 10_000}
    )
    assert order.title in text(client.get(page))
    assert NONE_TO_RATE not in text(client.get(page))
    Order.objects.update(status=Order.Status.CANCELLED)
    assert NONE_TO_RATE in text(client.get(page))
    Order.objects.update(status=Order.Status.OPEN)
    rate = f"{page}orders/{order.public_id}"
    assert "real?" in text(client.get(rate))
    client.post(rate, {"confirmed_with": "Dr Chen, purchasing", "how": "telephone"})
    assert "Sign and rate" in text(client.get(rate))
    unsigned = {"programme": Programme.objects.get().public_id, "rating": "DX", "statement": "A rated order."}
    client.post(rate, unsigned)
    assert not OrderRating.objects.exists()
    client.post(rate, {**unsigned, "signs": "on"})
    assert OrderRating.objects.get().order == order
    assert "Dr Chen" in text(client.get(f"{page}report"))
    report = text(client.get(f"{page}report.csv"))
    assert "Spring flood" in report and order.public_id in report


NONE_TO_RATE = "No order can be rated now"


def a_file(*rows, name="firms.xlsx"):
    book = Workbook()
    book.active.append([column.english for column in COLUMNS])
    for row in rows:
        book.active.append(row)
    data = BytesIO()
    book.save(data)
    return SimpleUploadedFile(name, data.getvalue())


GOOD = ["91330281-7", "Yuyao Sewing", "Wang Li", "+86 574 1", "w@example.cn", "Ningbo", "", "", "sewing", "", 20000,
        "2026-03-02", "2026-04-30"]  # fmt: skip


def test_a_list_is_read_shown_and_taken_over(client):
    office = an_office()
    as_person(client, office.first)
    assert "Columns" in text(client.get("/firms/import"))
    assert client.get("/firms/template.xlsx").status_code == 200
    read = client.post("/firms/import", {"file": a_file(GOOD)})
    preview = text(client.get(read.url))
    assert "1 new firms, 0 changed" in preview
    assert not Firm.objects.exists()
    client.post(f"{read.url}take")
    assert "Yuyao Sewing" in text(client.get("/firms/"))
    link = text(client.post(f"/firms/{Firm.objects.get().public_id}/claim-link"))
    assert "/claim/" in link


def test_a_list_with_faults_names_row_field_and_rule_and_cannot_be_taken(client):
    office = an_office()
    as_person(client, office.first)
    bad = [*GOOD[:8], "alchemy", *GOOD[9:]]
    read = client.post("/firms/import", {"file": a_file(GOOD, bad)})
    preview = text(client.get(read.url))
    assert "1 row has faults" in preview
    assert "alchemy" in preview and "none of our processes" in preview
    client.post(f"{read.url}take")
    assert not Firm.objects.exists()


def test_a_formula_is_refused_with_a_sentence(client):
    as_person(client, an_office().first)
    page = client.post("/firms/import", {"file": a_file([*GOOD[:10], "=1+1", *GOOD[11:]])})
    assert "formula" in text(page).lower()
    assert not Firm.objects.exists()


def test_an_answer_by_telephone_is_written_down(client):
    office = an_office()
    firm = a_firm(office)
    as_person(client, office.first)
    asked = client.post(
        "/questions/new",
        {"goods": "gowns", "quantity": 900, "needed_by": "2026-03-09T08:00", "closes_at": "2026-03-02T20:00",
         "firms": [firm.public_id]},
    )  # fmt: skip
    ask = Ask.objects.get()
    record = f"{asked.url}asks/{ask.public_id}"
    assert "What did Yuyao Sewing say?" in text(client.get(record))
    client.post(record, {"kind": "part", "quantity": 300, "told_by": "Wang Li, telephone"})
    shown = text(client.get(asked.url))
    assert "1 of 1 firms have answered" in shown
    assert "R0" in shown
    assert "1 question to firms" in text(client.get("/questions/"))
    assert Question.objects.get().closes_at == NOW + 12 * HOUR


def test_ending_extending_and_refusing_by_form(client):
    office = an_office()
    declaration = in_force(office)
    page = f"/emergency/{declaration.public_id}/"
    as_person(client, office.first)
    until = (NOW + 60 * DAY).strftime("%Y-%m-%dT%H:%M")
    client.post(
        f"{page}extend", {"until_at": until, "reason": "The river still rises.", "code": a_code(office.first)}
    )
    extension = declaration.extensions.get()
    as_person(client, office.second)
    assert "Approve the new end" in text(client.get(page))
    client.post(
        f"/extensions/{extension.public_id}/approve",
        {"code": a_code(office.second), "content_hash": extension.content_hash},
    )
    declaration.refresh_from_db()
    assert declaration.until_at == NOW + 60 * DAY
    client.post(f"{page}end", {"reason": "The river fell."})
    assert "is over" in text(client.get(page))
    waiting = proposed(office)
    client.post(f"/emergency/{waiting.public_id}/refuse", {"reason": "Not now"})
    assert "was refused" in text(client.get(f"/emergency/{waiting.public_id}/"))
