"""Silence by the real clock: a state that nobody vouches for ends, and is no idle time."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from marketplace.common import clock
from marketplace.machines.models import Device, DeviceState
from marketplace.machines.selectors import hours_of
from marketplace.machines.services import end_silent_states
from marketplace.machines.tasks import sweep_silence
from tests.builders import NOW, a_device
from tests.machines.messages import a_message, intervals_of, said

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def fresh_clock():
    yield
    clock.forget()


@pytest.mark.django_db
def test_after_the_limit_the_state_ends_when_the_limit_did():
    device = a_device(silence_limit_s=180)
    said(a_message(device, execution="READY", at=NOW))

    ended = end_silent_states(now=NOW + 4 * MINUTE, real_now=NOW + 4 * MINUTE)

    assert ended == 1
    assert intervals_of(device) == [("READY", NOW, NOW + 3 * MINUTE), ("SILENT", NOW + 3 * MINUTE, None)]


@pytest.mark.django_db
def test_within_the_limit_nothing_ends():
    device = a_device(silence_limit_s=180)
    said(a_message(device, execution="READY", at=NOW))

    assert end_silent_states(now=NOW + 2 * MINUTE, real_now=NOW + 2 * MINUTE) == 0
    assert intervals_of(device) == [("READY", NOW, None)]


@pytest.mark.django_db
def test_a_second_sweep_finds_nothing_more():
    device = a_device()
    said(a_message(device, execution="READY", at=NOW))
    later = NOW + 10 * MINUTE
    end_silent_states(now=later, real_now=later)

    assert end_silent_states(now=later, real_now=later) == 0
    assert len(intervals_of(device)) == 2


@pytest.mark.django_db
def test_a_device_heard_again_leaves_its_silence():
    device = a_device(silence_limit_s=180)
    said(a_message(device, seq=1, execution="READY", at=NOW))
    end_silent_states(now=NOW + 10 * MINUTE, real_now=NOW + 10 * MINUTE)

    back = NOW + 20 * MINUTE
    said(a_message(device, seq=2, execution="ACTIVE", at=back, now=back), now=back)

    assert intervals_of(device) == [
        ("READY", NOW, NOW + 3 * MINUTE),
        ("SILENT", NOW + 3 * MINUTE, back),
        ("ACTIVE", back, None),
    ]


@pytest.mark.django_db
def test_a_backlog_delivered_late_fills_the_gap_that_was_taken_for_silence():
    device = a_device(silence_limit_s=180)
    said(a_message(device, seq=1, execution="READY", at=NOW))
    end_silent_states(now=NOW + 10 * MINUTE, real_now=NOW + 10 * MINUTE)

    back = NOW + 12 * MINUTE
    said(
        *(
            a_message(device, seq=1 + n, execution="READY", at=NOW + n * MINUTE, now=back)
            for n in range(1, 13)
        ),
        now=back,
    )

    assert intervals_of(device) == [
        ("READY", NOW, NOW + 3 * MINUTE),
        ("READY", NOW + 3 * MINUTE, None),
    ]


@pytest.mark.django_db
def test_under_a_fast_clock_two_messages_a_real_second_apart_are_no_silence():
    clock.set_clock(speed=600, business_at=NOW)
    device = a_device(silence_limit_s=180)
    later = NOW + 600 * timedelta(seconds=1)

    said(a_message(device, seq=1, execution="READY", at=NOW), now=NOW)
    said(a_message(device, seq=2, execution="READY", at=later, now=later), now=later)

    assert intervals_of(device) == [("READY", NOW, None)]


@pytest.mark.django_db
def test_under_a_fast_clock_the_limit_is_three_real_minutes_of_business_time():
    clock.set_clock(speed=600, business_at=NOW)
    device = a_device(silence_limit_s=180)
    heard = clock.real_now()
    said(a_message(device, execution="READY", at=NOW), now=NOW, real_now=heard)

    later = heard + timedelta(seconds=200)
    end_silent_states(now=NOW + timedelta(seconds=200 * 600), real_now=later)

    assert intervals_of(device)[0] == ("READY", NOW, NOW + timedelta(hours=30))


@pytest.mark.django_db
def test_what_no_sweep_has_noticed_is_no_idle_time_either():
    device = a_device(silence_limit_s=180)
    said(a_message(device, execution="READY", at=NOW))
    later = NOW + timedelta(hours=2)

    row = Device.objects.select_related("state").get()
    (day,) = hours_of([row], starts_at=NOW, ends_at=later, now=later, real_now=later)

    assert dict(day.times) == {"READY": 3 * MINUTE, "SILENT": 117 * MINUTE}
    assert device.pk == row.pk


@pytest.mark.django_db
def test_a_recording_of_2018_stays_in_2018_while_its_player_talks():
    device = a_device(silence_limit_s=180)
    then = datetime(2018, 12, 10, 10, tzinfo=UTC)
    said(a_message(device, execution="ACTIVE", at=then), now=NOW)

    row = Device.objects.select_related("state").get(pk=device.pk)
    window = {"starts_at": then, "ends_at": then + timedelta(hours=1), "now": NOW, "real_now": NOW}
    (day,) = hours_of([row], **window)

    assert dict(day.times) == {"ACTIVE": 3 * MINUTE, "SILENT": 57 * MINUTE}


@pytest.mark.django_db(transaction=True)
def test_a_device_that_is_being_heard_at_this_moment_is_passed_over():
    device = a_device(silence_limit_s=180)
    said(a_message(device, execution="READY", at=NOW))
    locked, done = threading.Event(), threading.Event()

    def hear() -> None:
        with transaction.atomic():
            list(Device.objects.select_for_update(no_key=True).filter(pk=device.pk))
            locked.set()
            done.wait(10)
        connection.close()

    listener = threading.Thread(target=hear)
    listener.start()
    locked.wait(10)
    ended = end_silent_states(now=NOW + 10 * MINUTE, real_now=NOW + 10 * MINUTE)
    done.set()
    listener.join()

    assert ended == 0


@pytest.mark.django_db
def test_the_task_sweeps_by_the_real_clock():
    device = a_device(silence_limit_s=180)
    hour_ago = clock.real_now() - timedelta(hours=1)
    said(a_message(device, execution="READY", at=hour_ago, now=hour_ago), now=hour_ago)

    sweep_silence.apply(throw=True)

    assert DeviceState.objects.get().state == "SILENT"
