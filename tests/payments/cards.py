"""Driving workers and webhooks by hand: what Celery and Stripe do, one step at a time."""

from datetime import timedelta

from django.test import Client

from marketplace.common.clock import real_now
from marketplace.payments import run
from marketplace.payments.models import StripeCall, StripeEvent
from tests.payments.conftest import WEBHOOK_SECRET
from tests.payments.stripe_sandbox.state import Object, signed

PAST = timedelta(hours=1)
CLIENT = Client()


def deliver(event: Object, *, stamp: int | None = None, secret: str = WEBHOOK_SECRET) -> tuple[int, Object]:
    """Status and body of our answer to a webhook."""
    body, signature = signed(event, secret=secret, stamp=stamp)
    answer = CLIENT.post(
        "/stripe/webhook", body, content_type="application/json", headers={"Stripe-Signature": signature}
    )
    return answer.status_code, answer.json()


def waiting_calls() -> list[StripeCall]:
    return list(StripeCall.objects.filter(state=StripeCall.State.QUEUED).order_by("pk"))


def waiting_events() -> list[StripeEvent]:
    return list(StripeEvent.objects.filter(state=StripeEvent.State.QUEUED).order_by("pk"))


def send(call: StripeCall) -> StripeCall:
    """Now, however long it should have waited; a worker that died over it is long gone."""
    StripeCall.objects.filter(pk=call.pk).update(next_at=real_now() - PAST, lease_until=real_now() - PAST)
    run.send_call(call.public_id)
    call.refresh_from_db()
    return call


def look(event: StripeEvent) -> StripeEvent:
    StripeEvent.objects.filter(pk=event.pk).update(next_at=real_now() - PAST, lease_until=real_now() - PAST)
    run.look_at_event(event.pk)
    event.refresh_from_db()
    return event


def work_off(sandbox) -> None:
    """Send all calls, deliver all events, look at them, until nothing is left."""
    while True:
        calls = waiting_calls()
        for call in calls:
            send(call)
        told = sandbox.events[:]
        sandbox.events.clear()
        for event in told:
            assert deliver(event)[0] == 200
        events = waiting_events()
        for event in events:
            look(event)
        if not (calls or told or events):
            return
