"""By card, against the sandbox (which is not Stripe): deposit, balance, transfers, refunds, what comes back."""

import pytest

from marketplace.common.errors import NotFound
from marketplace.payments import services
from marketplace.payments.errors import ChargeUnderWay, NoCardPayment
from marketplace.payments.ledger import balance, open_cents
from marketplace.payments.models import (
    Account,
    Charge,
    Invoice,
    Payout,
    Refund,
    StripeCall,
    StripeEvent,
)
from marketplace.payments.oracles import open_faults
from tests.builders import NOW
from tests.payments.agreed import an_agreed_order
from tests.payments.by_card import delivered, deposit, onboarded, paid
from tests.payments.cards import send, work_off
from tests.payments.steps import a_line

pytestmark = pytest.mark.django_db


def test_a_deposit_counts_against_the_invoice_and_factories_are_paid_by_transfer(sandbox):
    agreed = an_agreed_order(pays=(60_000, 40_001))
    onboarded(sandbox, agreed)
    charge = deposit(agreed)
    assert charge.amount_cents == 118_651 * 30 // 100
    paid(sandbox, charge)
    invoice = delivered(agreed)
    assert open_cents(invoice) == 118_651 - 35_595
    rest = services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW)
    paid(sandbox, rest)
    assert Invoice.objects.get().status == Invoice.Status.PAID
    assert [one["amount"] for one in sandbox.of("transfer")] == [60_000, 40_001]
    assert set(Payout.objects.values_list("status", "method")) == {("paid", "stripe")}
    assert sandbox.balance == {"cny": 118_651 - 100_001}
    assert balance(agreed.order, Account.Kind.STRIPE) == 118_651 - 100_001
    assert open_faults() == []


def test_a_deposit_is_prepared_once_however_often_it_is_pressed(sandbox):
    agreed = an_agreed_order()
    assert deposit(agreed) == deposit(agreed)
    work_off(sandbox)
    assert len(sandbox.of("checkout.session")) == 1


def test_without_keys_for_a_public_body_and_after_the_invoice_there_is_no_deposit(sandbox, settings):
    public, invoiced, plain = an_agreed_order(public_body=True), an_agreed_order(), an_agreed_order()
    delivered(invoiced)
    settings_off = plain
    for agreed in (public, invoiced):
        with pytest.raises(NoCardPayment):
            deposit(agreed)
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(NoCardPayment):
        deposit(settings_off)
    assert not Charge.objects.exists()
    assert not StripeCall.objects.exists()


def test_a_stranger_s_order_has_no_deposit(sandbox):
    agreed, other = an_agreed_order(), an_agreed_order()
    with pytest.raises(NotFound):
        services.pay_deposit(viewer=other.buyer, order_public_id=agreed.order.public_id, now=NOW)
    assert not Charge.objects.exists()


def test_no_second_page_is_opened_while_one_is_open(sandbox):
    agreed = an_agreed_order()
    deposit(agreed)
    work_off(sandbox)
    invoice = delivered(agreed)
    with pytest.raises(ChargeUnderWay):
        services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW)
    assert Charge.objects.count() == 1


def test_a_page_that_expired_makes_room_for_a_new_one(sandbox):
    agreed = an_agreed_order()
    first = deposit(agreed)
    work_off(sandbox)
    first.refresh_from_db()
    sandbox.expire(first.session_id)
    work_off(sandbox)
    second = deposit(agreed)
    assert second.pk != first.pk
    paid(sandbox, second)
    assert services.free_credit(agreed.order) == second.amount_cents
    assert open_faults() == []


def test_a_factory_without_an_account_is_paid_by_bank_transfer(sandbox):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    paid(sandbox, deposit(agreed))
    invoice = delivered(agreed)
    paid(
        sandbox,
        services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW),
    )
    assert set(Payout.objects.values_list("status", "method")) == {("due", "transfer")}
    assert sandbox.of("transfer") == []


def test_what_was_paid_by_card_goes_back_to_the_card(sandbox, cashier):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    paid(sandbox, deposit(agreed))
    sandbox.refunds_are_slow = True
    refund = services.refund_credit(
        by=cashier, order_public_id=agreed.order.public_id, amount_cents=5_000, now=NOW
    )
    work_off(sandbox)
    refund.refresh_from_db()
    assert refund.status == "sending"
    sandbox.settle_refund(sandbox.of("refund")[0]["id"])
    work_off(sandbox)
    refund.refresh_from_db()
    assert refund.status == "paid"
    assert sandbox.balance["cny"] == balance(agreed.order, Account.Kind.STRIPE)
    assert open_faults() == []


@pytest.mark.parametrize("is_slow", [True, False])
def test_a_refund_that_fails_is_a_credit_again(sandbox, cashier, is_slow):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    paid(sandbox, deposit(agreed))
    before = services.free_credit(agreed.order)
    sandbox.refunds_are_slow = is_slow
    services.refund_credit(by=cashier, order_public_id=agreed.order.public_id, amount_cents=5_000, now=NOW)
    work_off(sandbox)
    sandbox.settle_refund(sandbox.of("refund")[0]["id"], status="failed")
    work_off(sandbox)
    assert Refund.objects.get().status == "failed"
    assert services.free_credit(agreed.order) == before
    assert sandbox.balance["cny"] == balance(agreed.order, Account.Kind.STRIPE)
    assert open_faults() == []


@pytest.mark.parametrize("is_refused", [True, False])
def test_what_stripe_could_not_give_back_goes_back_by_the_bank(sandbox, cashier, is_refused):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    paid(sandbox, deposit(agreed))
    before = services.free_credit(agreed.order)
    of = {"by": cashier, "order_public_id": agreed.order.public_id, "amount_cents": 5_000, "now": NOW}
    sandbox.refunds_are_slow = True
    if is_refused:
        sandbox.faults = ["before-400"]
    services.refund_credit(**of)
    work_off(sandbox)
    if not is_refused:
        sandbox.settle_refund(sandbox.of("refund")[0]["id"], status="failed")
        work_off(sandbox)
    assert Refund.objects.get().status == "failed"
    again = services.refund_credit(**of)
    assert (again.method, again.status) == ("transfer", "due")
    services.confirm_refund(by=cashier, refund_public_id=again.public_id, draft=a_line("R1", 5_000), now=NOW)
    assert services.free_credit(agreed.order) == before - 5_000
    assert open_faults() == []


def test_a_transfer_that_stripe_takes_back_is_owed_again_and_can_be_paid_otherwise(sandbox, cashier):
    """Whole; parts of it are in test_returns."""
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    onboarded(sandbox, agreed)
    invoice = delivered(agreed)
    by_card = services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW)
    paid(sandbox, by_card)
    sandbox.reverse(sandbox.of("transfer")[0]["id"])
    work_off(sandbox)
    sent, again = Payout.objects.order_by("pk")
    assert (sent.status, sent.returned_cents, again.status, again.error) == (
        "paid",
        60_000,
        "failed",
        "reversed",
    )
    assert balance(agreed.order, Account.Kind.PAYABLE, enterprise_id=sent.enterprise_id) == -60_000
    services.resend_payout(by=cashier, payout_public_id=again.public_id)
    work_off(sandbox)
    services.confirm_payout(by=cashier, payout_public_id=again.public_id, draft=a_line("B1", 60_000), now=NOW)
    sandbox.tell_again("transfer.reversed", sandbox.of("transfer")[0])
    work_off(sandbox)
    assert balance(agreed.order, Account.Kind.PAYABLE, enterprise_id=sent.enterprise_id) == 0
    assert len(sandbox.of("transfer")) == 1
    assert open_faults() == []


def test_what_came_by_card_may_be_paid_out_by_the_bank(sandbox, cashier):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    invoice = delivered(agreed)
    paid(
        sandbox,
        services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW),
    )
    services.confirm_payout(
        by=cashier, payout_public_id=Payout.objects.get().public_id, draft=a_line("B1", 60_000), now=NOW
    )
    assert open_faults() == []


def test_a_second_payment_for_one_page_is_not_mistaken_for_the_first(sandbox):
    agreed = an_agreed_order()
    charge = deposit(agreed)
    paid(sandbox, charge)
    charge.refresh_from_db()
    first, held = charge.intent_id, balance(agreed.order, Account.Kind.STRIPE)
    second = sandbox.another_intent(first)
    work_off(sandbox)
    charge.refresh_from_db()
    assert (charge.intent_id, balance(agreed.order, Account.Kind.STRIPE)) == (first, held)
    event = StripeEvent.objects.get(object_id=second)
    assert (event.state, first in event.error) == (StripeEvent.State.DEAD, True)


def test_a_second_transfer_for_one_pay_out_stops_its_call_for_a_person(sandbox):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    onboarded(sandbox, agreed)
    invoice = delivered(agreed)
    paid(
        sandbox,
        services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW),
    )
    Payout.objects.update(transfer_id="tr_of_another_call")
    StripeCall.objects.filter(kind="transfer").update(state=StripeCall.State.QUEUED)
    call = send(StripeCall.objects.get(kind="transfer"))
    assert (call.state, "tr_of_another_call" in call.error) == (StripeCall.State.DEAD, True)
    assert Payout.objects.get().transfer_id == "tr_of_another_call"
