"""Who somebody is when they look: in which enterprise, in which role."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from marketplace.accounts.models import Enterprise, Membership
from marketplace.accounts.selectors import get_membership, may_watch_enterprise, memberships_of, viewer_for
from marketplace.accounts.viewer import VISITOR
from marketplace.common.errors import Forbidden, NotFound
from tests.builders import a_membership, a_person, an_enterprise

pytestmark = pytest.mark.django_db
Role = Membership.Role


def test_a_visitor_is_nobody():
    assert viewer_for(AnonymousUser()) == VISITOR
    assert (VISITOR.may_plan, VISITOR.is_owner) == (False, False)
    with pytest.raises(Forbidden):
        VISITOR.require_planner()


def test_a_person_without_an_enterprise_may_do_nothing_for_one():
    viewer = viewer_for(a_person())
    assert viewer.enterprise_id is None
    with pytest.raises(Forbidden):
        viewer.require_enterprise()


def test_one_acts_in_the_first_enterprise_until_another_of_ones_own_is_named():
    first = a_membership()
    second = a_membership(person=first.person, role=Role.VIEWER)
    stranger = an_enterprise()
    acting = [
        viewer_for(first.person, enterprise_public_id=public_id).enterprise_id
        for public_id in (None, second.enterprise.public_id, stranger.public_id)
    ]
    assert acting == [first.enterprise_id, second.enterprise_id, first.enterprise_id]


@pytest.mark.parametrize(
    ("role", "may_plan", "is_owner"),
    [(Role.OWNER, True, True), (Role.PLANNER, True, False), (Role.OPERATOR, False, False),
     (Role.VIEWER, False, False)],
)  # fmt: skip
def test_what_a_role_may_do(role, may_plan, is_owner):
    viewer = viewer_for(a_membership(role=role).person)
    assert (viewer.may_plan, viewer.is_owner) == (may_plan, is_owner)


def test_a_viewer_knows_whether_its_enterprise_is_verified():
    for verified in (True, False):
        member = a_membership(enterprise=an_enterprise(verified=verified))
        assert viewer_for(member.person).is_verified is verified


def test_a_viewer_is_made_by_one_query(django_assert_num_queries):
    member = a_membership()
    a_membership(person=member.person)
    with django_assert_num_queries(1):
        viewer_for(member.person)


def test_the_enterprises_to_switch_to_are_ones_own(django_assert_num_queries):
    member = a_membership()
    a_membership()
    viewer = viewer_for(member.person)
    with django_assert_num_queries(1):
        assert [m.enterprise.name for m in memberships_of(viewer)] == [member.enterprise.name]
    with django_assert_num_queries(0):
        assert memberships_of(VISITOR) == []


def test_nobody_acts_for_or_watches_an_enterprise_they_do_not_belong_to(client):
    member, stranger = a_membership(), an_enterprise()
    viewer = viewer_for(member.person)
    with pytest.raises(NotFound):
        get_membership(viewer=viewer, enterprise_public_id=stranger.public_id)
    assert may_watch_enterprise(member.person, member.enterprise.public_id)
    assert not may_watch_enterprise(member.person, stranger.public_id)
    assert not may_watch_enterprise(AnonymousUser(), stranger.public_id)
    client.force_login(member.person)
    assert client.post("/switch", {"enterprise": stranger.public_id}).status_code == 404
    assert "enterprise" not in client.session


def test_switching_leads_to_the_first_page_of_the_other_kind(client):
    member = a_membership(enterprise=an_enterprise(kind=Enterprise.Kind.COORDINATOR))
    factory = a_membership(person=member.person)
    client.force_login(member.person)
    assert client.get("/")["Location"] == reverse("mobilisation:control-room")
    client.post("/switch", {"enterprise": factory.enterprise.public_id})
    assert client.get("/")["Location"] == reverse("trading:home")
