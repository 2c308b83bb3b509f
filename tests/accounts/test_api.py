"""People and enterprises over HTTP."""

import pytest
from rest_framework.test import APIClient

from marketplace.accounts.models import Invitation, Membership, Site
from tests.builders import a_membership, a_site, a_viewer, an_api_client, an_enterprise

pytestmark = pytest.mark.django_db
Role = Membership.Role
SITE = {"name": "North", "city": "Ningbo", "region": "Zhejiang", "lat": 29.9, "lon": 121.5}


def test_an_owner_reads_and_changes_the_enterprise():
    client = an_api_client(a_viewer(enterprise=an_enterprise(name="Blue Rail", certificates=["ISO 9001"])))
    assert client.get("/api/v1/enterprises/me").json()["name"] == "Blue Rail"
    changed = client.patch("/api/v1/enterprises/me", {"registration_number": "9133"}).json()
    assert (changed["name"], changed["registration_number"]) == ("Blue Rail", "9133")
    assert (changed["certificates"], changed["verification"]) == (["ISO 9001"], "unverified")


def test_a_site_is_made_read_replaced_and_removed():
    client = an_api_client(a_viewer())
    made = client.post("/api/v1/sites", SITE)
    assert made.status_code == 201
    url = f"/api/v1/sites/{made.json()['id']}"
    assert client.get(url).json()["time_zone"] == "Asia/Shanghai"
    assert client.put(url, SITE | {"city": "Cixi"}).json()["city"] == "Cixi"
    assert [site["city"] for site in client.get("/api/v1/sites").json()["results"]] == ["Cixi"]
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404


def test_a_post_sent_again_makes_one_site():
    client = an_api_client(a_viewer())
    answers = [client.post("/api/v1/sites", SITE, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Site.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("lat", "29"), ("lat", 91), ("lat", True), ("name", 5), ("name", ""), ("colour", "red"), ("country", "cn"),
     ("certificates", "ISO"), ("time_zone", "Mars")],
)  # fmt: skip
def test_bad_input_names_its_field_and_changes_nothing(field, value):
    answer = an_api_client(a_viewer()).post("/api/v1/sites", SITE | {field: value})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"].split(".")[0] == field
    assert not Site.objects.exists()


def test_foreign_and_unknown_ids_get_the_same_answer():
    client = an_api_client(a_viewer())
    foreign_site, foreign_member = a_site(), a_membership()
    pairs = [
        ("/api/v1/sites/", foreign_site.public_id, "sit_0000000000000000", ("get", "put", "delete"), SITE),
        ("/api/v1/members/", foreign_member.person.public_id, "per_0000000000000000", ("patch", "delete"),
         {"role": "viewer"}),
        ("/api/v1/invitations/", "inv_1", "inv_0000000000000000", ("delete",), {}),
        ("/api/v1/tokens/", "tok_1", "tok_0000000000000000", ("delete",), {}),
    ]  # fmt: skip
    for url, foreign, unknown, methods, body in pairs:
        for method in methods:
            answers = [getattr(client, method)(url + public_id, body) for public_id in (foreign, unknown)]
            assert [answer.status_code for answer in answers] == [404, 404], (url, method)
            errors = [{**answer.json()["error"], "request_id": ""} for answer in answers]
            assert errors[0] == errors[1]
    assert Site.objects.get().name == foreign_site.name
    assert Membership.objects.get(pk=foreign_member.pk).role == Role.OWNER


def test_people_are_listed_changed_invited_and_removed():
    enterprise = an_enterprise()
    other = a_membership(enterprise=enterprise, role=Role.VIEWER)
    client = an_api_client(a_viewer(enterprise=enterprise))
    url = f"/api/v1/members/{other.person.public_id}"
    assert client.patch(url, {"role": "planner"}).json()["role"] == "planner"
    assert len(client.get("/api/v1/members").json()["results"]) == 2
    assert client.delete(url).status_code == 204
    made = client.post("/api/v1/invitations", {"email": "new@example.org", "role": "operator"})
    assert made.status_code == 201
    assert client.get(f"/join/{made.json()['token']}").status_code in {200, 302}
    listed = client.get("/api/v1/invitations").json()["results"]
    assert [("token" in row, row["email"]) for row in listed] == [(False, "new@example.org")]
    assert client.delete(f"/api/v1/invitations/{made.json()['id']}").status_code == 204
    assert not Invitation.objects.exists()


def test_the_last_owner_stays_with_a_stable_code():
    viewer = a_viewer()
    member = Membership.objects.get()
    answer = an_api_client(viewer).delete(f"/api/v1/members/{member.person.public_id}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "accounts:last-owner")
    assert Membership.objects.filter(pk=member.pk).exists()


@pytest.mark.parametrize(
    "path", ["enterprises/me", "sites", "sites/sit_1", "members", "invitations", "tokens"]
)
def test_a_visitor_reads_nothing(path):
    assert APIClient().get(f"/api/v1/{path}").status_code in {401, 403}


def test_a_person_without_an_enterprise_reads_nothing():
    member = a_membership()
    member.delete()
    client = APIClient()
    client.force_login(member.person)
    assert client.get("/api/v1/sites").status_code == 403


def test_a_list_costs_the_same_however_long_it_is(django_assert_max_num_queries):
    enterprise = an_enterprise()
    for _ in range(5):
        a_site(enterprise=enterprise)
        a_membership(enterprise=enterprise, role=Role.VIEWER)
    client = an_api_client(a_viewer(enterprise=enterprise))
    for path in ("sites", "members", "tokens"):
        with django_assert_max_num_queries(6):
            client.get(f"/api/v1/{path}")
