"""Firms come in from a file: looked at row by row, taken over all or nothing, claimed by their own link once."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.db import connection
from openpyxl import Workbook

from marketplace.accounts import services as accounts
from marketplace.accounts.errors import AlreadyClaimed, ClaimGone
from marketplace.accounts.models import ClaimLink, Enterprise, Membership, Notice, Person
from marketplace.common.clock import real_now
from marketplace.common.errors import Forbidden, NotFound
from marketplace.common.sheets import FormulaFound, SheetRefused
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.errors import ListTaken
from marketplace.mobilisation.firm_rows import COLUMNS
from marketplace.mobilisation.models import DeclaredCapacity, Firm, FirmList
from tests.builders import NOW, a_person, a_viewer, an_enterprise
from tests.mobilisation.emergencies import HOUR, a_firm, an_office

pytestmark = pytest.mark.django_db

KEYS = [column.key for column in COLUMNS]
VALID_EXAMPLE = {column.key: column.example for column in COLUMNS}


def a_row(**more):
    values = {**VALID_EXAMPLE, **more}
    return [values.get(key, "") for key in KEYS]


def a_file(*rows, header=None, name="firms.xlsx"):
    book = Workbook()
    book.active.append(header or [column.english for column in COLUMNS])
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    file.name = name
    return file


def read(office, *rows, file=None):
    return services.read_firm_list(
        viewer=office.first, upload=file or a_file(*rows), file_name="firms.xlsx", now=NOW
    )


def take(office, *rows):
    found = read(office, *rows)
    return services.take_firm_list(viewer=office.first, public_id=found.public_id, now=NOW)


def nothing_came_in():
    return not Firm.objects.exists() and not Enterprise.objects.filter(is_claimed=False).exists()


def test_firms_come_in_unclaimed_unverified_and_declared():
    office = an_office()
    take(
        office,
        a_row(),
        a_row(process="packing", pieces_a_day=500),
        a_row(registration_number="22", name="Other"),
    )
    firm = Firm.objects.get(registration_number=VALID_EXAMPLE["registration_number"])
    assert (firm.enterprise.is_claimed, firm.enterprise.verification) == (False, "unverified")
    assert firm.enterprise.sites.get().city == "Ningbo"
    assert list(firm.capacities.values_list("process", "pieces_a_day")) == [("pack", 500), ("sew", 20_000)]
    assert firm.capacities.first().recorded_by_id == office.first.person_id
    assert not selectors.network(office.first).exists()


def test_the_same_number_again_changes_what_is_there():
    office = an_office()
    take(office, a_row(), a_row(process="packing"))
    changed = read(office, a_row(pieces_a_day=777, contact="Li Na"))
    assert (changed.num_new, changed.num_changed) == (0, 1)
    services.take_firm_list(viewer=office.first, public_id=changed.public_id, now=NOW + HOUR)
    firm = Firm.objects.get()
    assert firm.contact == "Li Na"
    assert list(firm.capacities.values_list("process", "pieces_a_day")) == [("sew", 777)]
    assert Enterprise.objects.filter(is_claimed=False).count() == 1


def test_a_list_is_taken_once_and_only_by_its_office():
    office = an_office()
    found = read(office, a_row())
    with pytest.raises(NotFound):
        services.take_firm_list(viewer=an_office(name="Other").first, public_id=found.public_id, now=NOW)
    assert nothing_came_in()
    services.take_firm_list(viewer=office.first, public_id=found.public_id, now=NOW)
    with pytest.raises(ListTaken):
        services.take_firm_list(viewer=office.first, public_id=found.public_id, now=NOW)
    assert Firm.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"registration_number": ""}, "registration_number"),
        ({"name": ""}, "name"),
        ({"city": "Atlantis"}, "city"),
        ({"city": "Atlantis", "lat": 91, "lon": 0}, "lat"),
        ({"process": "alchemy"}, "process"),
        ({"product": "no-such"}, "product"),
        ({"pieces_a_day": 0}, "pieces_a_day"),
        ({"pieces_a_day": "many"}, "pieces_a_day"),
        ({"pieces_a_day": 10**12}, "pieces_a_day"),
        ({"email": "not an address"}, "email"),
        ({"starts_on": "31.12."}, "starts_on"),
        ({"starts_on": "2026-04-30", "ends_on": "2026-03-02"}, "ends_on"),
    ],
)
def test_a_fault_names_its_row_and_field_and_stops_the_list(more, field):
    office = an_office()
    found = read(office, a_row(), a_row(**more))
    assert [(fault["number"], fault["field"]) for fault in found.faults] == [(3, field)]
    assert found.faults[0]["rule"]
    with pytest.raises(ListTaken):
        services.take_firm_list(viewer=office.first, public_id=found.public_id, now=NOW)
    assert nothing_came_in()


def test_one_number_names_one_firm_and_each_capacity_once():
    found = read(an_office(), a_row(), a_row(name="Another Name", process="packing"), a_row())
    assert [(fault["number"], fault["field"]) for fault in found.faults] == [(3, "name"), (4, "process")]


def test_formulas_macros_and_rubbish_are_refused_as_a_whole():
    office = an_office()
    for file, error in [
        (a_file(a_row(pieces_a_day="=1+1")), FormulaFound),
        (a_file(a_row(), name="firms.xlsm"), SheetRefused),
        (a_file(a_row(), header=["what", "is", "this"]), SheetRefused),
        (BytesIO(b"PK\x03\x04 not a workbook"), SheetRefused),
    ]:
        with pytest.raises(error):
            read(office, file=file)
    assert not FirmList.objects.exists()
    assert nothing_came_in()


def test_a_verified_member_is_recognised_and_an_unverified_one_is_not_believed():
    office = an_office()
    number = VALID_EXAMPLE["registration_number"]
    an_enterprise(name="Pretender", registration_number=number, verified=False)
    take(office, a_row())
    assert not Firm.objects.get().enterprise.is_claimed
    member = an_enterprise(name="The Firm", registration_number=number)
    take(office, a_row())
    assert Firm.objects.get().enterprise == member
    assert member.name == "The Firm"


# claims


def a_link(office, firm):
    return services.claim_link_of(
        viewer=office.first, firm_public_id=firm.public_id, now=NOW, real_now=real_now()
    ).rpartition("/")[2]


def claim(token, person=None):
    return accounts.claim(person=person or a_person(), token=token, now=NOW, real_now=real_now())


def test_a_firm_takes_its_account_over_gets_what_was_recorded_and_the_office_is_told():
    office = an_office()
    take(office, a_row())
    firm = Firm.objects.get()
    membership = claim(a_link(office, firm))
    assert (membership.enterprise_id, membership.role) == (firm.enterprise_id, Membership.Role.OWNER)
    owner = a_viewer(enterprise=firm.enterprise)
    assert [one.pieces_a_day for one in selectors.recorded_about(owner)] == [20_000]
    told = Notice.objects.get(enterprise=office.enterprise, kind="accounts.firm-claimed")
    assert told.facts["firm"] == firm.enterprise.name


def test_a_claim_link_works_once_and_every_other_link_dies_with_it():
    first, second = an_office(), an_office(name="Second Office")
    for office in (first, second):
        take(office, a_row())
    tokens = [a_link(office, office.enterprise.firms.get()) for office in (first, second)]
    assert len(set(tokens)) == 2
    claim(tokens[0])
    for token in tokens:
        with pytest.raises(ClaimGone):
            claim(token)
    with pytest.raises(AlreadyClaimed):
        a_link(second, second.enterprise.firms.get())
    assert Membership.objects.filter(enterprise=first.enterprise.firms.get().enterprise).count() == 1


def test_an_old_or_unknown_link_claims_nothing_and_only_its_hash_is_kept():
    office = an_office()
    firm = a_firm(office)
    token = a_link(office, firm)
    assert a_link(office, firm) == token
    link = ClaimLink.objects.get()
    assert token not in (link.token_hash, link.public_id)
    ClaimLink.objects.update(expires_at=real_now())
    for dead in (token, "x" * 32):
        with pytest.raises(ClaimGone):
            claim(dead)
    assert a_link(office, firm) != token
    assert not Membership.objects.filter(enterprise=firm.enterprise).exists()


def test_only_the_office_that_has_the_firm_in_its_book_makes_a_link():
    office = an_office()
    firm = a_firm(office)
    with pytest.raises(NotFound):
        a_link(an_office(name="Other"), firm)
    looker = a_viewer(enterprise=office.enterprise, role=Membership.Role.VIEWER)
    with pytest.raises(Forbidden):
        services.claim_link_of(viewer=looker, firm_public_id=firm.public_id, now=NOW, real_now=real_now())
    assert not ClaimLink.objects.exists()


def test_looking_at_a_claim_link_claims_nothing_and_a_new_person_signs_up_with_it(client):
    office = an_office()
    firm = a_firm(office)
    path = f"/claim/{a_link(office, firm)}"
    shown = client.get(path)
    assert "Take over Yuyao Sewing" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    client.force_login(a_person())
    assert "Take it over" in client.get(path).content.decode()
    assert not Membership.objects.filter(enterprise=firm.enterprise).exists()
    client.logout()
    client.post(path, {"name": "Wang Li", "email": "wang@example.cn", "password1": "correct horse battery"})
    assert Membership.objects.get(enterprise=firm.enterprise).person == Person.objects.get(
        email="wang@example.cn"
    )
    assert client.get(path).status_code == 404
    assert "as declared" not in client.get("/capacity-read/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_becomes_the_owner():
    office = an_office()
    firm = a_firm(office)
    token = a_link(office, firm)
    people = [a_person() for _ in range(3)]

    def try_it(person):
        try:
            return claim(token, person).person_id
        except ClaimGone as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(try_it, people))
    assert sum(isinstance(one, int) for one in answers) == 1
    assert Membership.objects.filter(enterprise=firm.enterprise).count() == 1


def test_declared_capacity_is_no_machine():
    """It is shown as declared (R0) and never planned with."""
    take(an_office(), a_row())
    assert DeclaredCapacity.objects.count() == 1
    assert not Firm.objects.get().enterprise.equipment.exists()
