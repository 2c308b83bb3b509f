"""Pieces counted while a run was on: growth of the total, whatever the raw counter did."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.machines.models import Device
from marketplace.machines.output import Stretch, pieces_made
from tests.builders import NOW, a_device
from tests.machines.messages import a_message, said
from tests.machines.test_mtconnect_api import an_answer, post

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def a_stretch(device: Device, *, since: int, until: int) -> Stretch:
    """Minutes before and after NOW."""
    return Stretch(device_id=device.pk, starts_at=NOW + since * MINUTE, ends_at=NOW + until * MINUTE)


def counted(device: Device, *raw: int) -> None:
    """The raw counter at NOW, a minute later, and so on."""
    for minute, number in enumerate(raw):
        at = NOW + minute * MINUTE
        said(a_message(device, seq=minute + 1, count=number, at=at, now=at), now=at)


def test_pieces_of_a_stretch_are_the_growth_in_it():
    device = a_device()
    counted(device, 100, 110, 130, 160)

    assert pieces_made([a_stretch(device, since=1, until=3), a_stretch(device, since=0, until=9)]) == [50, 60]


def test_what_the_counter_shows_at_a_seam_belongs_to_the_stretch_before_it_and_to_one_only():
    device = a_device()
    counted(device, 100, 110, 130, 160)

    assert pieces_made([a_stretch(device, since=0, until=2), a_stretch(device, since=2, until=3)]) == [30, 30]


def test_a_reset_within_the_stretch_takes_nothing_away():
    device = a_device()
    counted(device, 2948, 2963, 0, 5)

    assert pieces_made([a_stretch(device, since=0, until=9)]) == [20]


def test_a_device_without_a_counter_counts_nothing_rather_than_zero():
    device = a_device()
    said(a_message(device, execution="ACTIVE", at=NOW))

    assert pieces_made([a_stretch(device, since=0, until=9)]) == [None]


def test_good_pieces_count_before_all_pieces():
    device = a_device()
    for minute, (count, good) in enumerate(((100, 50), (120, 60))):
        at = NOW + minute * MINUTE
        said(a_message(device, seq=minute, count=count, good=good, at=at, now=at), now=at)

    assert pieces_made([a_stretch(device, since=0, until=9)]) == [10]


def test_a_counter_of_an_agent_counts_under_whatever_name(client: Client):
    device = a_device(source_name="Mazak01")
    now = timezone.now()
    for seq, number in ((1, 40), (2, 47)):
        stamp = (now - timedelta(seconds=60 - seq)).isoformat()
        event = f'<PartCount dataItemId="Mazak01-path_20" sequence="{seq}" timestamp="{stamp}">{number}</PartCount>'
        post(client, an_answer(event, next_sequence=seq + 1))

    stretch = Stretch(device_id=device.pk, starts_at=now - timedelta(hours=1), ends_at=now)

    assert pieces_made([stretch]) == [7]
