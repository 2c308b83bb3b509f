"""Machines over HTTP: a factory's own, strictly typed, each POST done once."""

import pytest
from rest_framework.test import APIClient

from marketplace.accounts.models import Membership
from marketplace.capacity.models import CalendarException, CapacityWindow, Equipment, TakenTime
from tests.builders import a_buyer, a_machine, a_site, a_viewer, an_api_client

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Press 3",
    "own_number": "P3",
    "capability": {"process": "press", "materials": ["steel"], "max_size_mm": 400},
    "rate": {"process": "press", "run_units": 1500, "price_cents_per_h": 12000},
    "hours": [{"weekday": 0, "starts": "22:00", "ends": "06:00"}],
}
HOURS = {"starts_at": "2036-03-03T08:00:00Z", "ends_at": "2036-03-03T12:00:00Z"}


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def owner(site):
    return a_viewer(enterprise=site.enterprise)


@pytest.fixture
def client(owner):
    return an_api_client(owner)


def new(site, **more):
    return {**NEW, "site": site.public_id} | more


def error_of(response, status):
    assert response.status_code == status, response.json()
    return response.json()["error"]


def test_a_machine_is_listed_and_read(client, site):
    made = client.post("/api/v1/machines", new(site, connection="json"))
    assert made.status_code == 201
    body = made.json()
    assert body["id"].startswith("mac_") and body["token"].startswith("musd_")
    assert body["hours"] == [{"weekday": 0, "starts": "22:00", "ends": "06:00", "price_pct": 100}]
    read = client.get(f"/api/v1/machines/{body['id']}")
    assert read.json() == {key: value for key, value in body.items() if key != "token"}
    assert [one["id"] for one in client.get("/api/v1/machines?process=press").json()["results"]] == [
        body["id"]
    ]
    assert client.get("/api/v1/machines?process=coat").json()["results"] == []


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"site": "sit_unknown"}, "site"),
        ({"colour": "red"}, "colour"),
        ({"is_listed": "yes"}, "is_listed"),
        ({"observes_holidays": 1}, "observes_holidays"),
        ({"connection": "telepathy"}, "connection"),
        ({"capability": {"process": "magic"}}, "capability.process"),
        ({"capability": {"process": "press", "max_size_mm": 4.5}}, "capability.max_size_mm"),
        ({"capability": {"process": "press", "max_size_mm": True}}, "capability.max_size_mm"),
        ({"capability": {"process": "press", "materials": "steel"}}, "capability.materials"),
        ({"rate": {"process": "press", "price_cents_per_h": "12000"}}, "rate.price_cents_per_h"),
        ({"rate": {"process": "press", "price_cents_per_h": -1}}, "rate.price_cents_per_h"),
        ({"rate": {"process": "press", "price_cents_per_h": 1, "run_units": 10**30}}, "rate.run_units"),
        ({"hours": [{"weekday": 0, "starts": "25:00", "ends": "06:00"}]}, "hours.0.starts"),
        ({"hours": [{"weekday": 9, "starts": "22:00", "ends": "06:00"}]}, "hours.0.weekday"),
        ({"hours": [{"weekday": 0, "starts": "22:00", "ends": "06:00"}] * 2}, "hours.1.starts"),
    ],
)
def test_bad_input_is_refused_by_its_field_and_nothing_is_stored(client, site, change, param):
    error = error_of(client.post("/api/v1/machines", new(site) | change), 400)
    assert error["param"] == param
    assert not Equipment.objects.exists()


@pytest.mark.parametrize("path", ["", "/sellable", "/taken", "/windows"])
def test_a_foreign_machine_answers_as_one_that_does_not_exist(site, path):
    machine = a_machine(site=site)
    answers = []
    for viewer in (a_viewer(), a_buyer()):
        for name in (machine.public_id, "mac_0000000000000000"):
            answer = an_api_client(viewer).get(f"/api/v1/machines/{name}{path}")
            error = error_of(answer, 404)
            error.pop("request_id")
            answers.append(error)
    assert all(answer == answers[0] for answer in answers)


def test_a_buyer_sees_no_machines(site):
    a_machine(site=site)
    assert an_api_client(a_buyer()).get("/api/v1/machines").json()["results"] == []


def test_nobody_reads_without_a_token(site):
    machine = a_machine(site=site)
    for path in ("/api/v1/machines", f"/api/v1/machines/{machine.public_id}"):
        assert APIClient().get(path).status_code == 401


def test_a_reading_token_writes_nothing(owner, site):
    machine = a_machine(site=site)
    client = an_api_client(owner, may_write=False)
    assert client.get(f"/api/v1/machines/{machine.public_id}").status_code == 200
    assert client.post(f"/api/v1/machines/{machine.public_id}/unpublish").status_code == 403
    machine.refresh_from_db()
    assert machine.is_listed


def test_an_operator_changes_nothing(site):
    machine = a_machine(site=site)
    client = an_api_client(a_viewer(enterprise=site.enterprise, role=Membership.Role.OPERATOR))
    body = {"hours": []}
    assert error_of(client.put(f"/api/v1/machines/{machine.public_id}/hours", body), 403)
    assert machine.weekly_hours.count() == 7


def test_the_same_key_lists_one_machine(client, site):
    first = client.post("/api/v1/machines", new(site), headers={"Idempotency-Key": "k1"})
    again = client.post("/api/v1/machines", new(site), headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    assert Equipment.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict(client, site):
    client.post("/api/v1/machines", new(site), headers={"Idempotency-Key": "k1"})
    other = client.post("/api/v1/machines", new(site, name="Press 4"), headers={"Idempotency-Key": "k1"})
    assert error_of(other, 409)["code"] == "api:idempotency-key-reused"
    assert Equipment.objects.count() == 1


def test_a_week_is_replaced(client, site):
    machine = a_machine(site=site)
    week = {"hours": [{"weekday": 6, "starts": "08:00", "ends": "08:30", "price_pct": 80}]}
    answer = client.put(f"/api/v1/machines/{machine.public_id}/hours", week)
    assert answer.json()["hours"] == week["hours"]


def test_capabilities_and_rates_come_and_go(client, site):
    machine = a_machine(site=site)
    base = f"/api/v1/machines/{machine.public_id}"
    coat = {"materials": ["steel"], "tolerance_um": 50}
    assert client.put(f"{base}/capabilities/coat", coat).json()["capabilities"][1]["tolerance_um"] == 50
    rate = {"price_cents_per_h": 9000, "product_code": "plate", "setup_min": 30}
    assert client.put(f"{base}/rates/coat", rate).json()["rates"][1]["setup_min"] == 30
    assert len(client.delete(f"{base}/rates/coat?product_code=plate").json()["rates"]) == 1
    assert len(client.delete(f"{base}/capabilities/coat").json()["capabilities"]) == 1
    assert error_of(client.put(f"{base}/capabilities/magic", coat), 400)["param"] == "process"
    assert error_of(client.delete(f"{base}/capabilities/coat"), 404)


def test_exceptions_are_set_and_removed(client, site):
    machine = a_machine(site=site)
    base = f"/api/v1/machines/{machine.public_id}/exceptions"
    open_day = {"is_closed": False, "starts": "08:00", "ends": "12:00", "reason": "Rush"}
    assert client.put(f"{base}/2036-03-03", open_day).json()["exceptions"] == [
        {"on": "2036-03-03", **open_day}
    ]
    assert error_of(client.put(f"{base}/someday", {}), 400)["param"] == "on"
    assert error_of(client.put(f"{base}/9999-03-03", {}), 400)["param"] == "on"
    assert client.delete(f"{base}/2036-03-03").json()["exceptions"] == []
    assert not CalendarException.objects.exists()


def test_windows_are_offered_and_withdrawn(client, site):
    machine = a_machine(site=site, hours=[])
    base = f"/api/v1/machines/{machine.public_id}/windows"
    made = client.post(base, {**HOURS, "price_pct": 80})
    assert made.json()["starts_at"] == HOURS["starts_at"]
    assert error_of(client.post(base, HOURS), 409)["code"] == "capacity:window-overlaps"
    assert len(client.get(base).json()) == 1
    assert client.delete(f"{base}/{made.json()['id']}").status_code == 204
    assert not CapacityWindow.objects.exists()


def test_own_jobs_are_taken_once_and_the_owner_is_told_what_is_there(client, site):
    machine = a_machine(site=site)
    base = f"/api/v1/machines/{machine.public_id}/taken"
    made = client.post(base, {"kind": "own_job", "title": "Mine", **HOURS})
    assert made.status_code == 201
    error = error_of(client.post(base, {"kind": "maintenance", **HOURS}), 409)
    assert (error["code"], error["facts"]["taken"]) == ("capacity:time-taken", made.json()["id"])
    listed = client.get(f"{base}?starts_at=2036-03-03T00:00:00Z&ends_at=2036-03-04T00:00:00Z").json()
    assert [(one["kind"], one["title"]) for one in listed] == [("own_job", "Mine")]
    assert client.delete(f"{base}/{made.json()['id']}").status_code == 204
    assert not TakenTime.objects.exists()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"kind": "booking", **HOURS}, "kind"),
        ({"kind": "own_job", "starts_at": HOURS["ends_at"], "ends_at": HOURS["starts_at"]}, "ends_at"),
        ({"kind": "own_job", **HOURS, "starts_at": "2036-03-03T08:00:00"}, "starts_at"),
        ({"kind": "own_job", **HOURS, "starts_at": "2036-03-03"}, "starts_at"),
        ({"kind": "own_job", **HOURS, "starts_at": 2088144000}, "starts_at"),
        ({"kind": "own_job", **HOURS, "starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"kind": "own_job", **HOURS, "ends_at": "9999-12-31T23:59:59-12:00"}, "ends_at"),
        ({"kind": "own_job", **HOURS, "title": "x" * 121}, "title"),
    ],
)
def test_absurd_times_are_refused_by_their_field(client, site, body, param):
    machine = a_machine(site=site)
    error = error_of(client.post(f"/api/v1/machines/{machine.public_id}/taken", body), 400)
    assert error["param"] == param
    assert not TakenTime.objects.exists()


def test_what_is_sold_is_the_week_without_taken_time(client):
    machine = a_machine(site=a_site(time_zone="UTC"), hours=[(0, "08:00", "16:00")])
    client = an_api_client(a_viewer(enterprise=machine.enterprise))
    base = f"/api/v1/machines/{machine.public_id}"
    client.post(f"{base}/taken", {"kind": "own_job", **HOURS})
    sold = client.get(f"{base}/sellable?starts_at=2036-03-03T00:00:00Z&ends_at=2036-03-04T00:00:00Z").json()
    assert sold == [
        {"starts_at": "2036-03-03T12:00:00Z", "ends_at": "2036-03-03T16:00:00Z", "price_pct": 100}
    ]
    for query in (
        "starts_at=2036-03-03T00:00:00Z&ends_at=2046-03-04T00:00:00Z",
        "ends_at=2000-01-01T00:00:00Z",
    ):
        assert error_of(client.get(f"{base}/sellable?{query}"), 400)["param"] == "ends_at"


def test_listing_many_machines_takes_as_many_queries_as_one(client, site, django_assert_max_num_queries):
    for _ in range(10):
        a_machine(site=site)
    with django_assert_max_num_queries(10):
        assert len(client.get("/api/v1/machines").json()["results"]) == 10
