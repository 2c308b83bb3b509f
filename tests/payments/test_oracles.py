"""Each oracle of money is red on a planted bug, and names it. The database would refuse most: its triggers sleep here."""

from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection

from marketplace.payments import services
from marketplace.payments.ledger import Move, post
from marketplace.payments.models import (
    Account,
    BankLine,
    Entry,
    Invoice,
    InvoiceSeries,
    Line,
    Payout,
    StripeCall,
)
from marketplace.payments.oracles import (
    cash_is_never_negative,
    cash_is_what_moved,
    credit_notes_are_booked_and_within_their_invoices,
    each_effect_has_one_object,
    earned_is_what_was_accepted,
    entries_sum_to_zero,
    invoice_numbers_have_no_gap,
    invoices_stand_as_the_ledger_says,
    nothing_is_invoiced_beyond_an_order,
    open_faults,
    pay_is_released_with_cover,
    payable_is_what_waits,
)
from marketplace.trading.models import Deal, Run
from tests.builders import NOW
from tests.payments.agreed import an_agreed_order

pytestmark = pytest.mark.django_db


@contextmanager
def unguarded(*tables: str):
    """Triggers of these tables sleep; everything is undone when the test ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE payments_{table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE payments_{table} ENABLE TRIGGER USER")


@pytest.fixture
def paid_order(cashier):
    """Delivered, invoiced, paid, and the factory paid out."""
    agreed = an_agreed_order(pays=(60_000,), transport=5_000)
    services.accept_delivery(order_id=agreed.order.pk, key="all", accepted_total=300, now=NOW)
    invoice = services.issue_invoice(order_public_id=agreed.order.public_id, now=NOW)

    def draft(bank_id: str, cents: int) -> services.BankDraft:
        return services.BankDraft(bank_id=bank_id, amount_cents=cents, currency="CNY", booked_on=NOW.date())

    services.confirm_transfer(
        by=cashier, reference=invoice.reference, draft=draft("B1", invoice.total_cents), now=NOW
    )
    payout = Payout.objects.get()
    services.confirm_payout(by=cashier, payout_public_id=payout.public_id, draft=draft("B2", 60_000), now=NOW)
    assert open_faults() == []
    return agreed.order


def test_a_cent_that_is_missing_in_an_entry(paid_order):
    with unguarded("line"):
        line = Line.objects.filter(entry__kind=Entry.Kind.TRANSFER_IN).first()
        Line.objects.filter(pk=line.pk).update(amount_cents=line.amount_cents - 1)
    assert list(entries_sum_to_zero()) == [f"entry {line.entry.public_id} is off by -1 CNY cents"]


def test_a_line_that_was_taken_out_with_its_other_side(paid_order):
    with unguarded("line"):
        entry = Entry.objects.get(kind=Entry.Kind.PAID_OUT)
        entry.lines.all().delete()
    assert f"entry {entry.public_id} has 0 lines and was posted with 2" in list(entries_sum_to_zero())


def test_a_bank_line_that_nobody_booked(paid_order):
    with unguarded("bankline"):
        BankLine.objects.filter(amount_cents__gt=0).update(amount_cents=1)
    (fault,) = cash_is_what_moved()
    assert paid_order.public_id in fault


def test_a_pay_out_that_is_paid_twice_in_the_ledger(paid_order):
    with unguarded("line"):
        for line in Line.objects.filter(entry__kind=Entry.Kind.PAID_OUT):
            Line.objects.filter(pk=line.pk).update(amount_cents=2 * line.amount_cents)
    assert len(list(cash_is_what_moved())) == 1
    assert {fault.split(": ")[1].split(" ")[0] for fault in cash_is_never_negative()} == {"cash", "payable"}


def test_a_factory_that_earned_another_sum_than_its_share(paid_order):
    with unguarded("line"):
        for line in Line.objects.filter(entry__kind=Entry.Kind.ACCEPTED, account__kind="earned"):
            Line.objects.filter(pk=line.pk).update(amount_cents=line.amount_cents + 5)
    (fault,) = earned_is_what_was_accepted()
    assert "earned 59995 and its share is 60000" in fault


def test_a_number_that_was_left_out(paid_order):
    InvoiceSeries.objects.update(last=2)
    assert list(invoice_numbers_have_no_gap()) == [
        "invoices of 2026: 1 numbers from 1 to 1, the series is at 2"
    ]
    with unguarded("invoice"):
        Invoice.objects.update(sequence=2)
    assert len(list(invoice_numbers_have_no_gap())) == 1


def test_an_invoice_whose_status_or_total_is_not_the_ledger_s(paid_order):
    Invoice.objects.update(status=Invoice.Status.ISSUED)
    assert list(invoices_stand_as_the_ledger_says()) == [
        "invoice 2026-000001 is issued and the ledger says paid"
    ]
    with unguarded("invoice"):
        Invoice.objects.update(total_cents=1, net_cents=1, tax_cents=0)
    assert "is booked with" in next(invoices_stand_as_the_ledger_says())


def test_two_objects_for_one_effect_and_one_object_for_two(paid_order):
    done = {"params": {}, "state": StripeCall.State.DONE, "next_at": NOW}
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_call_for_an_effect")
    for object_id in ("tr_1", "tr_2"):
        StripeCall.objects.create(kind="transfer", subject="pay_x", object_id=object_id, **done)
    StripeCall.objects.create(kind="transfer", subject="pay_y", object_id="tr_2", **done)
    assert list(each_effect_has_one_object()) == [
        "transfer for pay_x was made 2 times",
        "object tr_2 of Stripe answered 2 calls",
    ]


def test_a_pay_out_without_the_line_that_shows_it(paid_order):
    with unguarded("bankline"):
        BankLine.objects.filter(payout__isnull=False).delete()
    assert "no bank line says so" in next(each_effect_has_one_object())


def test_verify_ends_with_one_where_an_oracle_of_money_is_red(paid_order, capsys):
    call_command("verify", "payments")
    InvoiceSeries.objects.update(last=7)
    with pytest.raises(SystemExit) as ended:
        call_command("verify", "payments")
    assert ended.value.code == 1
    assert "payments: invoices of 2026" in capsys.readouterr().out


def test_more_released_to_a_factory_than_it_has_earned(paid_order):
    with unguarded("line"):
        for line in Line.objects.filter(entry__kind=Entry.Kind.RELEASED):
            Line.objects.filter(pk=line.pk).update(amount_cents=2 * line.amount_cents)
    assert f"order {paid_order.public_id}: earned is overdrawn by 60000 cents" in list(
        cash_is_never_negative()
    )


def test_pay_that_was_released_from_an_order_s_other_money(paid_order):
    """Its factory has earned a raise, for which nobody has paid yet; tax lies there."""
    invoice, firm = Invoice.objects.get(), Payout.objects.get().enterprise_id
    earned = [
        Move(kind=Account.Kind.EARNED, enterprise_id=firm, amount_cents=-70),
        Move(kind=Account.Kind.UNBILLED, enterprise_id=paid_order.buyer_id, amount_cents=70),
    ]
    post(order=paid_order, key="raise", kind=Entry.Kind.CHANGED, at=NOW, lines=earned)
    assert list(pay_is_released_with_cover()) == []
    released = [
        Move(kind=Account.Kind.EARNED, enterprise_id=firm, amount_cents=70),
        Move(kind=Account.Kind.PAYABLE, enterprise_id=firm, amount_cents=-70),
    ]
    key = f"released:{invoice.public_id}:2"
    entry = post(order=paid_order, key=key, kind=Entry.Kind.RELEASED, at=NOW, lines=released)
    assert list(pay_is_released_with_cover()) == [
        f"order {paid_order.public_id}: 60070 cents of pay were released by {entry.public_id}, and 60000 were paid for"
    ]


def test_more_put_in_than_is_borne(paid_order):
    lines = [
        Move(kind=Account.Kind.BANK, amount_cents=5),
        Move(kind=Account.Kind.ALLOWANCE, amount_cents=-5),
    ]
    post(order=paid_order, key="covered", kind=Entry.Kind.COVERED, at=NOW, lines=lines)
    assert list(cash_is_never_negative()) == [
        f"order {paid_order.public_id}: allowance is overdrawn by 5 cents"
    ]


def test_an_order_that_is_credited_for_differences_and_still_invoiced_beyond(paid_order, cashier):
    invoice = Invoice.objects.get()
    services.credit_invoice(
        by=cashier, invoice_public_id=invoice.public_id, net_cents=65_000, reason="torn", now=NOW
    )
    assert open_faults() == []
    Deal.objects.update(net_cents=60_000)
    assert list(nothing_is_invoiced_beyond_an_order()) == [
        f"order {paid_order.public_id}: 5000 cents are invoiced beyond what it comes to"
    ]


def test_a_change_whose_difference_nobody_bears(paid_order):
    with unguarded("line"):
        Run.objects.update(pay_cents=50_000)
        lines = Line.objects.filter(entry__kind=Entry.Kind.ACCEPTED, account__kind="transport")
        lines.update(amount_cents=-15_000)
    faults = list(earned_is_what_was_accepted())
    assert faults == [
        f"order {paid_order.public_id}: factories keep 10000 cents beyond their shares and the platform bears 0"
    ]


def test_a_buyer_that_owes_more_than_the_shares(paid_order):
    with unguarded("line"):
        for kind, cents in ((Account.Kind.UNBILLED, 1), (Account.Kind.TRANSPORT, -1)):
            line = Line.objects.get(entry__kind=Entry.Kind.ACCEPTED, account__kind=kind)
            Line.objects.filter(pk=line.pk).update(amount_cents=line.amount_cents + cents)
    (fault,) = open_faults()
    assert "its buyer owes 65000 and 65001 cents are booked" in fault


def test_an_order_that_is_invoiced_beyond_what_it_comes_to(paid_order):
    Deal.objects.update(net_cents=60_000)
    assert list(nothing_is_invoiced_beyond_an_order()) == [
        f"order {paid_order.public_id}: 5000 cents are invoiced beyond what it comes to"
    ]


def test_a_credit_note_that_is_not_booked_or_takes_too_much(paid_order, cashier):
    invoice = Invoice.objects.get()
    note = services.credit_invoice(
        by=cashier, invoice_public_id=invoice.public_id, net_cents=1_000, reason="late", now=NOW
    )
    assert list(credit_notes_are_booked_and_within_their_invoices()) == []
    with unguarded("invoice"):
        Invoice.objects.filter(pk=note.pk).update(net_cents=99_870, total_cents=100_000)
    assert list(credit_notes_are_booked_and_within_their_invoices()) == [
        f"credit note {note.number} is booked with 1130 of 100000 cents",
        f"invoice {invoice.number} over 73450 is credited with 100000 cents",
    ]


def test_a_pay_out_that_waits_and_is_not_owed(paid_order):
    with unguarded("payout"):
        Payout.objects.update(status="due")
    (fault,) = payable_is_what_waits()
    assert fault == f"order {paid_order.public_id}: a factory is owed 0 cents and pay-outs over 60000 wait"


def test_a_part_that_came_back_and_is_not_booked(paid_order):
    """Of a transfer by Stripe: the row says so, the ledger does not."""
    with unguarded("bankline", "payout"):
        BankLine.objects.filter(payout__isnull=False).delete()
        Payout.objects.update(method="stripe", transfer_id="tr_1")
        assert list(cash_is_what_moved()) == []
        Payout.objects.update(returned_cents=7)
    (fault,) = cash_is_what_moved()
    assert "released 59993" in fault
