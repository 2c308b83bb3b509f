"""Workers die at any point of a row, and rows kill workers: nothing is done twice, nothing is tried for ever."""

from datetime import timedelta

import pytest

from marketplace.common.clock import real_now
from marketplace.payments import services
from marketplace.payments.errors import NotDue
from marketplace.payments.ledger import balances
from marketplace.payments.models import Entry, Payout, Refund, StripeCall, StripeEvent
from marketplace.payments.oracles import open_faults
from marketplace.payments.services import outbox
from tests.builders import NOW, a_person
from tests.payments.agreed import an_agreed_order
from tests.payments.by_card import delivered, deposit, onboarded
from tests.payments.cards import deliver, look, send, waiting_calls, waiting_events, work_off
from tests.payments.deaths import DEATHS, dying, falling_asleep, left_lying
from tests.payments.test_pages import browser_of

pytestmark = pytest.mark.django_db


def a_paid_order(sandbox, agreed, cashier, *, how=None) -> tuple:
    """Deposit, delivery, balance, transfers and a refund; every row is worked off by `how`."""
    onboarded(sandbox, agreed)
    finish = how or work_off
    first = deposit(agreed)
    finish(sandbox)
    first.refresh_from_db()
    sandbox.pay(first.session_id)
    finish(sandbox)
    invoice = delivered(agreed)
    rest = services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW)
    finish(sandbox)
    rest.refresh_from_db()
    sandbox.pay(rest.session_id)
    finish(sandbox)
    services.credit_invoice(
        by=cashier, invoice_public_id=invoice.public_id, net_cents=1_000, reason="late", now=NOW
    )
    services.refund_credit(by=cashier, order_public_id=agreed.order.public_id, amount_cents=1_130, now=NOW)
    finish(sandbox)
    sandbox.reverse(sandbox.of("transfer")[0]["id"], 10_000)
    finish(sandbox)
    sums = sorted((kind, cents) for (kind, _pk), cents in balances(agreed.order).items() if cents)
    made = [len(sandbox.of(kind)) for kind in ("checkout.session", "payment_intent", "transfer", "refund")]
    return sums, made, sorted(Payout.objects.filter(order=agreed.order).values_list("amount_cents", "status"))


@pytest.mark.parametrize("when", DEATHS)
def test_where_every_worker_dies_once_over_each_row_the_end_is_the_same(sandbox, cashier, when):
    def with_deaths(sandbox) -> None:
        while True:
            calls, told = waiting_calls(), sandbox.events[:]
            for call in calls:
                with dying(when):
                    send(call)
                assert left_lying()[0] == [call], "nothing tidies up after kill -9"
                send(call)
            sandbox.events.clear()
            for event in told:
                assert deliver(event)[0] == 200
            events = waiting_events()
            for event in events:
                with dying(when):
                    look(event)
                look(event)
            if not (calls or told or events):
                return

    end = a_paid_order(sandbox, an_agreed_order(pays=(60_000, 40_001)), cashier, how=with_deaths)
    assert left_lying() == ([], [])
    assert open_faults() == []
    assert end == EXPECTED


EXPECTED = (
    [
        ("allowance", 1_000),
        ("payable", -10_000),
        ("stripe", 118_651 - 100_001 - 1_130 + 10_000),
        ("tax", -13_520),
        ("transport", -5_000),
    ],
    [2, 2, 2, 1],
    [(10_000, "failed"), (40_001, "paid"), (60_000, "paid")],
)


def test_without_deaths_it_ends_as_expected(sandbox, cashier):
    assert a_paid_order(sandbox, an_agreed_order(pays=(60_000, 40_001)), cashier) == EXPECTED


def test_a_worker_that_wakes_when_another_has_done_its_call_writes_nothing(sandbox, cashier):
    agreed, naps = an_agreed_order(pays=(60_000,), transport=0), []
    onboarded(sandbox, agreed)
    deposit(agreed)
    (call,) = waiting_calls()
    with falling_asleep(naps):
        send(call)
    assert send(call).state == StripeCall.State.DONE
    done_at = call.finished_at
    assert naps[0]() is False
    call.refresh_from_db()
    assert call.finished_at == done_at
    assert len(sandbox.of("checkout.session")) == 1


def test_a_call_over_which_every_worker_dies_is_given_up_for_a_person(sandbox, cashier):
    deposit(an_agreed_order())
    (call,) = waiting_calls()
    for _attempt in range(outbox.MAX_ATTEMPTS):
        with dying("leased"):
            send(call)
    assert send(call).state == StripeCall.State.DEAD
    assert sandbox.of("checkout.session") == []
    services.revive_call(by=cashier, public_id=call.public_id)
    assert send(call).state == StripeCall.State.DONE


def test_an_event_over_which_every_worker_dies_is_given_up_and_shown(sandbox, cashier):
    agreed = an_agreed_order()
    charge = deposit(agreed)
    work_off(sandbox)
    charge.refresh_from_db()
    sandbox.pay(charge.session_id)
    paid = next(one for one in sandbox.events if one["type"] == "payment_intent.succeeded")
    deliver(paid)
    (event,) = waiting_events()
    for _attempt in range(outbox.MAX_ATTEMPTS):
        with dying("leased"):
            look(event)
    assert look(event).state == StripeEvent.State.DEAD
    assert not Entry.objects.exists()
    desk, path = browser_of(cashier), f"/staff/money/events/{event.event_id}/again/"
    assert "no worker came to an end with it" in desk.get("/staff/money/").content.decode()
    for who in (agreed.buyer, a_person(is_staff=True)):
        assert browser_of(who).post(path).status_code == 404
    event.refresh_from_db()
    assert event.state == StripeEvent.State.DEAD
    assert "looked at again" in desk.post(path, follow=True).content.decode()
    assert look(event).state == StripeEvent.State.DONE
    assert Entry.objects.get().kind == Entry.Kind.CARD
    with pytest.raises(NotDue):
        services.revive_event(by=cashier, event_id=event.event_id)


def test_that_an_old_call_may_not_be_looked_up_does_not_mean_that_it_did_not_happen(sandbox, cashier):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    paid_by = deposit(agreed)
    work_off(sandbox)
    paid_by.refresh_from_db()
    sandbox.pay(paid_by.session_id)
    work_off(sandbox)
    refund = services.refund_credit(
        by=cashier, order_public_id=agreed.order.public_id, amount_cents=5_000, now=NOW
    )
    (call,) = waiting_calls()
    sandbox.faults = ["after-drop"]
    send(call)
    StripeCall.objects.filter(pk=call.pk).update(first_sent_at=real_now() - timedelta(hours=21))
    looks, sandbox.get = sandbox.get, lambda *_of: (400, {"error": {"type": "invalid_request_error"}})
    assert send(call).state == StripeCall.State.QUEUED
    assert Refund.objects.get(pk=refund.pk).status == "sending"
    sandbox.get = looks
    assert send(call).state == StripeCall.State.DONE
    assert len(sandbox.of("refund")) == 1
    assert Refund.objects.get(pk=refund.pk).status == "paid"
    assert open_faults() == []
