"""The station at the machine: a link and a PIN, and nothing without them."""

import json
import logging
from datetime import timedelta

import pytest
from django.test import Client

from marketplace.common import clock
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from marketplace.production import errors, services
from marketplace.production.models import StationLink, StationPin, StationSession, Tally
from marketplace.production.station_token import is_current
from tests.builders import NOW, a_viewer
from tests.production.stations import PIN, a_phone, path, set_pin, token
from tests.production.work import a_shop

pytestmark = pytest.mark.django_db


def test_a_phone_with_link_and_pin_tells_what_is_made():
    shop = a_shop()
    set_pin(shop)
    phone = a_phone(shop)

    page = phone.get(path(shop))
    key = page.context["new_key"]
    for _sent_twice in range(2):
        phone.post(path(shop, "tell/"), {"tap": "good:10", "key": key})
    phone.post(path(shop, "tell/"), {"tap": "scrap", "scrap": "2", "reason": "size", "key": "s"})

    assert (shop.first.good, shop.first.scrap, shop.first.status) == (10, 2, "running")
    assert Tally.objects.filter(source="station", session__isnull=False).count() == 2


def test_without_the_pin_nothing_of_the_work_is_shown_and_nothing_is_told():
    shop = a_shop()
    set_pin(shop)
    visitor = Client()

    page = visitor.get(path(shop), follow=True)
    assert shop.first.code not in page.text and "Press" not in page.text
    visitor.post(path(shop, "tell/"), {"tap": "good:1", "key": "k"})
    answer = visitor.post(path(shop, "queue/"), "[]", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "production:station-closed")
    assert not Tally.objects.exists()


def test_a_forged_link_is_not_found_and_logged(caplog):
    a_shop()
    with caplog.at_level(logging.WARNING):
        answers = [Client().get("/w/abcdefghijklmnopqrstuvwxyz234567/pin/"), Client().get("/w/x/")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "station link" in caplog.text


def test_five_wrong_pins_lock_the_station_for_a_quarter_of_an_hour_of_real_time():
    shop = a_shop()
    set_pin(shop)
    for _attempt in range(5):
        with pytest.raises(errors.WrongPin):
            services.enter(token=token(shop), pin="0000", real_now=NOW)

    with pytest.raises(errors.StationLocked):
        services.enter(token=token(shop), pin=PIN, real_now=NOW + timedelta(minutes=14))
    assert not StationSession.objects.exists()
    services.enter(token=token(shop), pin=PIN, real_now=NOW + timedelta(minutes=15))
    assert StationSession.objects.count() == 1


def test_wrong_pins_at_one_link_lock_nobody_else_out():
    shop = a_shop(num_runs=2)
    set_pin(shop)
    for _attempt in range(5):
        with pytest.raises(errors.WrongPin):
            services.enter(token=token(shop), pin="0000", real_now=NOW)
    from marketplace.production.station_token import token_of

    other = token_of(shop.work[1].station_link)
    assert services.enter(token=other, pin=PIN, real_now=NOW).token


def test_a_flood_of_wrong_pins_is_answered_and_logged(caplog):
    shop = a_shop()
    set_pin(shop)
    with caplog.at_level(logging.WARNING):
        codes = [Client().post(path(shop, "pin/"), {"pin": "9999"}).status_code for _n in range(7)]
    assert codes == [403] * 5 + [429] * 2
    assert "locked" in caplog.text


def test_a_station_without_a_pin_lets_nobody_in():
    shop = a_shop()
    with pytest.raises(errors.NoPin):
        services.enter(token=token(shop), pin="", real_now=NOW)


def test_the_machines_own_pin_comes_before_the_sites():
    shop = a_shop()
    set_pin(shop)
    machine = shop.first.equipment.public_id
    services.set_pin(viewer=shop.owner, machine=machine, pin="8253", real_now=NOW)
    with pytest.raises(errors.WrongPin):
        services.enter(token=token(shop), pin=PIN, real_now=NOW)
    assert services.enter(token=token(shop), pin="8253", real_now=NOW).token


@pytest.mark.parametrize("pin", ["", "123", "1234", "4321", "7777", "12a4", "123456789", "４７１１"])
def test_pins_that_everybody_tries_or_nobody_can_type_are_refused(pin):
    shop = a_shop()
    with pytest.raises(InvalidInput):
        set_pin(shop, pin=pin)
    assert not StationPin.objects.exists()


def test_pin_and_token_are_kept_as_hashes_only():
    shop = a_shop()
    set_pin(shop)
    link = StationLink.objects.get()
    assert PIN not in StationPin.objects.get().pin_hash
    assert len(token(shop)) == 32 and token(shop) not in (link.token_hash, link.public_id)
    assert is_current(link)


def test_phones_are_out_when_the_link_is_withdrawn_or_renewed_or_the_pin_is_changed():
    shop = a_shop()
    set_pin(shop)
    phone, old = a_phone(shop), path(shop)
    assert phone.get(old).status_code == 200
    set_pin(shop, pin="5829")
    assert phone.get(old).status_code == 302
    phone = a_phone(shop, pin="5829")
    services.renew_link(viewer=shop.owner, work_order=shop.first.public_id)
    assert phone.get(old).status_code == 404
    assert path(shop) != old
    phone = a_phone(shop, pin="5829")
    services.revoke_link(viewer=shop.owner, work_order=shop.first.public_id, real_now=NOW)
    assert phone.get(path(shop)).status_code == 404


def test_a_session_ends_after_a_shift_of_real_time(monkeypatch):
    shop = a_shop()
    set_pin(shop)
    phone = a_phone(shop)
    real_now = clock.real_now()
    monkeypatch.setattr(clock, "real_now", lambda: real_now + timedelta(hours=12, minutes=1))
    assert phone.get(path(shop)).status_code == 302


def test_a_session_opens_its_own_link_only():
    shop = a_shop(num_runs=2)
    set_pin(shop)
    let_in = services.enter(token=token(shop), pin=PIN, real_now=NOW)
    from marketplace.production.station_token import token_of

    other = token_of(shop.work[1].station_link)
    with pytest.raises(errors.StationClosed):
        services.session_of(token=other, cookie=let_in.token, real_now=NOW)


def test_only_planners_of_the_factory_set_pins_and_withdraw_links():
    shop = a_shop()
    site, work = shop.first.equipment.site.public_id, shop.first.public_id
    stranger = a_viewer()
    operator = a_viewer(enterprise=shop.first.equipment.enterprise, role="operator")
    with pytest.raises(NotFound):
        services.set_pin(viewer=stranger, site=site, pin=PIN, real_now=NOW)
    with pytest.raises(NotFound):
        services.renew_link(viewer=stranger, work_order=work)
    with pytest.raises(Forbidden):
        services.set_pin(viewer=operator, site=site, pin=PIN, real_now=NOW)
    with pytest.raises(Forbidden):
        services.revoke_link(viewer=operator, work_order=work, real_now=NOW)
    assert StationLink.objects.get().revoked_at is None and not StationPin.objects.exists()


def send(phone, shop, *tallies):
    return phone.post(path(shop, "queue/"), json.dumps(tallies), content_type="application/json")


def test_a_queue_is_told_in_order_each_once_and_a_bad_one_holds_up_nobody():
    shop = a_shop()
    set_pin(shop)
    phone = a_phone(shop)
    kept = [
        {"key": "a", "kind": "good", "quantity": 10, "age_s": 60.5},
        {"key": "b", "kind": "good", "quantity": 10**9},
        {"key": "c", "kind": "good", "quantity": 1},
        {"key": "d", "kind": "correction", "undoes": "c"},
    ]
    first, again = send(phone, shop, *kept), send(phone, shop, *kept)

    assert [one.get("code") for one in first.json()["outcomes"]] == [None, "common:invalid", None, None]
    assert first.json()["state"]["good"] == 10
    assert again.json()["outcomes"] == first.json()["outcomes"]
    assert (shop.first.good, Tally.objects.count()) == (10, 3)


@pytest.mark.parametrize(
    "broken",
    [
        {"key": "\ud800", "kind": "good", "quantity": 1},
        {"key": "b", "kind": "correction", "undoes": "\ud800"},
        {"key": "b", "kind": ["good"], "quantity": 1},
        {"key": "b", "kind": "scrap", "quantity": 1, "reason": {}},
        {"key": "b", "kind": "good", "quantity": 2**70},
        {"key": "b", "kind": "good", "quantity": 1, "age_s": -5},
        {"key": ["b"], "kind": "good", "quantity": 1},
        None,
    ],
)
def test_what_no_database_holds_is_refused_alone(broken, caplog):
    shop = a_shop()
    set_pin(shop)
    answer = send(a_phone(shop), shop, broken, {"key": "c", "kind": "good", "quantity": 3})
    assert [one.get("code") for one in answer.json()["outcomes"]] == ["common:invalid", None]
    assert (shop.first.good, Tally.objects.count()) == (3, 1)
    assert "refused" in caplog.text
    assert caplog.text.encode()  # whatever a phone sent, the log can be written


@pytest.mark.parametrize(
    "body", ["", "{", "{}", "[" * 10_000, '[{"key":"a","kind":"good","quantity":NaN}]', "x" * 200_000]
)
def test_what_is_no_queue_is_refused_whole(body):
    shop = a_shop()
    set_pin(shop)
    answer = a_phone(shop).post(path(shop, "queue/"), body, content_type="application/json")
    assert answer.status_code == 400
    assert not Tally.objects.exists()


def test_the_service_worker_answers_below_stations_only():
    answer = Client().get("/w/sw.js")
    assert answer["Service-Worker-Allowed"] == "/w/"
    assert answer["Cache-Control"] == "no-cache"
    assert b"caches" in answer.content


def test_the_worker_is_another_one_in_another_release(monkeypatch):
    one = Client().get("/w/sw.js").content
    assert Client().get("/w/sw.js").content == one
    monkeypatch.setattr("marketplace.production.kept.release", lambda: "another")
    assert Client().get("/w/sw.js").content != one


def test_only_the_page_of_a_phone_that_is_in_may_be_kept_and_only_while_it_is():
    shop = a_shop()
    set_pin(shop)
    phone = a_phone(shop)
    left = int(phone.get(path(shop))["Station-Open-For"])
    assert 12 * 3600 - 60 < left <= 12 * 3600
    for client, place in ((Client(), path(shop)), (Client(), path(shop, "pin/")), (phone, path(shop, "pin/")),
                          (phone, path(shop, "state/")), (Client(), "/accounts/login/")):  # fmt: skip
        assert "Station-Open-For" not in client.get(place)


def test_a_phone_that_was_locked_is_asked_for_the_pin_even_with_its_old_cookie():
    shop = a_shop()
    set_pin(shop)
    phone = a_phone(shop)
    cookie = phone.cookies["station"].value
    assert phone.post(path(shop, "leave/")).url == path(shop, "pin/")
    assert phone.cookies["station"].value == ""
    phone.cookies["station"] = cookie
    assert phone.get(path(shop)).url == path(shop, "pin/")


def test_the_page_without_a_network_says_nothing_of_any_work():
    shop = a_shop()
    content = Client().get("/w/offline/").content.decode()
    assert shop.first.run.operation.name not in content


def test_boxes_count_what_they_hold():
    shop = a_shop()
    set_pin(shop)
    phone = a_phone(shop)
    phone.post(path(shop, "tell/"), {"tap": "box", "key": "a"})
    assert shop.first.good == 0
    phone.post(path(shop, "box/"), {"box_size": "24"})
    phone.post(path(shop, "tell/"), {"tap": "box", "key": "b"})
    assert shop.first.good == 24


def test_a_stop_and_a_start_are_told_with_a_reason():
    shop = a_shop()
    set_pin(shop)
    phone = a_phone(shop)
    phone.post(path(shop, "start/"))
    phone.post(path(shop, "stop/"), {"reason": "no such reason"})
    assert shop.first.status == "running"
    phone.post(path(shop, "stop/"), {"reason": "material"})
    assert shop.first.status == "paused"
    phone.post(path(shop, "start/"))
    stop = shop.first.stops.get()
    assert stop.session_id and stop.ends_at
