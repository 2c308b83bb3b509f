"""What an enterprise says about itself, and whether platform staff believe it."""

import pytest

from marketplace.accounts import services
from marketplace.accounts.details import EnterpriseDetails
from marketplace.accounts.errors import NotReadyToVerify, VerificationState
from marketplace.accounts.models import Enterprise, Membership
from marketplace.common.errors import Forbidden
from tests.builders import NOW, a_person, a_site, a_viewer, an_enterprise

pytestmark = pytest.mark.django_db
Role = Membership.Role
State = Enterprise.Verification


def of(viewer):
    return Enterprise.objects.get(pk=viewer.enterprise_id)


def an_enterprise_that_can_ask(**more):
    enterprise = an_enterprise(verified=False, registration_number="91330200", **more)
    a_site(enterprise=enterprise)
    return enterprise


def test_an_owner_changes_what_it_says():
    viewer = a_viewer()
    details = EnterpriseDetails(
        name="Blue Rail", registration_number="9133", certificates=("ISO 9001",), identity_is_public=True
    )
    services.update_enterprise(viewer=viewer, details=details)
    changed = of(viewer)
    assert (changed.name, changed.registration_number) == ("Blue Rail", "9133")
    assert (changed.certificates, changed.identity_is_public) == (["ISO 9001"], True)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.OPERATOR, Role.VIEWER])
def test_nobody_else_changes_it_or_asks_for_verification(role):
    enterprise = an_enterprise_that_can_ask(name="Old name")
    viewer = a_viewer(enterprise=enterprise, role=role)
    with pytest.raises(Forbidden):
        services.update_enterprise(viewer=viewer, details=EnterpriseDetails(name="New name"))
    with pytest.raises(Forbidden):
        services.ask_for_verification(viewer=viewer)
    assert (of(viewer).name, of(viewer).verification) == ("Old name", State.UNVERIFIED)


@pytest.mark.parametrize(
    ("change", "stays"),
    [({"name": "Other"}, False), ({"registration_number": "2"}, False), ({"certificates": ("ISO 9001",)}, True)],
)  # fmt: skip
def test_a_new_name_or_number_ends_a_verification(change, stays):
    viewer = a_viewer(enterprise=an_enterprise(name="Same", registration_number="1", verified_at=NOW))
    services.update_enterprise(
        viewer=viewer, details=EnterpriseDetails(**{"name": "Same", "registration_number": "1"} | change)
    )
    assert (of(viewer).verification == State.VERIFIED) is stays
    assert (of(viewer).verified_at is not None) is stays


def test_staff_verify_an_enterprise_that_asked():
    viewer = a_viewer(enterprise=an_enterprise_that_can_ask())
    services.ask_for_verification(viewer=viewer)
    assert of(viewer).verification == State.PENDING
    staff = a_person(is_staff=True)
    services.decide_verification(by=staff, enterprise_id=viewer.enterprise_id, is_genuine=True, now=NOW)
    assert (of(viewer).verification, of(viewer).verified_at) == (State.VERIFIED, NOW)


def test_a_rejected_enterprise_may_ask_again():
    viewer = a_viewer(enterprise=an_enterprise_that_can_ask())
    services.ask_for_verification(viewer=viewer)
    staff = a_person(is_staff=True)
    services.decide_verification(by=staff, enterprise_id=viewer.enterprise_id, is_genuine=False, now=NOW)
    assert of(viewer).verification == State.REJECTED
    services.ask_for_verification(viewer=viewer)
    assert of(viewer).verification == State.PENDING


def test_nobody_asks_twice_and_nobody_is_verified_without_asking():
    viewer = a_viewer(enterprise=an_enterprise_that_can_ask())
    staff = a_person(is_staff=True)
    with pytest.raises(VerificationState):
        services.decide_verification(by=staff, enterprise_id=viewer.enterprise_id, is_genuine=True, now=NOW)
    services.ask_for_verification(viewer=viewer)
    with pytest.raises(VerificationState):
        services.ask_for_verification(viewer=viewer)
    assert of(viewer).verification == State.PENDING


def test_only_staff_decide():
    viewer = a_viewer(enterprise=an_enterprise_that_can_ask())
    services.ask_for_verification(viewer=viewer)
    with pytest.raises(Forbidden):
        services.decide_verification(
            by=a_person(), enterprise_id=viewer.enterprise_id, is_genuine=True, now=NOW
        )
    assert of(viewer).verification == State.PENDING


@pytest.mark.parametrize("lacks", ["number", "site"])
def test_without_a_number_or_a_site_there_is_nothing_to_verify(lacks):
    enterprise = an_enterprise(verified=False, registration_number="" if lacks == "number" else "1")
    if lacks == "number":
        a_site(enterprise=enterprise)
    viewer = a_viewer(enterprise=enterprise)
    with pytest.raises(NotReadyToVerify):
        services.ask_for_verification(viewer=viewer)
    assert of(viewer).verification == State.UNVERIFIED
