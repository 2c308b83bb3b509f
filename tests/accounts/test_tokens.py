"""Keys for programs: shown once, bounded by scope and role, ended by revocation."""

import pytest
from rest_framework.test import APIClient

from marketplace.accounts import services
from marketplace.accounts.models import ApiToken, Membership
from marketplace.accounts.selectors import as_viewer, tokens_of
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from tests.builders import NOW, a_membership, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db
Role = Membership.Role
ME = "/api/v1/enterprises/me"


def a_key(membership, *, scope="write", name="ERP"):
    return services.create_token(viewer=as_viewer(membership), name=name, scope=scope)


def with_key(secret):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_a_key_acts_as_its_maker_in_its_enterprise():
    member = a_membership()
    a_membership(person=member.person)
    made = a_key(member, scope="read")
    assert with_key(made.secret).get(ME).json()["id"] == member.enterprise.public_id


def test_the_secret_is_not_stored():
    made = a_key(a_membership())
    row = ApiToken.objects.filter(pk=made.token.pk).values().get()
    assert made.secret not in [str(value) for value in row.values()]


def test_a_key_that_reads_changes_nothing():
    member = a_membership()
    client = with_key(a_key(member, scope="read").secret)
    assert client.patch(ME, {"name": "Stolen"}).status_code == 403
    member.enterprise.refresh_from_db()
    assert member.enterprise.name != "Stolen"


def test_a_key_that_writes_may_do_what_its_makers_role_may():
    owner, viewer = a_membership(), a_membership(role=Role.VIEWER)
    assert with_key(a_key(owner).secret).patch(ME, {"name": "Blue Rail"}).status_code == 200
    assert with_key(a_key(viewer).secret).patch(ME, {"name": "Blue Rail"}).status_code == 403


def test_a_key_follows_its_makers_role_down():
    member = a_membership()
    a_membership(enterprise=member.enterprise)
    client = with_key(a_key(member).secret)
    Membership.objects.filter(pk=member.pk).update(role=Role.VIEWER)
    assert client.patch(ME, {"name": "Stolen"}).status_code == 403


def test_revoked_keys_and_keys_of_people_who_left_are_refused_alike():
    member = a_membership()
    a_membership(enterprise=member.enterprise)
    revoked, orphaned = a_key(member), a_key(member)
    services.revoke_token(viewer=as_viewer(member), token_public_id=revoked.token.public_id, real_now=NOW)
    assert with_key(orphaned.secret).get(ME).status_code == 200
    Membership.objects.filter(pk=member.pk).delete()
    answers = [with_key(secret).get(ME) for secret in (revoked.secret, orphaned.secret, "muster_nothing")]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len({answer.json()["error"]["message"] for answer in answers}) == 1


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer \xff"])
def test_a_malformed_header_is_refused(header):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert client.get(ME).status_code == 401


def test_the_keys_of_an_inactive_person_are_refused():
    member = a_membership()
    made = a_key(member)
    member.person.is_active = False
    member.person.save()
    assert with_key(made.secret).get(ME).status_code == 401


def test_a_key_makes_no_keys_but_its_maker_does():
    member = a_membership()
    wanted = {"name": "CI", "scope": "read"}
    assert with_key(a_key(member).secret).post("/api/v1/tokens", wanted).status_code == 403
    assert ApiToken.objects.count() == 1
    client = APIClient()
    client.force_login(member.person)
    answer = client.post("/api/v1/tokens", wanted)
    assert answer.status_code == 201
    assert with_key(answer.json()["secret"]).get(ME).status_code == 200


def test_everybody_sees_and_revokes_their_own_keys_an_owner_all():
    enterprise = an_enterprise()
    owner = a_membership(enterprise=enterprise)
    planner = a_membership(enterprise=enterprise, role=Role.PLANNER)
    of_owner, of_planner = a_key(owner).token, a_key(planner).token
    assert list(tokens_of(viewer=as_viewer(planner))) == [of_planner]
    assert set(tokens_of(viewer=as_viewer(owner))) == {of_owner, of_planner}
    with pytest.raises(NotFound):
        services.revoke_token(viewer=as_viewer(planner), token_public_id=of_owner.public_id, real_now=NOW)
    services.revoke_token(viewer=as_viewer(owner), token_public_id=of_planner.public_id, real_now=NOW)
    assert ApiToken.objects.get(pk=of_owner.pk).revoked_at is None
    assert ApiToken.objects.get(pk=of_planner.pk).revoked_at == NOW


def test_a_foreign_key_is_not_found():
    foreign = a_key(a_membership()).token
    with pytest.raises(NotFound):
        services.revoke_token(viewer=a_viewer(), token_public_id=foreign.public_id, real_now=NOW)
    assert ApiToken.objects.get(pk=foreign.pk).revoked_at is None


def test_a_reading_viewer_makes_no_key_and_an_unknown_scope_is_refused():
    with pytest.raises(Forbidden):
        services.create_token(viewer=a_viewer(may_write=False), name="x", scope="read")
    with pytest.raises(InvalidInput):
        services.create_token(viewer=a_viewer(), name="x", scope="all")
    assert not ApiToken.objects.exists()


def test_use_is_noted_at_most_once_a_minute(django_assert_num_queries):
    client = with_key(a_key(a_membership(), scope="read").secret)
    client.get(ME)
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    client.get(ME)
    assert ApiToken.objects.get().last_used_at == first
