"""An emergency is declared by two people of one verified office, each with a second factor, word for word."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from redis.exceptions import RedisError

from marketplace.accounts.errors import CodesNotCounted, SecondFactorMissing, TooManyCodes, WrongCode
from marketplace.accounts.models import Membership, Notice
from marketplace.common import clock, oracles
from marketplace.common.cache import ForgetfulRedisCache
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from marketplace.common.models import AuditEntry
from marketplace.mobilisation import services
from marketplace.mobilisation.errors import (
    AlreadyDecided,
    ContentChanged,
    NotVerified,
    SamePerson,
    WrongState,
)
from marketplace.mobilisation.models import Declaration
from tests.builders import NOW, a_membership, a_viewer
from tests.mobilisation.emergencies import (
    DAY,
    HOUR,
    a_code,
    a_declaration_draft,
    a_draft,
    a_template,
    an_office,
    give_second_factor,
    in_another_office,
    in_force,
    proposed,
)

pytestmark = pytest.mark.django_db

S = Declaration.Status


def approval(office, declaration, *, viewer=None, **other):
    viewer = viewer or office.second
    values = {
        "viewer": viewer,
        "public_id": declaration.public_id,
        "content_hash": declaration.content_hash,
        "code": None,
        "now": NOW,
        **other,
    }
    if values["code"] is None:
        values["code"] = a_code(viewer)
    return services.approve_declaration(**values)


def still_waits(declaration):
    declaration.refresh_from_db()
    return declaration.status == S.WAITING and declaration.decided_by is None


def refusals():
    return list(
        AuditEntry.objects.filter(action="mobilisation.approval-refused").values_list(
            "facts__code", flat=True
        )
    )


def test_two_people_make_a_declaration_that_is_in_force_and_logged():
    office = an_office()
    declaration = in_force(office)
    assert declaration.status == S.LIVE
    assert declaration.is_live(NOW)
    actions = list(AuditEntry.objects.values_list("action", flat=True))
    assert actions == [
        f"mobilisation.declaration-{what}" for what in ("drafted", "proposed", "approved", "opened")
    ]
    approved = AuditEntry.objects.get(action="mobilisation.declaration-approved")
    assert approved.facts == {"content": declaration.content_hash, "second_factor": "recovery_codes"}
    assert list(oracles.faults(["mobilisation"])) == []


def test_the_office_hears_that_its_second_person_is_waited_for():
    office = an_office()
    declaration = proposed(office)
    notice = Notice.objects.get(enterprise=office.second.enterprise_id)
    assert notice.kind == "mobilisation.declaration-proposed"
    assert notice.url == f"/emergency/{declaration.public_id}/"
    assert notice.facts == {"title": declaration.title}


def test_a_start_of_this_moment_is_not_past_where_business_time_runs_fast():
    office = an_office()
    draft = a_declaration_draft(starts_at=NOW - 2 * HOUR)
    with pytest.raises(InvalidInput, match="in the past"):
        services.create_declaration(viewer=office.first, draft=draft, now=NOW)
    clock.set_clock(speed=600, business_at=NOW)
    try:
        assert services.create_declaration(viewer=office.first, draft=draft, now=NOW).status == S.DRAFT
    finally:
        clock.forget()


def test_who_proposed_does_not_approve():
    office = an_office()
    declaration = proposed(office)
    with pytest.raises(SamePerson):
        approval(office, declaration, viewer=office.first)
    assert still_waits(declaration)
    assert refusals() == ["mobilisation:same-person"]


def test_one_person_with_two_memberships_is_one_person():
    """Also if another enterprise is verified as a coordinator: there it is not found, here the person is the same."""
    office, other = an_office(), an_office(name="Second Office")
    declaration = proposed(office)
    with pytest.raises(NotFound):
        approval(office, declaration, viewer=in_another_office(office.first, other.enterprise))
    again = replace(office.first, role=Membership.Role.PLANNER)
    with pytest.raises(SamePerson):
        approval(office, declaration, viewer=again)
    assert still_waits(declaration)


def test_the_database_knows_two_people_too():
    declaration = proposed(an_office())
    with pytest.raises(IntegrityError, match="declaration_has_two_people"), transaction.atomic():
        Declaration.objects.filter(pk=declaration.pk).update(decided_by=F("proposed_by"))
    with pytest.raises(IntegrityError, match="declaration_is_approved_as_read"), transaction.atomic():
        Declaration.objects.filter(pk=declaration.pk).update(status=S.LIVE)


def test_a_foreign_office_finds_nothing():
    declaration, other = proposed(an_office()), an_office(name="Second Office")
    with pytest.raises(NotFound):
        approval(other, declaration)
    with pytest.raises(NotFound):
        approval(other, replace_id(declaration))
    assert still_waits(declaration)
    assert refusals() == []


def replace_id(declaration):
    """The same with an id that nobody has."""
    unknown = Declaration(content_hash=declaration.content_hash)
    unknown.public_id = "dec_0000000000000000"
    return unknown


def test_an_approval_is_given_once():
    office = an_office()
    declaration = in_force(office)
    with pytest.raises(AlreadyDecided):
        approval(office, declaration)
    third = a_viewer(enterprise=office.enterprise)
    give_second_factor(Membership.objects.get(person=third.person_id).person)
    with pytest.raises(AlreadyDecided):
        approval(office, declaration, viewer=third)
    declaration.refresh_from_db()
    assert declaration.decided_by_id == office.second.person_id
    assert refusals() == ["mobilisation:already-decided"] * 2


def test_an_edit_voids_what_was_read():
    office = an_office()
    declaration = proposed(office)
    read = declaration.content_hash
    services.change_declaration(
        viewer=office.first,
        public_id=declaration.public_id,
        draft=a_declaration_draft(regions=("Zhejiang", "Jiangsu")),
        now=NOW,
    )
    with pytest.raises(WrongState):
        approval(office, declaration, content_hash=read)
    services.propose_declaration(
        viewer=office.first, public_id=declaration.public_id, code=a_code(office.first), now=NOW
    )
    with pytest.raises(ContentChanged):
        approval(office, declaration, content_hash=read)
    assert still_waits(declaration)
    assert declaration.content_hash != read
    assert refusals() == ["mobilisation:wrong-state", "mobilisation:content-changed"]


@pytest.mark.parametrize(
    "field", ["title", "authority", "legal_basis", "reason", "hazard", "starts_at", "ends_at"]
)
def test_every_word_is_part_of_what_is_approved(field):
    """Changed behind the services' back, as by somebody with the database."""
    office = an_office()
    declaration = proposed(office)
    value = {"hazard": "ahead", "starts_at": NOW + HOUR, "ends_at": NOW + 60 * DAY}.get(
        field, "something else"
    )
    Declaration.objects.filter(pk=declaration.pk).update(**{field: value})
    with pytest.raises(ContentChanged):
        approval(office, declaration)
    assert still_waits(declaration)


def test_what_is_in_force_is_not_edited():
    office = an_office()
    declaration = in_force(office)
    with pytest.raises(WrongState):
        services.change_declaration(
            viewer=office.first, public_id=declaration.public_id, draft=a_declaration_draft(), now=NOW
        )


def test_both_need_a_second_factor_at_that_moment():
    office = an_office()
    draft = a_draft(office)
    with pytest.raises(WrongCode):
        services.propose_declaration(viewer=office.first, public_id=draft.public_id, code="123", now=NOW)
    draft.refresh_from_db()
    assert draft.status == S.DRAFT
    declaration = proposed(office)
    code = a_code(office.first)
    for wrong in ("", "00000000", code):
        with pytest.raises(WrongCode):
            approval(office, declaration, code=wrong)
    assert still_waits(declaration)


def test_a_code_is_good_once():
    office = an_office()
    first, second = proposed(office), proposed(office, title="Another flood")
    code = a_code(office.second)
    approval(office, first, code=code)
    with pytest.raises(WrongCode):
        approval(office, second, code=code)
    assert still_waits(second)


def test_codes_cannot_be_tried_for_long():
    office = an_office()
    declaration = proposed(office)
    for _ in range(5):
        with pytest.raises(WrongCode):
            approval(office, declaration, code="0000 0000")
    with pytest.raises(TooManyCodes):
        approval(office, declaration)
    assert still_waits(declaration)
    assert refusals() == ["accounts:wrong-code"] * 5 + ["accounts:too-many-codes"]


@pytest.mark.parametrize("trouble", [RedisError("away"), ValueError("the key is gone")])
def test_while_nobody_counts_tries_no_code_is_heard(trouble, monkeypatch):
    def incr(*args, **kwargs):
        raise trouble

    office = an_office()
    declaration = proposed(office)
    monkeypatch.setattr(ForgetfulRedisCache, "incr", incr)
    with pytest.raises(CodesNotCounted):
        approval(office, declaration)
    assert still_waits(declaration)


def test_a_person_without_second_factor_is_told_to_set_it_up():
    office = an_office()
    declaration = proposed(office)
    third = a_viewer(enterprise=office.enterprise)
    with pytest.raises(SecondFactorMissing):
        approval(office, declaration, viewer=third, code="123456")
    assert still_waits(declaration)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"starts_at": NOW - HOUR}, "starts_at"),
        ({"starts_at": NOW - 60 * DAY, "ends_at": NOW - 30 * DAY}, "starts_at"),
        ({"ends_at": NOW}, "ends_at"),
        ({"ends_at": NOW - DAY}, "ends_at"),
        ({"ends_at": NOW + 90 * DAY + timedelta(seconds=1)}, "ends_at"),
        ({"starts_at": NOW.replace(tzinfo=None)}, "starts_at"),
        ({"processes": ()}, "products"),
        ({"processes": ("alchemy",)}, "processes"),
        ({"products": ("no-such-product",)}, "products"),
        ({"regions": ()}, "regions"),
        ({"authority": " "}, "authority"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"reason": "x" * 2001}, "reason"),
        ({"title": "flood\x00"}, "title"),
        ({"hazard": "boredom"}, "hazard"),
    ],
)
def test_a_declaration_without_sense_is_refused(more, field):
    office = an_office()
    with pytest.raises(InvalidInput) as refused:
        a_draft(office, **more)
    assert refused.value.field == field
    assert not Declaration.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_declaration_of_exactly_ninety_days_stands():
    assert a_draft(an_office(), ends_at=NOW + 90 * DAY).status == S.DRAFT


def test_only_a_verified_office_declares_and_only_its_writers():
    with pytest.raises(NotVerified):
        a_draft(an_office(verified=False))
    office = an_office()
    looker = a_viewer(enterprise=office.enterprise, role=Membership.Role.VIEWER)
    with pytest.raises(Forbidden):
        services.create_declaration(viewer=looker, draft=a_declaration_draft(), now=NOW)
    with pytest.raises(NotFound):
        services.create_declaration(viewer=a_viewer(), draft=a_declaration_draft(), now=NOW)
    assert not Declaration.objects.exists()


def test_what_nobody_approved_in_time_can_be_approved_no_more():
    office = an_office()
    declaration = proposed(office, ends_at=NOW + DAY)
    with pytest.raises(WrongState):
        approval(office, declaration, now=NOW + DAY)
    assert declaration.state_at(NOW + DAY) == S.EXPIRED
    assert still_waits(declaration)


def test_the_second_person_may_refuse_with_a_reason():
    office = an_office()
    declaration = proposed(office)
    with pytest.raises(InvalidInput):
        services.refuse_declaration(viewer=office.second, public_id=declaration.public_id, reason="", now=NOW)
    assert still_waits(declaration)
    services.refuse_declaration(
        viewer=office.second, public_id=declaration.public_id, reason="No such law", now=NOW
    )
    with pytest.raises(WrongState):
        approval(office, declaration)
    declaration.refresh_from_db()
    assert (declaration.status, declaration.refusal) == (S.REFUSED, "No such law")


def test_a_later_start_is_approved_but_not_in_force():
    office = an_office()
    declaration = in_force(office, starts_at=NOW + DAY)
    assert declaration.state_at(NOW) == "approved"
    assert not declaration.is_live(NOW + DAY - timedelta(seconds=1))
    assert declaration.is_live(NOW + DAY)


def test_products_are_templates_that_everybody_orders():
    office = an_office()
    own = a_template(owner=a_membership().enterprise)
    with pytest.raises(InvalidInput):
        a_draft(office, product=own)
    assert a_draft(office, product=a_template()).products


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_counts():
    office = an_office()
    third = a_viewer(enterprise=office.enterprise)
    give_second_factor(Membership.objects.get(person=third.person_id).person)
    declaration = proposed(office)

    def try_it(viewer):
        try:
            return approval(office, declaration, viewer=viewer).decided_by_id
        except AlreadyDecided as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(try_it, [office.second, third, office.second, third]))
    given = [answer for answer in answers if isinstance(answer, int)]
    assert len(given) == 1
    declaration.refresh_from_db()
    assert declaration.decided_by_id == given[0]
    assert AuditEntry.objects.filter(action="mobilisation.declaration-approved").count() == 1
    assert AuditEntry.objects.filter(action="mobilisation.approval-refused").count() == 3


@pytest.mark.django_db(transaction=True)
def test_an_approval_and_an_edit_at_once_never_approve_what_was_not_read():
    office = an_office()
    declaration = proposed(office)
    code = a_code(office.second)

    def run(job):
        try:
            return job()
        except (WrongState, ContentChanged) as error:
            return error
        finally:
            connection.close()

    jobs = [
        lambda: approval(office, declaration, code=code),
        lambda: services.change_declaration(
            viewer=office.first,
            public_id=declaration.public_id,
            draft=a_declaration_draft(title="Another title"),
            now=NOW,
        ),
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, jobs))
    now_stored = Declaration.objects.get(pk=declaration.pk)
    assert (now_stored.status, now_stored.title) in [(S.LIVE, "Spring flood"), (S.DRAFT, "Another title")]
    assert list(oracles.faults(["mobilisation"])) == []


def test_an_authenticator_code_counts_too():
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        format_hotp_value,
        generate_totp_secret,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    office = an_office()
    third = a_viewer(enterprise=office.enterprise)
    secret = generate_totp_secret()
    TOTP.activate(Membership.objects.get(person=third.person_id).person, secret)
    code = format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[-1]))
    declaration = proposed(office)
    assert approval(office, declaration, viewer=third, code=code).status == S.LIVE
    other = proposed(office, title="Another flood")
    with pytest.raises(WrongCode):
        approval(office, other, viewer=third, code=code)


@pytest.mark.parametrize("planted", ["proposer", "content", "until"])
def test_the_oracle_sees_what_the_database_would_let_pass(planted):
    office = an_office()
    declaration = in_force(office)
    rows = Declaration.objects.filter(pk=declaration.pk)
    if planted == "proposer":
        rows.update(status=S.EXPIRED, proposed_by=None)
    elif planted == "content":
        rows.update(regions=["Zhejiang", "Jiangsu"])
    else:
        rows.update(until_at=NOW + 80 * DAY)
    faults = [fault.text for fault in oracles.faults(["mobilisation"])]
    assert len(faults) == 1
    assert declaration.public_id in faults[0]
