"""The audit trail is read as sentences with names, in both languages, looked through, and taken away as CSV."""

import csv
import io
from datetime import timedelta

import pytest

from marketplace.accounts.models import Person
from marketplace.common import audit
from marketplace.common.models import AuditEntry
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.errors import SamePerson
from marketplace.mobilisation.trail_words import ACTIONS, SENTENCES
from tests.builders import NOW, an_api_client
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


class Case:
    """A declaration under which something of most kinds was done."""

    def __init__(self):
        self.office, self.product = an_office(), a_template(name="Face mask")
        waiting = proposed(self.office, product=self.product)
        with pytest.raises(SamePerson):
            services.approve_declaration(
                viewer=self.office.first, public_id=waiting.public_id, content_hash=waiting.content_hash,
                code=a_code(self.office.first), now=NOW,
            )  # fmt: skip
        a_factory(name="Cixi Press")
        self.declaration = in_force(self.office, product=self.product)
        self.order = a_public_order(product=self.product, title="Masks for the ward")
        under = {"viewer": self.office.first, "declaration_public_id": self.declaration.public_id}
        services.look_at_capacity(**under, now=NOW)
        self.programme = services.open_programme(
            **under, name="Masks for all", product=self.product.code, target_quantity=10_000, now=NOW + HOUR
        )
        services.confirm_need(
            **under, order_public_id=self.order.public_id, confirmed_with="Dr Chen", how="telephone", now=NOW + DAY
        )  # fmt: skip
        services.rate_order(
            viewer=self.office.second, programme_public_id=self.programme.public_id,
            order_public_id=self.order.public_id, rating="DX", statement="It comes first.", now=NOW + DAY,
        )  # fmt: skip
        self.waiting = waiting

    def sentences(self, **wanted):
        rows = selectors.trail(self.declaration, wanted=selectors.Wanted(**wanted))
        return [row.sentence for row in rows]


def test_every_kind_of_entry_has_its_sentence():
    assert set(SENTENCES) == set(ACTIONS)


def test_entries_are_sentences_with_names_and_no_ids():
    case = Case()
    first, second = (
        str(Person.objects.get(pk=one.person_id)) for one in (case.office.first, case.office.second)
    )
    said = case.sentences()
    assert f"{first} looked at free capacity; owners (1): Cixi Press." in said
    assert f"{first} opened the programme Masks for all for 10,000 pieces of Face mask." in said
    assert any(f"{second} rated Masks for the ward DX under Masks for all" in one for one in said)
    assert any("Dr Chen" in one and "Masks for the ward" in one for one in said)
    assert any("approved the declaration, confirmed by a recovery code" in one for one in said)
    everything = " ".join(said)
    for public_id in (case.order.public_id, case.programme.public_id, case.declaration.content_hash):
        assert public_id not in everything
    refused = selectors.trail(case.waiting)[-1]
    assert refused.sentence.endswith("was turned away: who proposed cannot approve.")


def test_an_entry_of_an_unknown_kind_or_with_fewer_facts_is_still_told():
    office = an_office()
    declaration = in_force(office)
    for action in ("mobilisation.something-new", "mobilisation.order-rated"):
        audit.record(action=action, viewer=office.first, subject=declaration.public_id, facts={}, now=NOW)
    unknown, bare = selectors.trail(declaration)[-2:]
    assert unknown.sentence == "mobilisation.something-new"
    assert "rated – –" in bare.sentence


def test_it_is_looked_through_by_who_kind_order_day_and_words():
    case = Case()
    second = Person.objects.get(pk=case.office.second.person_id).public_id
    assert len(case.sentences(person=second)) == 2
    assert len(case.sentences(action="mobilisation.capacity-read")) == 1
    assert len(case.sentences(order=case.order.public_id)) == 2
    assert len(case.sentences(since=NOW + HOUR, until=NOW + 2 * HOUR)) == 1
    assert len(case.sentences(words="cixi FREE")) == 1
    assert case.sentences(words="nowhere") == []


def test_the_page_filters_and_its_csv_is_what_it_shows(client):
    case = Case()
    client.force_login(Person.objects.get(pk=case.office.first.person_id))
    page = f"/emergency/{case.declaration.public_id}/trail"
    whole = client.get(page).content.decode()
    num = AuditEntry.objects.filter(subject=case.declaration.public_id).count()
    assert f"{num} uses of power are logged" in whole
    day = (NOW + DAY).date().isoformat()
    query = {"order": case.order.public_id, "since": day, "until": day}
    shown = client.get(page, query).content.decode()
    assert f"2 of {num} entries" in shown
    assert "Masks for the ward" in shown and "Cixi Press" not in shown.partition("<table")[2]
    assert "Nothing in the trail is like that" in client.get(page, {"words": "nowhere"}).content.decode()
    rows = list(csv.reader(io.StringIO(client.get(f"{page}.csv", query).content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert any("Masks for the ward" in cell for cell in rows[1])
    assert rows[1][-1] == AuditEntry.objects.get(seq=rows[1][0]).hash


def test_a_day_that_is_none_is_named_and_nothing_is_left_out(client):
    case = Case()
    client.force_login(Person.objects.get(pk=case.office.first.person_id))
    shown = client.get(f"/emergency/{case.declaration.public_id}/trail", {"since": "soon"}).content.decode()
    assert "m-field__error" in shown
    assert "Cixi Press" in shown


@pytest.mark.parametrize("path", ["trail", "trail.csv"])
def test_another_offices_trail_does_not_exist(client, path):
    declaration = in_force(an_office())
    client.force_login(Person.objects.get(pk=an_office(name="Second Office").first.person_id))
    assert client.get(f"/emergency/{declaration.public_id}/{path}").status_code == 404


def test_the_api_tells_the_same_and_filters_the_same():
    case = Case()
    path = f"/api/v1/declarations/{case.declaration.public_id}/trail"
    api = an_api_client(case.office.first)
    found = api.get(path, {"order": case.order.public_id}).json()
    assert [one["sentence"] for one in found] == case.sentences(order=case.order.public_id)
    since = (NOW + DAY - timedelta(minutes=1)).isoformat()
    assert len(api.get(path, {"since": since}).json()) == 2
    assert api.get(path, {"since": "soon"}).status_code == 400


def test_a_firm_is_named_and_so_is_what_it_was_asked():
    office = an_office()
    firm = a_firm(office, name="Yuyao Sewing")
    declaration = in_force(office)
    services.ask_firms(
        viewer=office.first,
        draft=services.QuestionDraft(
            goods="gowns", quantity=900, needed_by=NOW + 7 * DAY, closes_at=NOW + HOUR
        ),
        firms=[firm.public_id],
        declaration_public_id=declaration.public_id,
        now=NOW,
    )  # fmt: skip
    said = selectors.trail(declaration)[-1].sentence
    assert "asked for 900 pieces of gowns" in said
    assert "firms (1): Yuyao Sewing" in said
