"""Signing up in three roles; a known address is sent to log in."""

import pytest
from django.urls import reverse

from marketplace.accounts.models import Enterprise, Membership, Person
from tests.builders import a_person

pytestmark = pytest.mark.django_db
URL = "/accounts/signup/"


def answers(**more):
    return {
        "kind": "buyer",
        "enterprise_name": "Blue Rail",
        "name": "Li Wei",
        "email": "li@example.org",
        "password1": "correct horse 1",
    } | more


@pytest.mark.parametrize("kind", Enterprise.Kind.values)
def test_each_role_signs_up_and_owns_an_unverified_enterprise(client, kind):
    answer = client.post(URL, answers(kind=kind, city="Ningbo"))
    assert answer.status_code == 302
    membership = Membership.objects.get(person__email="li@example.org")
    assert membership.role == Membership.Role.OWNER
    assert membership.enterprise.kind == kind
    assert membership.enterprise.name == "Blue Rail"
    assert membership.enterprise.verification == Enterprise.Verification.UNVERIFIED


def test_only_a_factory_is_asked_for_a_site(client):
    client.post(URL, answers(kind="buyer", city="Ningbo"))
    assert not Enterprise.objects.get().sites.exists()


def test_a_factory_stands_where_its_city_is(client):
    client.post(URL, answers(kind="factory", city="宁波"))
    site = Enterprise.objects.get().sites.get()
    assert (site.city, site.region, site.country, site.time_zone) == (
        "Ningbo",
        "Zhejiang",
        "CN",
        "Asia/Shanghai",
    )
    assert abs(site.lat - 29.878) < 0.01
    assert abs(site.lon - 121.549) < 0.01


def test_a_factory_stands_where_the_map_was_tapped(client):
    client.post(URL, answers(kind="factory", city="Ningbo", lat="29.95", lon="121.75"))
    site = Enterprise.objects.get().sites.get()
    assert (site.city, site.lat, site.lon) == ("Ningbo", 29.95, 121.75)


def test_an_unknown_village_needs_a_place_on_the_map_and_keeps_its_name(client):
    answer = client.post(URL, answers(kind="factory", city="Little Harbour"))
    assert "city" in answer.context["form"].errors
    assert not Person.objects.exists()
    client.post(URL, answers(kind="factory", city="Little Harbour", lat="29.95", lon="121.75"))
    site = Enterprise.objects.get().sites.get()
    assert (site.city, site.region) == ("Little Harbour", "Zhejiang")


@pytest.mark.parametrize(
    ("field", "value"),
    [("enterprise_name", ""), ("name", ""), ("email", "nothing"), ("password1", "short"), ("kind", "king"),
     ("password1", "password123"), ("lat", "91"), ("city", "")],
)  # fmt: skip
def test_a_bad_answer_names_its_field_and_makes_nobody(client, field, value):
    kind = {} if field == "kind" else {"kind": "factory"}
    answer = client.post(URL, answers(city="Ningbo", **kind) | {field: value})
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not Person.objects.exists()
    assert not Enterprise.objects.exists()


def test_a_known_address_gets_the_way_to_log_in_and_changes_nothing(client):
    person = a_person(email="li@example.org", password="the old one 1")
    answer = client.post(URL, answers(email="LI@example.org"))
    assert f"{reverse('account_login')}?email=li%40example.org" in answer.content.decode()
    assert not Enterprise.objects.exists()
    person.refresh_from_db()
    assert person.check_password("the old one 1")


def test_no_page_but_sign_up_tells_whether_an_address_is_known(client):
    a_person(email="li@example.org", password="the old one 1")
    for url, field in ((reverse("account_reset_password"), "email"), (reverse("account_login"), "login")):
        pages = []
        for address in ("li@example.org", "no@example.org"):
            answer = client.post(url, {field: address, "password": "wrong"})
            pages.append((answer.status_code, answer.get("Location"), errors_of(answer)))
        assert pages[0] == pages[1], url


def errors_of(answer):
    return answer.context["form"].errors.as_json() if answer.context and "form" in answer.context else ""


def test_language_and_time_zone_come_from_the_browser(client):
    client.cookies["tz"] = "Asia/Shanghai"
    client.post(URL, answers(), headers={"accept-language": "zh-CN"})
    person = Person.objects.get()
    assert (person.language, person.time_zone) == ("zh-hans", "Asia/Shanghai")


def test_a_zone_that_is_none_is_not_taken(client):
    client.cookies["tz"] = "../../etc/passwd"
    client.post(URL, answers())
    assert Person.objects.get().time_zone == ""


def test_the_form_has_few_fields(client):
    fields = client.get(URL + "?kind=factory").context["form"].visible_fields()
    assert len(fields) <= 6


@pytest.mark.parametrize(("in_browser", "spoken"), [(None, "zh-hans"), ("en", "en")])
def test_after_log_in_the_language_chosen_in_the_browser_counts_else_that_of_the_profile(
    client, in_browser, spoken
):
    a_person(email="li@example.org", password="the old one 1", language="zh-hans")
    if in_browser:
        client.cookies["django_language"] = in_browser
    client.post(reverse("account_login"), {"login": "li@example.org", "password": "the old one 1"})
    assert client.cookies["django_language"].value == spoken
