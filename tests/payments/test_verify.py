"""`manage.py verify payments` ends with 1 on a fault of each kind, and says whose it is: each oracle is asked there."""

import pytest
from django.core.management import call_command

from marketplace.orders.models import Order
from marketplace.payments.models import (
    BankLine,
    Entry,
    Invoice,
    InvoiceSeries,
    Line,
    Payout,
    StripeCall,
)
from marketplace.payments.oracles import ORACLES
from marketplace.trading.models import Deal, Run
from tests.builders import NOW
from tests.payments.test_oracles import paid_order, unguarded

pytestmark = pytest.mark.django_db
__all__ = ["paid_order"]  # the fixture: delivered, invoiced, paid, and the factory paid out


def off_by_a_cent() -> None:
    line = Line.objects.filter(entry__kind=Entry.Kind.INVOICED).first()
    Line.objects.filter(pk=line.pk).update(amount_cents=line.amount_cents + 1)


def paid_out_twice() -> None:
    for line in Line.objects.filter(entry__kind=Entry.Kind.PAID_OUT):
        Line.objects.filter(pk=line.pk).update(amount_cents=2 * line.amount_cents)


def released_twice() -> None:
    for line in Line.objects.filter(entry__kind=Entry.Kind.RELEASED):
        Line.objects.filter(pk=line.pk).update(amount_cents=2 * line.amount_cents)


def a_note_nobody_booked() -> None:
    invoice = Invoice.objects.get()
    Invoice.objects.create(
        order=invoice.order, buyer=invoice.buyer, credits=invoice, year=2026, sequence=2, reference="x",
        status="credited", accepted_total=300, net_cents=1, fee_cents=0, tax_bp=0, tax_cents=0, total_cents=1,
        currency="CNY", issued_at=NOW, due_on=NOW.date(), because="less",
    )  # fmt: skip
    InvoiceSeries.objects.update(last=2)


def two_calls_for_one_object() -> None:
    for subject in ("pay_x", "pay_y"):
        StripeCall.objects.create(
            kind="transfer", subject=subject, object_id="tr_1", params={}, state="done", next_at=NOW
        )


PLANTED = {
    "entries_sum_to_zero": (off_by_a_cent, "is off by 1 CNY cents"),
    "cash_is_what_moved": (
        lambda: BankLine.objects.filter(amount_cents__gt=0).update(amount_cents=7),
        "captured 7",
    ),
    "cash_is_never_negative": (paid_out_twice, "payable is overdrawn by 60000"),
    "earned_is_what_was_accepted": (lambda: Run.objects.update(pay_cents=60_001), "its share is 60001"),
    "pay_is_released_with_cover": (released_twice, "120000 cents of pay were released"),
    "done_orders_have_followed_their_changes": (
        lambda: Order.objects.update(status="done"),
        "is done and money has not followed",
    ),
    "invoice_numbers_have_no_gap": (lambda: InvoiceSeries.objects.update(last=7), "the series is at 7"),
    "invoices_stand_as_the_ledger_says": (
        lambda: Invoice.objects.update(status="issued"),
        "is issued and the ledger says paid",
    ),
    "nothing_is_invoiced_beyond_an_order": (
        lambda: Deal.objects.update(net_cents=64_999),
        "1 cents are invoiced beyond",
    ),
    "credit_notes_are_booked_and_within_their_invoices": (
        a_note_nobody_booked,
        "2026-000002 is booked with 0 of 1",
    ),
    "payable_is_what_waits": (
        lambda: Payout.objects.update(status="failed"),
        "owed 0 cents and pay-outs over 60000 wait",
    ),
    "each_effect_has_one_object": (two_calls_for_one_object, "object tr_1 of Stripe answered 2 calls"),
}


def test_there_is_a_planted_fault_for_each_oracle():
    assert set(PLANTED) == {oracle.__name__ for oracle in ORACLES}


@pytest.mark.parametrize("oracle", sorted(PLANTED))
def test_verify_finds_the_planted_fault_and_is_silent_without_it(paid_order, oracle, capsys):
    call_command("verify", "payments")
    capsys.readouterr()
    plant, says = PLANTED[oracle]
    with unguarded("line", "bankline", "invoice", "payout"):
        plant()
    with pytest.raises(SystemExit) as ended:
        call_command("verify", "payments")
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert says in said
    assert any(says in fault for one in ORACLES if one.__name__ == oracle for fault in one())
