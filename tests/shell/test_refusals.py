"""Refusals of the domain as pages."""

import pytest
from django.urls import reverse

from tests.builders import a_machine, a_membership, a_site, an_enterprise

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.shell.gallery")]


def test_what_is_not_found_is_the_404_page_word_for_word(client):
    lost, unknown = client.get("/lose"), client.get("/no/such/page")
    assert (lost.status_code, unknown.status_code) == (404, 404)
    assert without_tokens(lost) == without_tokens(unknown).replace("/no/such/page", "/lose")


def without_tokens(answer):
    import re

    text = re.sub(r'"X-CSRFToken": "\w+"|value="\w{64}"', "", answer.content.decode())
    return re.sub(r'"businessNow": "[^"]+"', "", text)


def test_a_refusal_is_a_page_with_its_status(client):
    answer = client.get("/refuse")
    assert answer.status_code == 409
    assert "Somebody was first." in answer.content.decode()


def test_a_refused_form_returns_to_its_page_with_a_message(client):
    answer = client.post("/refuse", headers={"referer": "http://testserver/gallery"})
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/gallery")
    assert "Somebody was first." in client.get("/").content.decode()


@pytest.mark.parametrize("referer", ["", "http://evil.example/", "javascript:alert(1)"])
def test_a_refused_form_never_returns_elsewhere(client, referer):
    answer = client.post("/refuse", headers={"referer": referer})
    assert answer.status_code == 409


def test_a_refusal_to_htmx_goes_into_the_messages(client):
    answer = client.post("/refuse", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#messages", "innerHTML")
    assert "Somebody was first." in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_page_for_what_is_not_found_knows_who_looks(client):
    client.force_login(a_membership().person)
    assert "m-rail" in client.get("/lose").content.decode()


def test_a_look_at_an_address_that_takes_forms_only_is_a_page_that_says_so(client):
    answer = client.get(reverse("accounts:language"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "only takes what a form sends" in answer.content.decode()


@pytest.mark.urls("config.urls")
def test_the_page_of_such_an_address_leads_back_to_where_its_form_stands(client):
    member = a_membership(enterprise=an_enterprise(kind="factory"))
    machine = a_machine(site=a_site(enterprise=member.enterprise))
    client.force_login(member.person)
    page = reverse("capacity:machine", args=[machine.public_id])
    assert client.get(page).status_code == 200
    answer = client.get(f"{page}taken/")
    assert answer.status_code == 405
    assert f'href="{page}"' in answer.content.decode()
