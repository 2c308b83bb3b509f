"""Joining by a link: for one address, once, within a week."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.accounts import services
from marketplace.accounts.errors import AlreadyMember, InvitationGone, WrongAddressee
from marketplace.accounts.models import Invitation, Membership, Person
from marketplace.accounts.selectors import open_invitations_of
from marketplace.accounts.services.invitations import VALID_FOR
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from tests.builders import NOW, a_membership, a_person, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db
Role = Membership.Role


def an_invitation(*, viewer=None, email="new@example.org", role=Role.PLANNER, at=NOW):
    return services.invite(viewer=viewer or a_viewer(), email=email, role=role, real_now=at)


def test_the_invited_person_joins_in_the_role_given():
    viewer = a_viewer()
    made = an_invitation(viewer=viewer, email="New@Example.org ", role=Role.OPERATOR)
    person = a_person(email="new@example.org")
    membership = services.accept_invitation(person=person, token=made.token, real_now=NOW)
    assert (membership.enterprise_id, membership.role) == (viewer.enterprise_id, Role.OPERATOR)


def test_the_secret_is_not_stored():
    made = an_invitation()
    row = Invitation.objects.filter(pk=made.invitation.pk).values().get()
    assert made.token not in [str(value) for value in row.values()]


def test_a_link_works_once():
    made = an_invitation()
    person = a_person(email="new@example.org")
    membership = services.accept_invitation(person=person, token=made.token, real_now=NOW)
    membership.delete()
    with pytest.raises(InvitationGone):
        services.accept_invitation(person=person, token=made.token, real_now=NOW)
    assert not Membership.objects.filter(person=person).exists()


@pytest.mark.parametrize(("late", "is_taken"), [(timedelta(seconds=-1), True), (timedelta(), False)])
def test_a_link_ends_after_a_week(late, is_taken):
    made = an_invitation()
    person = a_person(email="new@example.org")
    when = NOW + VALID_FOR + late
    if is_taken:
        services.accept_invitation(person=person, token=made.token, real_now=when)
    else:
        with pytest.raises(InvitationGone):
            services.accept_invitation(person=person, token=made.token, real_now=when)
    assert Membership.objects.filter(person=person).exists() is is_taken


def test_somebody_else_with_the_link_does_not_join():
    made = an_invitation()
    thief = a_person(email="thief@example.org")
    with pytest.raises(WrongAddressee):
        services.accept_invitation(person=thief, token=made.token, real_now=NOW)
    assert not Membership.objects.filter(person=thief).exists()
    assert Invitation.objects.get(pk=made.invitation.pk).accepted_at is None


def test_a_second_invitation_replaces_the_first():
    viewer = a_viewer()
    first = an_invitation(viewer=viewer)
    an_invitation(viewer=viewer)
    assert Invitation.objects.filter(enterprise=viewer.enterprise_id).count() == 1
    with pytest.raises(InvitationGone):
        services.accept_invitation(person=a_person(email="new@example.org"), token=first.token, real_now=NOW)


def test_a_withdrawn_link_no_longer_works():
    viewer = a_viewer()
    made = an_invitation(viewer=viewer)
    services.withdraw_invitation(viewer=viewer, invitation_public_id=made.invitation.public_id)
    with pytest.raises(InvitationGone):
        services.accept_invitation(person=a_person(email="new@example.org"), token=made.token, real_now=NOW)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.OPERATOR, Role.VIEWER])
def test_only_an_owner_invites_withdraws_and_sees_invitations(role):
    enterprise = an_enterprise()
    owner = a_viewer(enterprise=enterprise)
    made = an_invitation(viewer=owner)
    somebody = a_viewer(enterprise=enterprise, role=role)
    with pytest.raises(Forbidden):
        an_invitation(viewer=somebody, email="other@example.org")
    with pytest.raises(Forbidden):
        services.withdraw_invitation(viewer=somebody, invitation_public_id=made.invitation.public_id)
    assert list(open_invitations_of(viewer=somebody, real_now=NOW)) == []
    assert [i.email for i in open_invitations_of(viewer=owner, real_now=NOW)] == ["new@example.org"]


def test_a_foreign_invitation_is_not_found():
    made = an_invitation()
    with pytest.raises(NotFound):
        services.withdraw_invitation(viewer=a_viewer(), invitation_public_id=made.invitation.public_id)
    assert Invitation.objects.filter(pk=made.invitation.pk).exists()


def test_members_are_not_invited_again():
    member = a_membership()
    owner = a_viewer(enterprise=member.enterprise)
    with pytest.raises(AlreadyMember):
        an_invitation(viewer=owner, email=member.person.email)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("email", ["", "no address", "a@", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_refused(email):
    with pytest.raises(InvalidInput) as refused:
        an_invitation(email=email)
    assert refused.value.field == "email"


def link_of(made):
    return reverse("accounts:join", args=[made.token])


def an_invitation_now(**more):
    from marketplace.common.clock import real_now

    return an_invitation(at=real_now(), **more)


def test_a_new_person_signs_up_through_the_link_and_founds_nothing(client):
    viewer = a_viewer()
    made = an_invitation_now(viewer=viewer)
    answer = client.post(
        link_of(made), {"email": "evil@example.org", "name": "Wang Fang", "password1": "correct horse 1"}
    )
    assert answer.status_code == 302
    person = Person.objects.get(email="new@example.org")
    assert [m.enterprise_id for m in person.memberships.all()] == [viewer.enterprise_id]
    assert not Person.objects.filter(email="evil@example.org").exists()


def test_a_known_person_is_asked_to_log_in_first(client):
    made = an_invitation_now()
    a_person(email="new@example.org")
    answer = client.get(link_of(made))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    assert f"next={link_of(made).replace('/', '%2F')}" in answer["Location"]


def test_who_is_logged_in_joins_by_a_button_and_acts_there_at_once(client):
    made = an_invitation_now()
    person = a_membership(person=a_person(email="new@example.org")).person
    client.force_login(person)
    assert "Join" in client.get(link_of(made)).content.decode()
    assert person.memberships.count() == 1, "looking at the page must not join"
    client.post(link_of(made))
    assert client.session["enterprise"] == made.invitation.enterprise.public_id


def test_unknown_and_old_links_show_the_same_page(client):
    old = an_invitation(at=NOW - 3 * VALID_FOR)
    pages = [client.get(link_of(old)), client.get(reverse("accounts:join", args=["nothing"]))]
    assert [page.status_code for page in pages] == [404, 404]


def test_no_cache_keeps_the_page_of_a_link(client):
    assert "no-store" in client.get(link_of(an_invitation_now()))["Cache-Control"]
