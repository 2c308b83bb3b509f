"""What devices send is stored once, and states follow from it in arrival order."""

from datetime import timedelta

import pytest

from marketplace.common import clock
from marketplace.machines.models import DeviceState, Observation, Refusal, StateInterval
from marketplace.machines.services import Fate, record
from tests.builders import NOW, a_device
from tests.machines.messages import a_message, intervals_of, said

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_a_message_becomes_observations_a_state_and_an_open_interval():
    device = a_device()

    recorded = said(a_message(device, execution="ACTIVE", count=100, at=NOW))

    assert recorded.fates == (Fate.STORED,)
    assert set(Observation.objects.values_list("item", "value")) == {
        ("execution", "ACTIVE"),
        ("count", "100"),
    }
    assert intervals_of(device) == [("ACTIVE", NOW, None)]
    assert recorded.topics == {f"device:{device.public_id}", f"enterprise:{device.enterprise.public_id}"}


def test_a_message_that_comes_three_times_counts_once():
    device = a_device()
    message = a_message(device, execution="ACTIVE", count=100, at=NOW)

    fates = said(message, message).fates + said(message).fates

    assert fates == (Fate.STORED, Fate.DUPLICATE, Fate.DUPLICATE)
    assert Observation.objects.count() == 2
    assert DeviceState.objects.get().duplicates == 2


def test_the_same_number_of_two_devices_are_two_messages():
    one, other = a_device(), a_device()

    said(a_message(one, seq=1, execution="ACTIVE"), a_message(other, seq=1, execution="READY"))

    assert [intervals_of(device)[0][0] for device in (one, other)] == ["ACTIVE", "READY"]


def test_states_follow_each_other_without_gap_within_one_batch_and_across_batches():
    device = a_device()
    said(a_message(device, seq=1, execution="READY", at=NOW - 9 * MINUTE))
    said(
        a_message(device, seq=2, execution="ACTIVE", at=NOW - 8 * MINUTE),
        a_message(device, seq=3, execution="READY", at=NOW - 6 * MINUTE),
    )

    assert intervals_of(device) == [
        ("READY", NOW - 9 * MINUTE, NOW - 8 * MINUTE),
        ("ACTIVE", NOW - 8 * MINUTE, NOW - 6 * MINUTE),
        ("READY", NOW - 6 * MINUTE, None),
    ]


def test_a_stamp_older_than_the_last_one_counts_from_the_last_one():
    device = a_device()

    said(
        a_message(device, seq=1, execution="ACTIVE", at=NOW),
        a_message(device, seq=2, execution="READY", at=NOW - 2 * MINUTE),
    )

    assert intervals_of(device) == [("READY", NOW, None)]
    late = Observation.objects.get(seq=2)
    assert (late.source_at, late.effective_at) == (NOW - 2 * MINUTE, NOW)


def test_a_message_without_a_stamp_counts_from_its_receipt():
    device = a_device()

    said(a_message(device, execution="ACTIVE", at=None), now=NOW)

    assert intervals_of(device) == [("ACTIVE", NOW, None)]


def test_a_pause_longer_than_the_silence_limit_is_silent_from_the_limit_on():
    device = a_device(silence_limit_s=180)

    said(a_message(device, seq=1, execution="ACTIVE", at=NOW - 20 * MINUTE))
    said(a_message(device, seq=2, execution="ACTIVE", at=NOW))

    assert intervals_of(device) == [
        ("ACTIVE", NOW - 20 * MINUTE, NOW - 17 * MINUTE),
        ("SILENT", NOW - 17 * MINUTE, NOW),
        ("ACTIVE", NOW, None),
    ]


def test_a_quiet_stretch_of_a_recording_is_the_state_it_last_named():
    device = a_device(silence_limit_s=180)
    then = NOW - timedelta(days=900)

    said(a_message(device, seq=1, execution="UNAVAILABLE", at=then))
    said(a_message(device, seq=2, execution="ACTIVE", at=then + timedelta(hours=60)))

    assert intervals_of(device) == [
        ("UNAVAILABLE", then, then + timedelta(hours=60)),
        ("ACTIVE", then + timedelta(hours=60), None),
    ]


def test_the_last_message_repeated_with_a_later_stamp_says_that_nothing_has_changed():
    device = a_device()
    said(a_message(device, seq=1, execution="ACTIVE", at=NOW - 4 * MINUTE))
    said(a_message(device, seq=1, execution="ACTIVE", at=NOW - 2 * MINUTE))
    said(a_message(device, seq=2, execution="READY", at=NOW))

    assert Observation.objects.filter(item="execution").count() == 2
    assert intervals_of(device) == [("ACTIVE", NOW - 4 * MINUTE, NOW), ("READY", NOW, None)]


def test_a_counter_that_is_reset_keeps_a_total_that_only_grows():
    device = a_device()

    said(*(a_message(device, seq=seq, count=count) for seq, count in enumerate((2948, 2963, 0, 7))))

    totals = Observation.objects.filter(item="count").order_by("seq").values_list("total", flat=True)
    assert list(totals) == [0, 15, 15, 22]


def test_a_switched_off_device_leaves_no_trace():
    device = a_device()
    device.token_hash = ""
    device.save()

    recorded = said(a_message(device, execution="ACTIVE"), a_message(device, seq="not a number"))

    assert recorded.fates == (Fate.DISCARDED, Fate.DISCARDED)
    assert not Observation.objects.exists()
    assert not Refusal.objects.exists()
    assert not DeviceState.objects.exists()


def test_a_refused_message_is_kept_as_a_dead_letter_and_its_neighbours_are_stored():
    device = a_device()

    recorded = said(
        a_message(device, seq=1, execution="ACTIVE"), a_message(device, seq=2, execution="DANCING")
    )

    assert recorded.fates == (Fate.STORED, Fate.REFUSED)
    assert Refusal.objects.get().code == "observation:execution-unknown"
    assert [state for state, *_ in intervals_of(device)] == ["ACTIVE"]


def test_only_the_newest_hundred_dead_letters_of_a_device_remain():
    device = a_device()

    said(*(a_message(device, seq=seq, execution="DANCING") for seq in range(130)))
    said(*(a_message(device, seq=seq, execution="SINGING") for seq in range(5)))

    kept = Refusal.objects.order_by("-id")
    assert len(kept) == Refusal.KEPT
    assert "SINGING" in kept[4].excerpt
    assert "DANCING" in kept[5].excerpt


def test_a_batch_of_many_devices_costs_no_more_queries_than_one_message(
    django_assert_max_num_queries, monkeypatch
):
    devices = [a_device() for _ in range(20)]
    monkeypatch.setattr(clock, "CACHE_S", 3600)
    clock.now()

    with django_assert_max_num_queries(9):
        said(*(a_message(device, seq=seq, execution="ACTIVE") for device in devices for seq in range(5)))

    assert StateInterval.objects.count() == 20


def test_a_batch_is_stored_whole_or_not_at_all():
    device = a_device()
    good = a_message(device, seq=1, execution="ACTIVE", at=NOW)
    StateInterval.objects.create(device=device, state="READY", starts_at=NOW - MINUTE, ends_at=NOW + MINUTE)

    with pytest.raises(Exception, match="a_device_is_in_one_state_at_a_time"):
        record([good], now=NOW, real_now=NOW)

    assert not Observation.objects.exists()
