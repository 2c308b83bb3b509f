"""Stripe takes a transfer back, whole or in part: what came back is owed again, to the cent, however it is told."""

import itertools
from datetime import timedelta

import pytest

from marketplace.common.clock import real_now
from marketplace.payments import run, selectors, services
from marketplace.payments.errors import NotDue, WrongAmount
from marketplace.payments.ledger import balance
from marketplace.payments.models import Account, Entry, Payout, Refund, StripeCall, StripeEvent
from marketplace.payments.models.movement import MovementStatus
from marketplace.payments.oracles import open_faults
from marketplace.payments.services import effects
from tests.builders import NOW, an_api_client
from tests.payments.agreed import an_agreed_order
from tests.payments.by_card import delivered, deposit, onboarded, paid
from tests.payments.cards import deliver, look, send, waiting_calls, waiting_events, work_off
from tests.payments.steps import a_line
from tests.payments.test_pages import browser_of

pytestmark = pytest.mark.django_db
PAY = 60_000


@pytest.fixture
def sent(sandbox):
    """An order that is paid by card, and its only factory by a transfer."""
    agreed = an_agreed_order(pays=(PAY,), transport=0)
    onboarded(sandbox, agreed)
    invoice = delivered(agreed)
    by_card = services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW)
    paid(sandbox, by_card)
    assert Payout.objects.get().status == MovementStatus.PAID
    return agreed


def transfer_of(sandbox) -> str:
    (transfer,) = sandbox.of("transfer")
    return transfer["id"]


def owed(agreed) -> int:
    return -balance(agreed.order, Account.Kind.PAYABLE, enterprise_id=agreed.factories[0].enterprise_id)


def pay_again(cashier, payout: Payout) -> None:
    services.pay_by_transfer(by=cashier, payout_public_id=payout.public_id)
    draft = a_line(f"B{payout.pk}", payout.amount_cents)
    services.confirm_payout(by=cashier, payout_public_id=payout.public_id, draft=draft, now=NOW)


@pytest.mark.parametrize("parts", [(1,), (20_000,), (PAY,), (20_000, 1, 39_999), (59_999, 1)])
def test_what_came_back_is_owed_again_and_paid_by_the_bank(sandbox, sent, cashier, parts):
    for part in parts:
        sandbox.reverse(transfer_of(sandbox), part)
        work_off(sandbox)
    first, *again = Payout.objects.order_by("pk")
    assert (first.status, first.returned_cents) == (MovementStatus.PAID, sum(parts))
    assert [(one.amount_cents, one.status, one.again_for) for one in again] == [
        (part, MovementStatus.FAILED, first) for part in parts
    ]
    assert owed(sent) == sum(parts)
    assert balance(sent.order, Account.Kind.STRIPE) == sandbox.balance["cny"]
    assert open_faults() == []
    for payout in again:
        pay_again(cashier, payout)
    sandbox.tell_again("transfer.reversed", sandbox.of("transfer")[0])
    work_off(sandbox)
    assert owed(sent) == 0
    assert balance(sent.order, Account.Kind.BANK) == -sum(parts)
    assert open_faults() == []


def test_two_parts_that_are_seen_at_once_are_one(sandbox, sent):
    sandbox.reverse(transfer_of(sandbox), 20_000)
    sandbox.reverse(transfer_of(sandbox), 5_000)
    work_off(sandbox)
    assert [one.amount_cents for one in Payout.objects.filter(again_for__isnull=False)] == [25_000]
    assert owed(sent) == 25_000
    assert open_faults() == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_events_of_parts_in_any_order_and_twice_end_the_same(sandbox, sent, order):
    for part in (10_000, 2_000, 300):
        sandbox.reverse(transfer_of(sandbox), part)
    told = sandbox.events[:]
    sandbox.events.clear()
    for number in (*order, *order):
        assert deliver(told[number])[0] == 200
        for event in waiting_events():
            look(event)
    assert owed(sent) == 12_300
    assert Entry.objects.filter(kind=Entry.Kind.RETURNED).count() == 1
    assert open_faults() == []


def test_an_older_look_that_ends_later_changes_nothing(sandbox, sent):
    """A worker fetched the transfer, was paused, and another saw more of it come back."""
    transfer = sandbox.objects[transfer_of(sandbox)]
    sandbox.reverse(transfer["id"], 10_000)
    older = dict(transfer)
    sandbox.reverse(transfer["id"], 5_000)
    work_off(sandbox)
    effects.apply_transfer(Payout.objects.first().public_id, older, NOW, real_now())
    assert Payout.objects.first().returned_cents == 15_000
    assert owed(sent) == 15_000
    assert open_faults() == []


def test_a_part_that_came_back_before_we_knew_that_it_was_sent(sandbox):
    agreed = an_agreed_order(pays=(PAY,), transport=0)
    onboarded(sandbox, agreed)
    invoice = delivered(agreed)
    charge = services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW)
    work_off(sandbox)
    charge.refresh_from_db()
    sandbox.pay(charge.session_id)
    run.look_again()
    for event in sandbox.events:
        deliver(event)
    sandbox.events.clear()
    for event in waiting_events():
        look(event)
    (call,) = waiting_calls()
    sandbox.faults = ["after-drop"]
    send(call)
    sandbox.reverse(transfer_of(sandbox), 7)
    work_off(sandbox)
    assert (Payout.objects.first().status, owed(agreed)) == (MovementStatus.PAID, 7)
    assert open_faults() == []


def test_a_part_that_no_event_told_is_found_by_looking_once_a_day(sandbox, sent):
    sandbox.reverse(transfer_of(sandbox), 20_000)
    sandbox.events.clear()
    run.look_again()
    assert owed(sent) == 0, "looked at a moment ago"
    Payout.objects.update(looked_at=real_now() - timedelta(hours=25))
    run.look_again()
    assert owed(sent) == 20_000
    StripeCall.objects.update(finished_at=real_now() - timedelta(days=31))
    sandbox.reverse(transfer_of(sandbox), 5)
    Payout.objects.update(looked_at=None)
    run.look_again()
    assert owed(sent) == 20_000, "after a month nobody looks any more"


def test_a_transfer_that_does_not_fit_stands_in_no_other_s_way(sandbox, monkeypatch):
    agreed = an_agreed_order(pays=(PAY, PAY), transport=0)
    onboarded(sandbox, agreed)
    invoice = delivered(agreed)
    paid(
        sandbox,
        services.pay_invoice_by_card(viewer=agreed.buyer, invoice_public_id=invoice.public_id, now=NOW),
    )
    first, second = Payout.objects.order_by("pk")
    sandbox.objects[first.transfer_id]["amount_reversed"] = PAY + 1
    sandbox.reverse(second.transfer_id, 5)
    sandbox.events.clear()
    Payout.objects.update(looked_at=None)
    monkeypatch.setattr(run, "AT_ONCE", 1)
    for _sweep in range(2):
        run.look_again()
    second.refresh_from_db()
    assert second.returned_cents == 5
    assert open_faults() == []


def test_what_came_back_is_not_sent_by_stripe_again_and_only_with_its_exact_amount(sandbox, sent, cashier):
    sandbox.reverse(transfer_of(sandbox), 20_000)
    work_off(sandbox)
    again = Payout.objects.get(again_for__isnull=False)
    assert services.resend_payout(by=cashier, payout_public_id=again.public_id).method == "transfer"
    work_off(sandbox)
    assert len(sandbox.of("transfer")) == 1
    with pytest.raises(WrongAmount):
        services.confirm_payout(
            by=cashier, payout_public_id=again.public_id, draft=a_line("B1", PAY), now=NOW
        )
    with pytest.raises(NotDue):
        services.pay_by_transfer(by=cashier, payout_public_id=Payout.objects.first().public_id)
    assert owed(sent) == 20_000


def test_more_back_than_was_sent_is_not_booked_and_waits_for_a_person(sandbox, sent, cashier):
    transfer = sandbox.objects[transfer_of(sandbox)]
    transfer["amount_reversed"] = PAY + 1
    sandbox.tell_again("transfer.reversed", transfer)
    work_off(sandbox)
    assert owed(sent) == 0
    assert StripeEvent.objects.filter(state=StripeEvent.State.DEAD).count() == 1
    desk = browser_of(cashier).get("/staff/money/").content.decode()
    assert "News from Stripe that does not fit" in desk and transfer["id"] in desk


def test_the_factory_sees_what_came_back_and_that_it_is_owed(sandbox, sent):
    sandbox.reverse(transfer_of(sandbox), 20_000)
    work_off(sandbox)
    (factory,) = sent.factories
    (pay,) = selectors.pays(factory)
    assert (pay.paid_cents, pay.due_cents, pay.is_paid) == (40_000, 20_000, False)
    page = browser_of(factory).get("/payouts/").content.decode()
    assert "of it was taken back by Stripe and is paid again" in page
    shown = an_api_client(factory).get("/api/v1/payouts").json()["results"]
    assert sorted((one["amount_cents"], one["returned_cents"], one["status"]) for one in shown) == [
        (20_000, 0, "failed"),
        (PAY, 20_000, "paid"),
    ]


def test_a_transfer_for_a_pay_out_that_was_refused_is_not_passed_over(sandbox, sent):
    """Refused, the row is another's to pay; an object that turns up for it all the same needs a person."""
    Payout.objects.update(status=MovementStatus.FAILED, transfer_id="")
    sandbox.tell_again("transfer.updated", sandbox.of("transfer")[0])
    work_off(sandbox)
    (event,) = StripeEvent.objects.filter(state=StripeEvent.State.DEAD)
    assert Payout.objects.get().public_id in event.error
    assert Payout.objects.get().status == MovementStatus.FAILED


def test_a_second_refund_for_one_effect_and_one_for_a_refused_one_need_a_person(sandbox, cashier):
    agreed = an_agreed_order(pays=(PAY,), transport=0)
    paid(sandbox, deposit(agreed))
    services.refund_credit(by=cashier, order_public_id=agreed.order.public_id, amount_cents=5_000, now=NOW)
    work_off(sandbox)
    before = services.free_credit(agreed.order)
    for row in ({"refund_id": "re_of_another_call"}, {"refund_id": "", "status": MovementStatus.FAILED}):
        Refund.objects.update(**row)
        sandbox.tell_again("refund.updated", sandbox.of("refund")[0])
        work_off(sandbox)
    assert StripeEvent.objects.filter(state=StripeEvent.State.DEAD).count() == 2
    assert services.free_credit(agreed.order) == before
