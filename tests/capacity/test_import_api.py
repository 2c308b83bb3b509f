"""Files over HTTP, as an ERP sends them every day."""

import pytest

from marketplace.capacity.models import Equipment, ImportDraft, TakenTime
from tests.builders import a_buyer, a_machine, a_site, a_viewer, an_api_client
from tests.capacity.import_files import a_file, jobs, machines

pytestmark = pytest.mark.django_db

P3 = ("P3", "Press 3", "Ningbo works", "press", "1500", "180")
J1 = ("P3", "J1", "own job", "Brackets", "2046-03-03 08:00", "2046-03-03 12:00")


@pytest.fixture
def site():
    return a_site(name="Ningbo works")


@pytest.fixture
def client(site):
    return an_api_client(a_viewer(enterprise=site.enterprise))


def sent(client, file, status=201, **more):
    answer = client.post("/api/v1/imports", {"file": file, **more}, format="multipart")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_file_is_sent_read_and_applied(client):
    draft = sent(client, machines(P3))
    assert draft["counts"] == {"machines": {"new": 1}} and draft["applied_at"] is None
    assert draft["rows"][0]["key"] == ["P3", "press"] and not Equipment.objects.exists()
    assert client.get(f"/api/v1/imports/{draft['id']}").json() == draft
    done = client.post(f"/api/v1/imports/{draft['id']}/apply", {"version": draft["version"]})
    assert done.status_code == 200 and done.json()["applied_at"] and Equipment.objects.count() == 1
    again = client.post(f"/api/v1/imports/{draft['id']}/apply", {"version": draft["version"]})
    assert again.json() == done.json() and Equipment.objects.count() == 1


def test_one_call_a_day_is_enough(client, site):
    a_machine(site=site, own_number="P3")
    daily = {"apply_if_clean": "true", "remove_vanished": "true"}
    assert sent(client, jobs(J1), **daily)["counts"] == {"jobs": {"new": 1}}
    assert sent(client, jobs(J1), **daily)["counts"] == {"jobs": {"unchanged": 1}}
    done = sent(client, jobs(("P3", "J2", *J1[2:])), **daily)
    assert done["counts"] == {"jobs": {"new": 1}} and done["vanished"][0]["is_removed"]
    assert TakenTime.objects.get().own_reference == "J2"


def test_a_file_with_faults_is_answered_with_all_of_them_and_changes_nothing(client):
    answer = sent(
        client, machines(P3, ("P4", "Press", "Nowhere", "press", "fast", "1")), 422, apply_if_clean="true"
    )
    assert [(one["sheet"], one["row"], one["field"], one["value"]) for one in answer["faults"]] == [
        ("machines", 3, "rate", "fast"), ("machines", 3, "site", "Nowhere"),
    ]  # fmt: skip
    assert all(one["rule"] for one in answer["faults"]) and answer["applied_at"] is None
    assert not Equipment.objects.exists()
    refused = client.post(f"/api/v1/imports/{answer['id']}/apply", {"version": answer["version"]})
    assert refused.status_code == 422 and refused.json()["error"]["code"] == "capacity:import-faults"


def test_a_stale_version_is_refused(client, site):
    machine = a_machine(site=site, own_number="P3")
    draft = sent(client, machines(P3))
    Equipment.objects.filter(pk=machine.pk).update(name="Renamed")
    refused = client.post(f"/api/v1/imports/{draft['id']}/apply", {"version": draft["version"]})
    assert refused.status_code == 409 and refused.json()["error"]["code"] == "capacity:import-stale"
    assert Equipment.objects.get().name == "Renamed"


def test_an_import_is_undone_by_another(client, site):
    a_machine(site=site, own_number="P3", name="Old name")
    done = sent(client, machines(P3), apply_if_clean="true")
    undo = client.post(f"/api/v1/imports/{done['id']}/undo")
    assert undo.status_code == 201
    client.post(f"/api/v1/imports/{undo.json()['id']}/apply", {"version": undo.json()["version"]})
    assert Equipment.objects.get().name == "Old name"


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (a_file("own number,name\nP3,=1+1"), "sheets:formula"),
        (a_file(b"PK\x03\x04junk", "a.xlsx"), "sheets:unreadable"),
        (a_file("no spreadsheet", "a.xlsx"), "sheets:unreadable"),
        (a_file("own number\n" + "x\n" * 10_001), "sheets:too-large"),
        (a_file("colour\nred"), "sheets:headers"),
        (a_file(b"", "a.csv"), "sheets:refused"),
        (a_file("own number,name,site\n", "a.xlsm"), "sheets:refused"),
    ],
)
def test_a_refused_file_has_a_code_and_a_sentence(client, file, code):
    file.seek(0)
    error = sent(client, file, 400)["error"]
    assert error["code"] == code and error["message"] and not ImportDraft.objects.exists()


def test_a_body_that_is_too_large_is_refused_unread(client):
    assert (
        client.post("/api/v1/imports", {"file": a_file(b"x" * 5_200_000)}, format="multipart").status_code
        == 413
    )


@pytest.mark.parametrize("body", [{}, {"file": "text"}, {"file": ""}])
def test_a_call_without_a_file_is_refused(client, body):
    assert client.post("/api/v1/imports", body, format="multipart").status_code == 400
    assert client.post("/api/v1/imports", {"file": "x"}, format="json").status_code == 415


def test_a_foreign_import_is_as_unknown_as_one_that_does_not_exist(client):
    stranger = an_api_client(a_viewer(enterprise=a_site().enterprise))
    draft = sent(client, machines(P3))
    for path in (draft["id"], "imp_0000000000000000"):
        assert stranger.get(f"/api/v1/imports/{path}").status_code == 404
        assert (
            stranger.post(f"/api/v1/imports/{path}/apply", {"version": draft["version"]}).status_code == 404
        )
        assert stranger.post(f"/api/v1/imports/{path}/undo").status_code == 404
    assert not Equipment.objects.exists()


def test_read_only_keys_and_buyers_import_nothing(site):
    reader = an_api_client(a_viewer(enterprise=site.enterprise), may_write=False)
    sent(reader, machines(P3), 403)
    sent(an_api_client(a_buyer()), machines(P3), 403)
    assert not ImportDraft.objects.exists()


def test_what_is_read_back_is_unchanged(client, site):
    a_machine(site=site, own_number="P3")
    sent(client, jobs(J1), apply_if_clean="true")
    for name in ("all.xlsx", "machines.csv", "hours.xlsx", "jobs.csv"):
        answer = client.get(f"/api/v1/exports/{name}")
        assert answer.status_code == 200 and name in answer["Content-Disposition"]
        found = sent(client, a_file(answer.content, name), apply_if_clean="true")
        assert {outcome for counts in found["counts"].values() for outcome in counts} == {"unchanged"}
    assert client.get("/api/v1/exports/secrets.csv").status_code == 404
    assert client.get("/api/v1/exports/all.csv").status_code == 404
