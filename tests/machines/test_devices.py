"""Registering devices, and their tokens."""

import pytest

from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from marketplace.common.hashing import hash_token
from marketplace.common.live import may_watch
from marketplace.machines import services
from marketplace.machines.models import Device, Observation
from tests.builders import a_device, a_membership, a_person, a_site, a_viewer
from tests.machines.messages import a_message, said

pytestmark = pytest.mark.django_db


def test_a_registered_device_has_a_token_of_which_only_the_hash_is_kept():
    site = a_site()

    made = services.register_device(
        viewer=a_viewer(enterprise=site.enterprise), site=site.public_id, name="Press 3"
    )

    assert made.device.token_hash == hash_token(made.token)
    assert made.token not in str(Device.objects.values().get())
    assert made.device.enterprise == site.enterprise


def test_a_new_token_ends_the_old_one():
    device = a_device()

    made = services.rotate_token(viewer=a_viewer(enterprise=device.enterprise), device=device.public_id)

    device.refresh_from_db()
    assert device.token_hash == hash_token(made.token) != hash_token("device-token")


def test_a_device_that_is_switched_off_is_heard_no_more():
    device = a_device()
    services.switch_off(viewer=a_viewer(enterprise=device.enterprise), device=device.public_id)

    said(a_message(device, execution="ACTIVE"))

    assert not Observation.objects.exists()


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_only_planners_and_owners_register(role: str):
    site = a_site()

    with pytest.raises(Forbidden):
        services.register_device(
            viewer=a_viewer(enterprise=site.enterprise, role=role), site=site.public_id, name="Press 3"
        )

    assert not Device.objects.exists()


def test_a_foreign_site_or_device_does_not_exist():
    site, device, viewer = a_site(), a_device(), a_viewer()

    with pytest.raises(NotFound):
        services.register_device(viewer=viewer, site=site.public_id, name="Press 3")
    with pytest.raises(NotFound):
        services.rotate_token(viewer=viewer, device=device.public_id)
    with pytest.raises(NotFound):
        services.switch_off(viewer=viewer, device=device.public_id)

    device.refresh_from_db()
    assert device.token_hash == hash_token("device-token")


def test_a_name_is_taken_once_in_an_enterprise():
    device = a_device(name="Press 3")

    with pytest.raises(services.NameTaken):
        services.register_device(
            viewer=a_viewer(enterprise=device.enterprise), site=device.site.public_id, name=" Press 3 "
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 121},
        {"source": "smoke"},
        {"rung": 5},
        {"silence_limit_s": 1},
        {"source_name": "x" * 121},
    ],
)
def test_values_out_of_range_are_refused_and_nothing_is_made(wrong: dict[str, object]):
    site = a_site()

    with pytest.raises(InvalidInput) as refusal:
        services.register_device(
            viewer=a_viewer(enterprise=site.enterprise), site=site.public_id, **{"name": "Press 3", **wrong}
        )

    assert refusal.value.field == next(iter(wrong))
    assert not Device.objects.exists()


def test_only_members_watch_a_device():
    device = a_device()
    member = a_membership(enterprise=device.enterprise).person

    assert may_watch(member, f"device:{device.public_id}")
    assert not may_watch(a_person(), f"device:{device.public_id}")
    assert not may_watch(member, "device:dev_0000000000000000")
