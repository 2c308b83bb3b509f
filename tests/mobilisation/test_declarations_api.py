"""Every act of a declaration's page exists over HTTP, with the second factor where the page asks for one."""

import pytest

from marketplace.mobilisation.models import Declaration, Extension, Firm
from tests.builders import NOW, an_api_client
from tests.mobilisation.emergencies import DAY, a_code, a_draft, a_factory, an_office, in_force, proposed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
CONTENT = {
    "title": "Spring flood", "authority": "Province of Zhejiang", "legal_basis": "Article 52",
    "reason": "The hospitals' stocks last four days.", "hazard": "occurred", "processes": ["press"],
    "regions": ["Zhejiang"], "starts_at": NOW.isoformat(), "ends_at": (NOW + 20 * DAY).isoformat(),
}  # fmt: skip


def test_from_draft_over_change_to_force_and_a_later_end():
    office = an_office()
    first, second = an_api_client(office.first), an_api_client(office.second)
    made = first.post("/api/v1/declarations", CONTENT, format="json").json()
    path = f"/api/v1/declarations/{made['id']}"
    changed = first.put(path, {**CONTENT, "title": "Summer flood"}, format="json").json()
    assert (changed["title"], changed["state"]) == ("Summer flood", "draft")
    assert changed["content_hash"] != made["content_hash"]
    first.post(f"{path}/propose", {"code": a_code(office.first)}, format="json")
    approval = {"code": a_code(office.second), "content_hash": changed["content_hash"]}
    assert second.post(f"{path}/approve", approval, format="json").json()["state"] == "live"
    assert first.put(path, CONTENT, format="json").status_code == 409

    later = {"until_at": (NOW + 40 * DAY).isoformat(), "reason": "The river still rises."}
    wrong = first.post(f"{path}/extensions", {**later, "code": "00000000"}, format="json")
    assert wrong.status_code >= 400
    assert not Extension.objects.exists()
    asked = first.post(f"{path}/extensions", {**later, "code": a_code(office.first)}, format="json")
    assert asked.status_code == 201, asked.content
    extension = asked.json()
    assert extension["is_approved"] is False
    approve = f"/api/v1/extensions/{extension['id']}/approve"
    alone = {"code": a_code(office.first), "content_hash": extension["content_hash"]}
    assert first.post(approve, alone, format="json").status_code == 403
    assert Declaration.objects.get().until_at == NOW + 20 * DAY
    approval = {"code": a_code(office.second), "content_hash": extension["content_hash"]}
    assert second.post(approve, approval, format="json").json()["is_approved"] is True
    assert Declaration.objects.get().until_at == NOW + 40 * DAY


def test_the_second_person_refuses_with_a_reason():
    office = an_office()
    waiting = proposed(office)
    path = f"/api/v1/declarations/{waiting.public_id}/refuse"
    second = an_api_client(office.second)
    assert second.post(path, {}, format="json").status_code == 400
    waiting.refresh_from_db()
    assert waiting.status == Declaration.Status.WAITING
    assert second.post(path, {"reason": "Not now"}, format="json").json()["state"] == "refused"


def test_the_firms_a_declaration_covers_are_taken_into_the_book_once():
    office = an_office()
    a_factory(name="Cixi Press")
    path = f"/api/v1/declarations/{in_force(office).public_id}/firms"
    api = an_api_client(office.first)
    assert [api.post(path).json()["num_added"] for _ in range(2)] == [1, 0]
    assert Firm.objects.get().name == "Cixi Press"


@pytest.mark.parametrize("act", ["", "refuse", "extensions", "firms", "end", "propose", "approve"])
def test_no_act_of_another_office_finds_the_declaration(act):
    found = a_draft(an_office())
    stranger = an_api_client(an_office(name="Second Office").first)
    path = f"/api/v1/declarations/{found.public_id}"
    values = {
        **CONTENT, "code": "00000000", "content_hash": found.content_hash, "until_at": (NOW + 30 * DAY).isoformat(),
        "reason": "The river still rises.",
    }  # fmt: skip
    answer = (
        stranger.post(f"{path}/{act}", values, format="json")
        if act
        else stranger.put(path, CONTENT, format="json")
    )
    assert answer.status_code == 404
    found.refresh_from_db()
    assert found.status == Declaration.Status.DRAFT
