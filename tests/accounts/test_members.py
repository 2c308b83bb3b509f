"""Who may change who may do what."""

import threading

import pytest
from django.db import connection, transaction

from marketplace.accounts import services
from marketplace.accounts.errors import LastOwner
from marketplace.accounts.models import ApiToken, Membership
from marketplace.accounts.selectors import as_viewer, members_of
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from tests.builders import a_membership, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db
Role = Membership.Role


def role_of(membership):
    return Membership.objects.get(pk=membership.pk).role


def test_an_owner_gives_another_role():
    enterprise = an_enterprise()
    owner = a_viewer(enterprise=enterprise)
    other = a_membership(enterprise=enterprise, role=Role.VIEWER)
    services.change_role(viewer=owner, person_public_id=other.person.public_id, role=Role.PLANNER)
    assert role_of(other) == Role.PLANNER


@pytest.mark.parametrize("role", [Role.PLANNER, Role.OPERATOR, Role.VIEWER])
def test_nobody_else_gives_a_role(role):
    enterprise = an_enterprise()
    a_viewer(enterprise=enterprise)
    somebody = a_viewer(enterprise=enterprise, role=role)
    other = a_membership(enterprise=enterprise, role=Role.VIEWER)
    with pytest.raises(Forbidden):
        services.change_role(viewer=somebody, person_public_id=other.person.public_id, role=Role.OWNER)
    assert role_of(other) == Role.VIEWER


def test_a_read_only_key_of_an_owner_gives_no_role():
    enterprise = an_enterprise()
    owner = a_viewer(enterprise=enterprise, may_write=False)
    other = a_membership(enterprise=enterprise, role=Role.VIEWER)
    with pytest.raises(Forbidden):
        services.change_role(viewer=owner, person_public_id=other.person.public_id, role=Role.PLANNER)
    assert role_of(other) == Role.VIEWER


def test_an_unknown_role_is_refused():
    enterprise = an_enterprise()
    owner = a_viewer(enterprise=enterprise)
    other = a_membership(enterprise=enterprise, role=Role.VIEWER)
    with pytest.raises(InvalidInput) as refused:
        services.change_role(viewer=owner, person_public_id=other.person.public_id, role="king")
    assert refused.value.field == "role"
    assert role_of(other) == Role.VIEWER


def test_the_last_owner_stays_owner():
    membership = a_membership()
    a_membership(enterprise=membership.enterprise, role=Role.PLANNER)
    viewer = as_viewer(membership)
    with pytest.raises(LastOwner):
        services.change_role(viewer=viewer, person_public_id=membership.person.public_id, role=Role.PLANNER)
    with pytest.raises(LastOwner):
        services.remove_member(viewer=viewer, person_public_id=membership.person.public_id)
    assert role_of(membership) == Role.OWNER


def test_one_of_two_owners_may_leave():
    membership = a_membership()
    a_membership(enterprise=membership.enterprise)
    services.remove_member(viewer=as_viewer(membership), person_public_id=membership.person.public_id)
    assert not Membership.objects.filter(pk=membership.pk).exists()


@pytest.mark.parametrize("role", [Role.PLANNER, Role.OPERATOR, Role.VIEWER])
def test_everybody_may_leave_and_takes_nobody_along(role):
    owner = a_membership()
    leaving = a_membership(enterprise=owner.enterprise, role=role)
    with pytest.raises(Forbidden):
        services.remove_member(viewer=as_viewer(leaving), person_public_id=owner.person.public_id)
    services.remove_member(viewer=as_viewer(leaving), person_public_id=leaving.person.public_id)
    assert list(Membership.objects.filter(enterprise=owner.enterprise)) == [owner]


def test_who_is_removed_loses_the_keys_of_this_enterprise_only():
    owner = a_membership()
    leaving = a_membership(enterprise=owner.enterprise, role=Role.PLANNER)
    elsewhere = a_membership(person=leaving.person)
    here = services.create_token(viewer=as_viewer(leaving), name="ERP", scope="write").token
    there = services.create_token(viewer=as_viewer(elsewhere), name="ERP", scope="write").token
    services.remove_member(viewer=as_viewer(owner), person_public_id=leaving.person.public_id)
    assert ApiToken.objects.get(pk=here.pk).revoked_at is not None
    assert ApiToken.objects.get(pk=there.pk).revoked_at is None


@pytest.mark.parametrize("act", ["change_role", "remove_member"])
def test_a_foreign_person_is_as_unknown_as_one_that_does_not_exist(act):
    owner = a_viewer()
    stranger = a_membership()
    texts = []
    for public_id in (stranger.person.public_id, "per_0000000000000000"):
        arguments = {"role": Role.VIEWER} if act == "change_role" else {}
        with pytest.raises(NotFound) as refused:
            getattr(services, act)(viewer=owner, person_public_id=public_id, **arguments)
        texts.append((refused.value.code, str(refused.value.text)))
    assert texts[0] == texts[1]
    assert role_of(stranger) == Role.OWNER


def test_the_people_are_read_in_one_query(django_assert_num_queries):
    enterprise = an_enterprise()
    viewer = a_viewer(enterprise=enterprise)
    for _ in range(3):
        a_membership(enterprise=enterprise, role=Role.VIEWER)
    a_membership()
    with django_assert_num_queries(1):
        names = [(member.person.email, member.enterprise.name) for member in members_of(viewer=viewer)]
    assert len(names) == 4


def at_once(*acts):
    """Run each in a thread with a connection of its own, starting together; their results in order."""
    together = threading.Barrier(len(acts), timeout=5)
    results = [None] * len(acts)

    def run(index, act):
        together.wait()
        try:
            results[index] = act()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=numbered) for numbered in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return results


def owners_of(enterprise):
    return Membership.objects.filter(enterprise=enterprise, role=Role.OWNER).count()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_owners_remove_each_other_and_none_is_left():
    first = a_membership()
    second = a_membership(enterprise=first.enterprise)
    looked = threading.Barrier(2, timeout=5)

    @transaction.atomic
    def look_then_remove(target):
        others = list(Membership.objects.filter(enterprise=target.enterprise).exclude(pk=target.pk))
        looked.wait()
        if any(other.role == Role.OWNER for other in others):
            target.delete()

    at_once(lambda: look_then_remove(second), lambda: look_then_remove(first))
    assert owners_of(first.enterprise) == 0


@pytest.mark.django_db(transaction=True)
def test_with_the_lock_one_owner_is_left():
    first = a_membership()
    second = a_membership(enterprise=first.enterprise)

    def remove(actor, target):
        try:
            services.remove_member(viewer=as_viewer(actor), person_public_id=target.person.public_id)
        except LastOwner:
            return "refused"
        return "removed"

    outcomes = at_once(lambda: remove(first, second), lambda: remove(second, first))
    assert owners_of(first.enterprise) == 1
    assert sorted(outcomes) == ["refused", "removed"]
