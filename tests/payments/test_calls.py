"""Calls to the sandbox (not Stripe) whose answer is lost, late, doubled or wrong; what no event told is looked up."""

from datetime import timedelta

import pytest

from marketplace.common.clock import real_now
from marketplace.payments import run, services
from marketplace.payments.models import (
    Charge,
    ConnectedAccount,
    Payout,
    Refund,
    StripeCall,
    StripeEvent,
)
from marketplace.payments.oracles import open_faults
from marketplace.payments.services import outbox
from tests.builders import NOW
from tests.payments.agreed import an_agreed_order
from tests.payments.by_card import delivered, deposit, onboarded, paid
from tests.payments.cards import send, waiting_calls, work_off

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fault", ["before-500", "before-429", "before-drop", "after-drop", "after-502"])
def test_a_call_whose_answer_is_lost_is_repeated_under_its_key_and_happens_once(sandbox, fault):
    agreed = an_agreed_order()
    deposit(agreed)
    sandbox.faults = [fault]
    (call,) = waiting_calls()
    assert send(call).state == StripeCall.State.QUEUED
    assert call.next_at > real_now()
    assert send(call).state == StripeCall.State.DONE
    assert len(sandbox.of("checkout.session")) == 1
    assert {key for _path, key in sandbox.calls} == {call.public_id}


def test_a_time_out_is_no_refusal(sandbox, settings):
    settings.STRIPE_TIMEOUT_S = 0.4
    deposit(an_agreed_order())
    sandbox.faults = ["slow"]
    (call,) = waiting_calls()
    assert send(call).state == StripeCall.State.QUEUED
    settings.STRIPE_TIMEOUT_S = 5.0
    assert send(call).state == StripeCall.State.DONE
    assert len(sandbox.of("checkout.session")) == 1


def test_where_the_key_says_500_for_ever_the_event_tells_that_it_happened(sandbox):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    onboarded(sandbox, agreed)
    invoice = delivered(agreed)
    paid_at = services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW)
    work_off(sandbox)
    paid_at.refresh_from_db()
    sandbox.pay(paid_at.session_id)
    sandbox.faults = ["after-500"]
    work_off(sandbox)
    assert len(sandbox.of("transfer")) == 1
    assert Payout.objects.get().status == "paid"
    assert StripeCall.objects.get(kind="transfer").state == StripeCall.State.DONE
    assert open_faults() == []


def test_a_refused_call_fails_its_row_and_a_person_may_try_again(sandbox, cashier):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    onboarded(sandbox, agreed)
    invoice = delivered(agreed)
    account = sandbox.of("account")[0]
    account["payouts_enabled"] = False
    paid(
        sandbox,
        services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW),
    )
    payout = Payout.objects.get()
    assert payout.status == "failed"
    assert "insufficient_capabilities" in payout.error
    account["payouts_enabled"] = True
    services.resend_payout(by=cashier, payout_public_id=payout.public_id)
    work_off(sandbox)
    payout.refresh_from_db()
    assert payout.status == "paid"
    assert len(sandbox.of("transfer")) == 1
    assert open_faults() == []


def test_a_worker_that_lost_its_lease_writes_nothing(sandbox):
    deposit(an_agreed_order())
    (call,) = waiting_calls()
    slow = outbox.lease_call(public_id=call.public_id)
    StripeCall.objects.filter(pk=call.pk).update(lease_until=real_now() - timedelta(seconds=1))
    quick = outbox.lease_call(public_id=call.public_id)
    assert quick.fencing_token == slow.fencing_token + 1
    assert not outbox.close_call(slow, state=StripeCall.State.FAILED, error="late")
    assert outbox.close_call(quick, state=StripeCall.State.DONE, object_id="x")
    assert outbox.lease_call(public_id=call.public_id) is None


def test_a_call_that_is_never_answered_goes_to_the_list_of_the_dead_and_can_be_sent_again(sandbox, cashier):
    deposit(an_agreed_order())
    (call,) = waiting_calls()
    sandbox.faults = ["before-500"] * outbox.MAX_ATTEMPTS
    for _attempt in range(outbox.MAX_ATTEMPTS):
        send(call)
    assert call.state == StripeCall.State.DEAD
    services.revive_call(by=cashier, public_id=call.public_id)
    assert send(call).state == StripeCall.State.DONE


def test_once_the_key_may_be_forgotten_what_it_made_is_looked_up_before_it_is_sent(sandbox):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    onboarded(sandbox, agreed)
    invoice = delivered(agreed)
    charge = services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW)
    work_off(sandbox)
    charge.refresh_from_db()
    sandbox.pay(charge.session_id)
    Charge.objects.update(looked_at=None)
    run.look_again()
    (call,) = waiting_calls()
    sandbox.faults = ["after-drop"]
    send(call)
    sandbox.answers.clear()  # a day later
    StripeCall.objects.filter(pk=call.pk).update(first_sent_at=real_now() - timedelta(hours=21))
    assert send(call).state == StripeCall.State.DONE
    assert len(sandbox.of("transfer")) == 1
    assert Payout.objects.get().status == "paid"


def test_what_no_event_told_is_found_by_looking_again(sandbox):
    agreed = an_agreed_order()
    charge = deposit(agreed)
    for call in waiting_calls():
        send(call)
    charge.refresh_from_db()
    sandbox.pay(charge.session_id)
    sandbox.events.clear()
    run.look_again()
    assert services.free_credit(agreed.order) == 0  # looked at a moment ago
    Charge.objects.update(looked_at=real_now() - timedelta(hours=1))
    run.look_again()
    assert services.free_credit(agreed.order) == charge.amount_cents


@pytest.mark.parametrize("is_broken", [False, True])
def test_pages_that_nobody_can_look_at_stand_in_the_way_of_no_other_page_or_account(
    sandbox, monkeypatch, is_broken
):
    """Two pages of which Stripe tells nothing that makes sense, and a third that was paid; one look at a time."""
    agreed = [an_agreed_order() for _number in range(3)]
    charges = [deposit(one) for one in agreed]
    services.connect_stripe(viewer=agreed[0].factories[0], real_now=real_now())
    for call in waiting_calls():
        send(call)
    for charge in charges:
        charge.refresh_from_db()
    for charge in charges[:2]:
        page = sandbox.objects[charge.session_id]
        page.update({"metadata": 7}) if is_broken else sandbox.objects.pop(charge.session_id)
    sandbox.pay(charges[2].session_id)
    sandbox.onboard(sandbox.of("account")[0]["id"])
    sandbox.events.clear()
    Charge.objects.update(looked_at=None)
    ConnectedAccount.objects.update(looked_at=None)
    monkeypatch.setattr(run, "AT_ONCE", 1)
    run.look_again()
    assert ConnectedAccount.objects.get().payouts_enabled, "after a page that is wrong"
    for _sweep in range(2):
        run.look_again()
    assert services.free_credit(agreed[2].order) == charges[2].amount_cents


def test_refunds_that_nobody_can_look_at_stand_in_no_other_refund_s_way(sandbox, cashier, monkeypatch):
    sandbox.refunds_are_slow = True
    agreed = [an_agreed_order() for _number in range(2)]
    for one in agreed:
        paid(sandbox, deposit(one))
        services.refund_credit(by=cashier, order_public_id=one.order.public_id, amount_cents=500, now=NOW)
    work_off(sandbox)
    first, second = (one["id"] for one in sandbox.of("refund"))
    sandbox.objects[first]["amount"] = 7
    sandbox.settle_refund(second)
    sandbox.events.clear()
    Refund.objects.update(looked_at=None)
    monkeypatch.setattr(run, "AT_ONCE", 1)
    for _sweep in range(2):
        run.look_again()
    assert set(Refund.objects.values_list("refund_id", "status")) == {(first, "sending"), (second, "paid")}


def test_another_amount_or_currency_than_was_asked_is_not_booked_and_waits_for_a_person(sandbox):
    agreed = an_agreed_order()
    charge = deposit(agreed)
    work_off(sandbox)
    charge.refresh_from_db()
    sandbox.pay(charge.session_id)
    sandbox.of("payment_intent")[0]["currency"] = "usd"
    work_off(sandbox)
    assert services.free_credit(agreed.order) == 0
    dead = StripeEvent.objects.filter(state=StripeEvent.State.DEAD)
    assert {one.kind for one in dead} >= {"payment_intent.succeeded", "checkout.session.completed"}


def test_an_onboarding_link_comes_with_the_account_and_anew_when_it_is_over(sandbox):
    agreed = an_agreed_order(pays=(60_000,))
    (factory,) = agreed.factories
    services.connect_stripe(viewer=factory, real_now=real_now())
    services.connect_stripe(viewer=factory, real_now=real_now())
    work_off(sandbox)
    account = ConnectedAccount.objects.get()
    assert account.link_url == "https://connect.invalid/setup"
    assert len(sandbox.of("account")) == 1
    services.connect_stripe(viewer=factory, real_now=real_now())
    assert [call.kind for call in waiting_calls()] == ["account-link"]


def test_a_request_that_the_types_of_the_package_do_not_know_is_refused(sandbox):
    bad = {"amount": "5", "currency": "cny", "destination": "acct", "colour": "red"}
    assert sandbox.post("/v1/transfers", bad, key="1")[1]["error"]["param"] == "colour"
    worse = {"amount": "five", "currency": "cny", "destination": "acct"}
    assert sandbox.post("/v1/transfers", worse, key="2")[1]["error"]["param"] == "amount"
    assert sandbox.post("/v1/transfers", {"amount": "5"}, key="3")[0] == 400
    nested = {"country": "CN", "controller": {"fees": {"payer": "nobody"}}}
    assert sandbox.post("/v1/accounts", nested, key="4")[0] == 400
    assert sandbox.objects == {}
