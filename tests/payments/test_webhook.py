"""The webhook: signed, fresh, of our mode and accounts; stored once; everything else is refused and logged."""

import json
import time

import pytest
from django.test import Client

from marketplace.payments.models import ConnectedAccount, Entry, StripeEvent
from tests.builders import an_enterprise
from tests.payments.cards import deliver, waiting_events

pytestmark = pytest.mark.django_db


def an_event(**changes) -> dict:
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
    }
    return {**event, **changes}


def test_an_event_is_stored_and_answered_at_once(sandbox):
    assert deliver(an_event()) == (200, {"stored": True})
    (event,) = waiting_events()
    assert (event.event_id, event.kind, event.object_id) == ("evt_1", "payment_intent.succeeded", "pi_1")
    assert sandbox.calls == []


def test_an_event_that_comes_again_is_stored_once(sandbox):
    deliver(an_event())
    assert deliver(an_event()) == (200, {"stored": False})
    assert StripeEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("event", "how", "code"),
    [
        (an_event(), {"secret": "whsec_other"}, "payments:forged-event"),
        (an_event(), {"stamp": int(time.time()) - 400}, "payments:stale-event"),
        (an_event(), {"stamp": int(time.time()) + 3_600}, "payments:future-event"),
        (an_event(livemode=True), {}, "payments:wrong-mode"),
        (an_event(account="acct_foreign"), {}, "payments:unknown-account"),
        ({"hello": 1}, {}, "payments:unreadable-event"),
        ([], {}, "payments:unreadable-event"),
        (an_event(id="x" * 500), {}, "payments:unreadable-event"),
        (an_event(id=["evt"]), {}, "payments:unreadable-event"),
        (an_event(data={"object": 5}), {}, "payments:unreadable-event"),
        (an_event(created=10**30), {}, "payments:unreadable-event"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_a_fresh_event_of_ours_is_refused_and_logged(sandbox, caplog, event, how, code):
    status, answer = deliver(event, **how)
    assert (status, answer["error"]["code"]) == (400, code)
    assert not StripeEvent.objects.exists()
    assert not Entry.objects.exists()
    assert code in caplog.text


def test_a_body_that_was_changed_after_signing_is_forged(sandbox):
    from tests.payments.conftest import WEBHOOK_SECRET
    from tests.payments.stripe_sandbox.state import signed

    body, signature = signed(an_event(), secret=WEBHOOK_SECRET)
    for sent, header in (
        (body.replace(b"pi_1", b"pi_2"), signature),
        (body, ""),
        (body, "t=1,v1=2"),
        (b"\xff", signature),
    ):
        answer = Client().post(
            "/stripe/webhook", sent, content_type="application/json", headers={"Stripe-Signature": header}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "payments:forged-event")
    assert not StripeEvent.objects.exists()


def test_an_event_of_a_connected_factory_is_taken(sandbox):
    ConnectedAccount.objects.create(enterprise=an_enterprise(), country="CN", account_id="acct_1")
    assert deliver(an_event(account="acct_1", type="account.updated"))[0] == 200


def test_without_keys_there_is_no_webhook():
    answer = Client().post("/stripe/webhook", json.dumps(an_event()), content_type="application/json")
    assert answer.status_code == 404
    assert not StripeEvent.objects.exists()


def test_only_a_post_is_heard(sandbox):
    assert Client().get("/stripe/webhook").status_code == 405
