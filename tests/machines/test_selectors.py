"""What is seen of devices, by whom, in how few queries."""

from datetime import timedelta
from itertools import pairwise

import pytest

from marketplace.common import clock
from marketplace.common.errors import NotFound
from marketplace.machines import selectors
from marketplace.machines.models import TelemetryLook
from marketplace.machines.services import note_look
from telemetry.intervals import Activity
from tests.builders import NOW, a_buyer, a_device, a_site, a_viewer, an_enterprise
from tests.machines.messages import a_message, said

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY = {"starts_at": NOW - 24 * HOUR, "ends_at": NOW, "now": NOW, "real_now": NOW}


@pytest.fixture
def factory(monkeypatch):
    monkeypatch.setattr(clock, "CACHE_S", 3600)  # its row is read before the queries are counted
    clock.now()
    return an_enterprise()


def talked(device, *spoken: tuple[timedelta, str]) -> None:
    """The device said these executions so long before NOW, and something each minute between."""
    last = NOW - spoken[0][0]
    seq = 0
    pieces = [(NOW - before, word) for before, word in spoken]
    for number, (at, word) in enumerate(pieces):
        until = pieces[number + 1][0] if number + 1 < len(pieces) else NOW
        while at < until:
            seq += 1
            said(a_message(device, seq=seq, execution=word, at=at, now=at), now=at)
            at += MINUTE
    assert last < NOW


def test_intervals_cover_the_window_without_gap(factory):
    device = a_device(site=a_site(enterprise=factory))
    talked(device, (30 * MINUTE, "READY"), (20 * MINUTE, "ACTIVE"))

    found = selectors.intervals(viewer=a_viewer(enterprise=factory), device=device.public_id, **DAY)

    assert [(i.state, i.duration) for i in found] == [
        ("NEVER_CONNECTED", 24 * HOUR - 30 * MINUTE),
        ("READY", 10 * MINUTE),
        ("ACTIVE", 20 * MINUTE),
    ]
    assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
    assert sum((i.duration for i in found), timedelta()) == 24 * HOUR


def test_the_future_is_in_no_interval(factory):
    device = a_device(site=a_site(enterprise=factory))
    talked(device, (5 * MINUTE, "READY"))

    found = selectors.intervals(
        viewer=a_viewer(enterprise=factory),
        device=device.public_id,
        **{**DAY, "starts_at": NOW - HOUR, "ends_at": NOW + HOUR},
    )

    assert found[-1].ends_at == NOW


def test_utilisation_counts_off_apart_from_idle(factory):
    device = a_device(site=a_site(enterprise=factory))
    talked(device, (60 * MINUTE, "ACTIVE"), (40 * MINUTE, "STOPPED"), (25 * MINUTE, "UNAVAILABLE"))

    found = selectors.utilisation(
        viewer=a_viewer(enterprise=factory), device=device.public_id, **{**DAY, "starts_at": NOW - HOUR}
    )

    assert (found.cutting, found.idle, found.off) == (20 * MINUTE, 15 * MINUTE, 25 * MINUTE)
    assert found.silent == found.never_connected == timedelta()


def test_idle_gaps_join_states_and_leave_out_what_is_off(factory):
    device = a_device(site=a_site(enterprise=factory))
    talked(
        device,
        (120 * MINUTE, "READY"),
        (100 * MINUTE, "STOPPED"),
        (60 * MINUTE, "UNAVAILABLE"),
        (20 * MINUTE, "READY"),
    )

    gaps = selectors.idle_gaps(viewer=a_viewer(enterprise=factory), device=device.public_id, **DAY)

    assert [(gap.starts_at, gap.ends_at) for gap in gaps] == [(NOW - 2 * HOUR, NOW - HOUR)]


def test_hours_by_state_sum_to_the_window_and_split_at_midnight(factory):
    device = a_device(site=a_site(enterprise=factory))
    midnight = NOW.replace(hour=0)
    for minute in range(-5, 5):
        at = midnight + minute * MINUTE
        said(a_message(device, seq=minute + 5, execution="ACTIVE", at=at, now=at), now=at)
    now = midnight + 5 * MINUTE

    found = selectors.hours_by_state(
        viewer=a_viewer(enterprise=factory),
        starts_at=midnight - HOUR,
        ends_at=midnight + HOUR,
        now=now,
        real_now=now,
    )

    assert [(day.day, dict(day.times), day.active_starts) for day in found] == [
        ((midnight - HOUR).date(), {"ACTIVE": 5 * MINUTE}, 5),
        (midnight.date(), {"ACTIVE": 5 * MINUTE}, 5),
    ]


def test_each_way_of_standing_has_its_own_word(factory):
    site = a_site(enterprise=factory)
    words = {"cutting": "ACTIVE", "idle": "READY", "off": "UNAVAILABLE"}
    for name, word in words.items():
        said(a_message(a_device(site=site, name=name), execution=word, at=NOW))
    long_ago = NOW - HOUR
    said(
        a_message(a_device(site=site, name="silent"), execution="READY", at=long_ago, now=long_ago),
        now=long_ago,
    )
    a_device(site=site, name="never")

    rows = selectors.fleet(viewer=a_viewer(enterprise=factory), now=NOW, real_now=NOW)

    assert {row.device.name: row.device.activity for row in rows} == {
        "cutting": Activity.CUTTING,
        "idle": Activity.IDLE,
        "off": Activity.OFF,
        "silent": Activity.SILENT,
        "never": Activity.NEVER_CONNECTED,
    }
    assert all(sum((i.duration for i in row.strip), timedelta()) == 24 * HOUR for row in rows)


def test_a_recording_has_its_own_now(factory):
    then = NOW - timedelta(days=1000)
    said(a_message(a_device(site=a_site(enterprise=factory)), execution="ACTIVE", at=then))

    (row,) = selectors.fleet(viewer=a_viewer(enterprise=factory), now=NOW, real_now=NOW)

    assert row.device.activity is Activity.CUTTING
    assert row.device.is_recorded
    assert row.strip_ends_at == then + 3 * MINUTE
    assert row.strip[-1].state == "ACTIVE"


def test_the_fleet_costs_two_queries_however_large(factory, django_assert_num_queries):
    site = a_site(enterprise=factory)
    for _ in range(15):
        said(a_message(a_device(site=site), execution="ACTIVE", at=NOW))
    viewer = a_viewer(enterprise=factory)

    with django_assert_num_queries(2):
        selectors.fleet(viewer=viewer, now=NOW, real_now=NOW)


def test_hours_cost_three_queries_however_many_devices(factory, django_assert_num_queries):
    site = a_site(enterprise=factory)
    for _ in range(15):
        said(a_message(a_device(site=site), execution="ACTIVE", at=NOW - MINUTE))
    viewer = a_viewer(enterprise=factory)

    with django_assert_num_queries(3):
        selectors.hours_by_state(viewer=viewer, **DAY)


@pytest.mark.parametrize("of", ["foreign", "unknown"])
def test_a_foreign_device_answers_like_one_that_does_not_exist(of: str):
    device = a_device().public_id if of == "foreign" else "dev_0000000000000000"
    viewer = a_viewer()

    for call in (
        lambda: selectors.own_device(viewer=viewer, device=device),
        lambda: selectors.intervals(viewer=viewer, device=device, **DAY),
        lambda: selectors.live_numbers(viewer=viewer, device=device),
        lambda: selectors.idle_gaps(viewer=viewer, device=device, **DAY),
        lambda: selectors.dead_letters(viewer=viewer, device=device),
    ):
        with pytest.raises(NotFound, match=r"There is no such device\."):
            call()


def test_others_see_no_devices_at_all():
    said(a_message(a_device(), execution="ACTIVE", at=NOW))

    for viewer in (a_viewer(), a_buyer()):
        assert selectors.fleet(viewer=viewer, now=NOW, real_now=NOW) == ()
        assert selectors.hours_by_state(viewer=viewer, **DAY) == ()


def test_live_numbers_keep_both_times(factory):
    device = a_device(site=a_site(enterprise=factory))
    said(a_message(device, execution="ACTIVE", count=7, kwh=1.5, at=NOW - MINUTE), real_now=NOW)

    found = selectors.live_numbers(viewer=a_viewer(enterprise=factory), device=device.public_id)

    assert [(n.name, n.value, n.unit, n.at, n.received_at) for n in found] == [
        ("count", "7", "piece", NOW - MINUTE, NOW),
        ("execution", "ACTIVE", "", NOW - MINUTE, NOW),
        ("kwh", "1.5", "kWh", NOW - MINUTE, NOW),
    ]


def test_looks_of_others_are_told_to_the_owner_once_a_day_and_purpose(factory):
    device = a_device(site=a_site(enterprise=factory))
    owner, buyer = a_viewer(enterprise=factory), a_buyer()
    purpose = TelemetryLook.Purpose.COUNTS_OF_LOT
    for viewer in (buyer, buyer, owner):
        note_look(viewer=viewer, device_ids=[device.pk], purpose=purpose, real_now=NOW)

    (look,) = selectors.looks(viewer=owner)

    assert (look.enterprise_id, look.times) == (buyer.enterprise_id, 2)
    assert selectors.looks(viewer=buyer) == []
