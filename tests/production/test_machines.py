"""Machines that count and name their program: pieces belong to the stint they were made in, once."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Person
from marketplace.disclosure.facets import Asked, facts_of
from marketplace.disclosure.words import Audience, Group, Word
from marketplace.machines.models import TelemetryLook
from marketplace.machines.selectors import looks
from marketplace.production import errors, services
from marketplace.production.hands import Hand
from marketplace.production.models import Stint, Tally
from tests.builders import NOW
from tests.production.work import a_shop, shows, start, tell

pytestmark = pytest.mark.django_db


def minutes(number):
    return NOW + timedelta(minutes=number)


def count(at):
    return services.take_counts(now=at, real_now=at)


def test_a_counter_counts_what_grows_while_the_work_is_on_and_nothing_twice():
    shop = a_shop(counter="good")
    start(shop, shop.first)
    shows(shop.first.equipment.device, good=1_030, at=minutes(30))

    count(minutes(31))
    count(minutes(32))

    assert (shop.first.good, shop.first.counted, shop.first.counter) == (30, 30, "good")
    assert Tally.objects.get().source == "counter"


def test_what_a_machine_makes_outside_its_stints_is_its_owners():
    shop = a_shop(counter="good")
    device = shop.first.equipment.device
    shows(device, good=1_500, at=NOW)
    start(shop, shop.first, at=minutes(10))
    shows(device, good=1_520, at=minutes(20))
    services.stop_work(
        work_order_id=shop.first.pk, hand=Hand(), reason="own_work", at=minutes(21), now=minutes(21)
    )
    shows(device, good=1_900, at=minutes(60))
    start(shop, shop.first, at=minutes(70))
    shows(device, good=1_907, at=minutes(80))
    count(minutes(81))

    assert shop.first.good == 27


def test_scrap_told_by_phone_is_taken_off_where_the_counter_counts_all_pieces():
    shop = a_shop(counter="count")
    start(shop, shop.first)
    shows(shop.first.equipment.device, count=1_040, at=minutes(30))

    tell(shop, shop.first, kind="scrap", quantity=4, now=minutes(31))

    assert (shop.first.good, shop.first.scrap, shop.first.counted) == (36, 4, 40)
    tell(shop, shop.first, kind="correction", undoes="k1", key="u", now=minutes(32))
    assert (shop.first.good, shop.first.scrap) == (40, 0)


def test_scrap_is_not_taken_off_where_the_counter_counts_good_pieces():
    shop = a_shop(counter="good")
    start(shop, shop.first)
    shows(shop.first.equipment.device, good=1_040, at=minutes(30))
    tell(shop, shop.first, kind="scrap", quantity=4, now=minutes(31))
    assert (shop.first.good, shop.first.scrap) == (40, 4)


def test_counted_work_cannot_be_tallied_up_by_hand():
    shop = a_shop(counter="good")
    start(shop, shop.first)
    with pytest.raises(errors.CountedByMachine):
        tell(shop, shop.first, 5)
    assert shop.first.good == 0


def test_where_the_counter_fails_hands_go_on_from_what_it_counted():
    shop = a_shop(counter="count")
    start(shop, shop.first)
    device = shop.first.equipment.device
    shows(device, count=1_040, at=minutes(30))
    tell(shop, shop.first, kind="scrap", quantity=4, key="s", now=minutes(31))
    by_hand = {"viewer": shop.owner, "work_order": shop.first.public_id, "now": minutes(32), "real_now": NOW}
    services.go_on_by_hand(**by_hand)
    shows(device, count=1_090, at=minutes(40))
    count(minutes(41))
    tell(shop, shop.first, 10, now=minutes(42))

    assert (shop.first.good, shop.first.scrap) == (46, 4)
    with pytest.raises(errors.NotCountedByMachine):
        services.go_on_by_hand(**by_hand)


def test_a_counter_that_jumps_is_not_believed(caplog):
    shop = a_shop(counter="good")
    start(shop, shop.first)
    shows(shop.first.equipment.device, good=1_000_000_000, at=minutes(1))
    with caplog.at_level(logging.WARNING):
        count(minutes(1))
    assert 0 < shop.first.good < 50
    assert "are believed" in caplog.text


def test_counted_work_is_finished_at_what_is_wanted_and_the_rest_is_the_owners():
    shop = a_shop(counter="good", quantity=100)
    start(shop, shop.first)
    shows(shop.first.equipment.device, good=1_104, at=minutes(400))
    count(minutes(401))
    shows(shop.first.equipment.device, good=1_150, at=minutes(460))
    count(minutes(461))

    assert (shop.first.good, shop.first.status) == (100, "finished")
    assert Tally.objects.get().surplus == 4


def test_the_code_on_the_card_as_the_program_starts_the_work_when_it_took_effect():
    shop = a_shop(num_runs=2, counter="good")
    first, second = shop.work
    device = first.equipment.device
    shows(device, program=first.code, at=minutes(5))
    shows(device, program=first.code.lower(), good=1_010, at=minutes(20))
    shows(device, program=second.code, good=1_015, at=minutes(30))
    shows(device, program="O1234", good=1_020, at=minutes(40))

    services.follow_programs(now=minutes(50))
    count(minutes(50))

    stints = [(one.work_order.code, one.starts_at, one.ends_at, one.how) for one in Stint.objects.all()]
    assert stints == [
        (first.code, minutes(5), minutes(30), "program"),
        (second.code, minutes(30), minutes(40), "program"),
    ]
    assert [one.good for one in shop.work] == [15, 5]
    assert [one.status for one in shop.work] == ["paused", "paused"]


def test_what_follows_another_program_is_not_counted_though_the_sweep_has_not_followed_it_yet():
    shop = a_shop(num_runs=2, counter="good", quantity=100)
    first, second = shop.work
    device = first.equipment.device
    shows(device, program=first.code, good=1_000, at=minutes(5))
    services.follow_programs(now=minutes(6))
    shows(device, program=second.code, good=1_040, at=minutes(30))
    shows(device, program=second.code, good=1_060, at=minutes(40))
    count(minutes(50))
    assert shop.first.good == 40

    services.follow_programs(now=minutes(50))
    count(minutes(50))
    assert [one.good for one in shop.work] == [40, 20]


def test_finished_work_leaves_its_machine_at_the_last_that_was_heard_so_that_the_next_begins_where_it_did():
    shop = a_shop(num_runs=2, counter="good", quantity=100)
    first, second = shop.work
    device = first.equipment.device
    shows(device, program=first.code, good=1_000, at=minutes(5))
    services.follow_programs(now=minutes(6))
    shows(device, program=first.code, good=1_100, at=minutes(200))
    count(minutes(300))
    assert (shop.first.status, Stint.objects.get().ends_at) == ("finished", minutes(200))

    shows(device, program=second.code, good=1_100, at=minutes(230))
    shows(device, program=second.code, good=1_150, at=minutes(310))
    services.follow_programs(now=minutes(320))
    count(minutes(320))
    assert shop.work[1].good == 50


def test_a_program_told_again_does_not_restart_work_that_was_stopped_by_hand():
    shop = a_shop(counter="good")
    device = shop.first.equipment.device
    shows(device, program=shop.first.code, at=minutes(5))
    services.follow_programs(now=minutes(6))
    services.stop_work(work_order_id=shop.first.pk, hand=Hand(), reason="tool", at=minutes(7), now=minutes(7))
    shows(device, program=shop.first.code, at=minutes(8))
    services.follow_programs(now=minutes(9))
    assert shop.first.status == "paused"


def test_another_machines_code_and_a_closed_works_code_start_nothing():
    shop = a_shop(num_runs=2, num_machines=2, counter="good")
    first, second = shop.work
    shows(first.equipment.device, program=second.code, at=minutes(5))
    services.follow_programs(now=minutes(6))
    services.close_short(viewer=shop.owner, work_order=first.public_id, reason="x", now=minutes(7))
    shows(second.equipment.device, program=first.code, at=minutes(8))
    services.follow_programs(now=minutes(9))
    assert not Stint.objects.exists()
    assert [one.status for one in shop.work] == ["short", "waiting"]


def test_work_started_by_hand_goes_on_whatever_the_program_is_called():
    shop = a_shop(counter="good")
    start(shop, shop.first)
    shows(shop.first.equipment.device, program="O1234", at=minutes(8))
    services.follow_programs(now=minutes(9))
    assert shop.first.status == "running"


def test_starting_one_work_order_ends_the_others_stint_and_says_so():
    shop = a_shop(num_runs=2)
    first, second = shop.work
    start(shop, first)
    started = start(shop, second, at=minutes(10))

    assert started.ended == (first.code,)
    assert [one.status for one in shop.work] == ["paused", "running"]
    assert first.stints.get().ends_at == minutes(10)


def test_the_database_lets_one_work_order_be_on_a_machine_at_a_time():
    shop = a_shop(num_runs=2)
    first, second = shop.work
    start(shop, first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stint.objects.create(work_order=second, equipment=second.equipment, starts_at=minutes(5), how="tap")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(second).objects.filter(pk=second.pk).update(status="running")


def a_counted_shop():
    """Its first work order has 30 pieces by its machine's counter."""
    shop = a_shop(counter="good")
    start(shop, shop.first)
    shows(shop.first.equipment.device, good=1_030, at=minutes(30))
    count(minutes(31))
    return shop


def test_the_owner_learns_that_the_buyer_was_shown_the_counts():
    shop, client = a_counted_shop(), Client()
    client.force_login(Person.objects.get(pk=shop.buyer.person_id))

    page = client.get(reverse("production:made", args=[shop.order.public_id]))

    assert page.status_code == 200
    (look,) = looks(viewer=shop.owner)
    assert (look.enterprise_id, look.purpose) == (
        shop.buyer.enterprise_id,
        TelemetryLook.Purpose.COUNTS_OF_LOT,
    )


def test_the_party_to_a_contract_reads_the_counts_of_its_lots_and_nobody_else():
    shop = a_counted_shop()
    buyer = Asked(
        owner_id=shop.owner.enterprise_id, reader_id=shop.buyer.enterprise_id,
        audience=Audience.CONTRACT_PARTY, now=minutes(31),
    )  # fmt: skip

    told = facts_of(Group.TELEMETRY, buyer, Word.COUNTS_OF_ORDER)
    stranger = facts_of(Group.TELEMETRY, replace(buyer, reader_id=0), Word.COUNTS_OF_ORDER)

    assert [fact.value for fact in told] == ["30 pieces counted"]
    assert stranger == ()
