"""A window of time that no calendar holds is refused, never an error of ours."""

import pytest

from tests.builders import a_device, a_site, a_viewer, an_api_client, an_enterprise

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("what", ["intervals", "idle-gaps", "hours"])
@pytest.mark.parametrize(
    "window", ["to=9999-12-31T23:59:59Z", "from=0001-01-01T00:00:00Z", "to=2000-01-01T00:00:00Z"]
)
def test_a_window_outside_the_calendar_is_refused(what, window):
    enterprise = an_enterprise()
    client = an_api_client(a_viewer(enterprise=enterprise))
    device = a_device(site=a_site(enterprise=enterprise))
    answer = client.get(f"/api/v1/devices/{device.public_id}/{what}?{window}")
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] in {"from", "to"}
