"""From accepted pieces to paid factories by bank transfer, to the cent."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from marketplace.accounts.models import Notice
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from marketplace.payments import services
from marketplace.payments.errors import (
    AlreadyConfirmed,
    NotDue,
    NothingToRefund,
    UnknownReference,
    WrongAmount,
    WrongCurrency,
    WrongReference,
)
from marketplace.payments.ledger import balance, balances, open_cents
from marketplace.payments.models import Account, BankLine, Entry, Invoice, Payout, Refund
from marketplace.payments.oracles import open_faults
from marketplace.payments.services.invoicing import orders_to_bill
from tests.builders import NOW, a_person
from tests.payments.agreed import an_agreed_order

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=12)
TODAY = NOW.date()


def delivered(agreed, total=None, *, now=NOW) -> Invoice | None:
    total = total or agreed.order.quantity
    services.accept_delivery(order_id=agreed.order.pk, key=f"box-{total}", accepted_total=total, now=now)
    return services.issue_invoice(order_public_id=agreed.order.public_id, now=now)


def a_line(cents: int, *, bank_id="B1", currency="CNY", booked_on=TODAY) -> services.BankDraft:
    return services.BankDraft(bank_id=bank_id, amount_cents=cents, currency=currency, booked_on=booked_on)


def transfer(cashier, invoice, cents, **line) -> services.Confirmed:
    return services.confirm_transfer(
        by=cashier, reference=invoice.reference, draft=a_line(cents, **line), now=LATER
    )


def test_an_invoice_has_net_tax_total_a_reference_and_is_due_in_thirty_days():
    agreed = an_agreed_order(pays=(60_000, 40_001), transport=5_000)
    invoice = delivered(agreed)
    assert (invoice.net_cents, invoice.fee_cents, invoice.tax_cents) == (105_001, 0, 13_650)
    assert invoice.total_cents == 118_651 == open_cents(invoice)
    assert invoice.number == "2026-000001"
    assert invoice.reference == "RF422026000001"
    assert invoice.due_on == (NOW + timedelta(days=30)).date()
    assert {one.language for one in invoice.documents.all()} == {"en", "zh-hans"}
    assert (
        Notice.objects.filter(
            enterprise_id=agreed.buyer.enterprise_id, kind="payments.invoice-issued"
        ).count()
        == 1
    )
    assert open_faults() == []


def test_the_fee_stands_on_the_invoice_of_its_own(settings):
    settings.PLATFORM_FEE_BP = 100
    invoice = delivered(an_agreed_order(pays=(100_000,), transport=0))
    assert (invoice.net_cents, invoice.fee_cents, invoice.tax_cents) == (100_000, 1_000, 13_130)
    assert open_faults() == []


def test_asking_twice_gives_one_invoice():
    agreed = an_agreed_order()
    delivered(agreed)
    assert services.issue_invoice(order_public_id=agreed.order.public_id, now=NOW) is None
    assert Invoice.objects.count() == 1


def test_before_all_is_accepted_an_invoice_waits_for_the_month():
    agreed = an_agreed_order(public_body=True)
    assert delivered(agreed, 100) is None
    assert orders_to_bill(now=NOW + timedelta(days=29)) == []
    assert orders_to_bill(now=NOW + timedelta(days=30)) == [agreed.order.public_id]
    first = services.issue_invoice(order_public_id=agreed.order.public_id, now=NOW + timedelta(days=30))
    assert first.accepted_total == 100
    second = delivered(agreed, 300, now=NOW + timedelta(days=31))
    assert first.net_cents + second.net_cents == 105_001
    assert first.tax_cents + second.tax_cents == 13_650
    assert (first.sequence, second.sequence) == (1, 2)
    assert open_faults() == []


def test_numbers_start_again_each_year():
    delivered(an_agreed_order())
    invoice = delivered(an_agreed_order(), now=NOW.replace(year=2027))
    assert invoice.number == "2027-000001"


def test_the_exact_transfer_pays_the_invoice_and_releases_every_factory_s_pay(cashier):
    agreed = an_agreed_order(pays=(60_000, 40_001))
    invoice = delivered(agreed)
    done = transfer(cashier, invoice, invoice.total_cents)
    assert (done.open_cents, done.credit_cents) == (0, 0)
    assert done.invoice.status == Invoice.Status.PAID
    assert list(Payout.objects.values_list("amount_cents", flat=True)) == [60_000, 40_001]
    assert {one.due_on for one in Payout.objects.all()} == {LATER.date()}
    assert open_faults() == []


def test_nothing_is_released_before_the_buyer_has_paid_all_of_an_invoice(cashier):
    invoice = delivered(an_agreed_order())
    done = transfer(cashier, invoice, 100_000)
    assert (done.open_cents, done.credit_cents) == (18_651, 0)
    assert done.invoice.status == Invoice.Status.PART_PAID
    assert not Payout.objects.exists()
    assert transfer(cashier, invoice, 18_651, bank_id="B2").invoice.status == Invoice.Status.PAID
    assert Payout.objects.count() == 2
    assert open_faults() == []


def test_a_milestone_that_is_paid_releases_its_share_alone(cashier):
    agreed = an_agreed_order(pays=(60_000, 40_001), quantity=300)
    delivered(agreed, 100)
    month = NOW + timedelta(days=30)
    first = services.issue_invoice(order_public_id=agreed.order.public_id, now=month)
    services.accept_delivery(order_id=agreed.order.pk, key="more", accepted_total=200, now=month)
    transfer(cashier, first, first.total_cents)
    assert list(Payout.objects.values_list("amount_cents", flat=True)) == [20_000, 13_334]
    second = delivered(agreed, 300, now=month)
    transfer(cashier, second, second.total_cents, bank_id="B2")
    assert [
        sum(one.amount_cents for one in Payout.objects.filter(enterprise_id=factory.enterprise_id))
        for factory in agreed.factories
    ] == [60_000, 40_001]
    assert open_faults() == []


def test_what_is_paid_too_much_is_a_credit_that_can_be_given_back(cashier):
    agreed = an_agreed_order()
    invoice = delivered(agreed)
    assert transfer(cashier, invoice, invoice.total_cents + 777).credit_cents == 777
    with pytest.raises(NothingToRefund):
        services.refund_credit(
            by=cashier, order_public_id=agreed.order.public_id, amount_cents=778, now=LATER
        )
    refund = services.refund_credit(
        by=cashier, order_public_id=agreed.order.public_id, amount_cents=777, now=LATER
    )
    with pytest.raises(NothingToRefund):
        services.refund_credit(by=cashier, order_public_id=agreed.order.public_id, amount_cents=1, now=LATER)
    services.confirm_refund(
        by=cashier, refund_public_id=refund.public_id, draft=a_line(777, bank_id="B9"), now=LATER
    )
    assert services.free_credit(agreed.order) == 0
    assert balance(agreed.order, Account.Kind.BANK) == invoice.total_cents
    assert Refund.objects.get().status == "paid"
    assert open_faults() == []


@pytest.mark.parametrize(("cents", "currency"), [(776, "CNY"), (778, "CNY"), (777, "EUR")])
def test_a_refund_is_confirmed_with_its_exact_amount_and_money(cashier, cents, currency):
    agreed = an_agreed_order()
    invoice = delivered(agreed)
    transfer(cashier, invoice, invoice.total_cents + 777)
    refund = services.refund_credit(
        by=cashier, order_public_id=agreed.order.public_id, amount_cents=777, now=LATER
    )
    line = a_line(cents, bank_id="B9", currency=currency)
    with pytest.raises(WrongAmount) as refused:
        services.confirm_refund(by=cashier, refund_public_id=refund.public_id, draft=line, now=LATER)
    assert refused.value.facts == {"owed_cents": 777, "currency": "CNY"}
    refund.refresh_from_db()
    assert refund.status == "due" and not BankLine.objects.filter(refund=refund).exists()
    assert balance(agreed.order, Account.Kind.CREDIT, enterprise_id=agreed.order.buyer_id) == -777
    assert open_faults() == []


def test_credit_counts_against_the_next_invoice_of_the_order(cashier):
    agreed = an_agreed_order()
    delivered(agreed, 100)
    first = services.issue_invoice(order_public_id=agreed.order.public_id, now=NOW + timedelta(days=30))
    transfer(cashier, first, first.total_cents + 5_000)
    second = delivered(agreed, 300, now=NOW + timedelta(days=31))
    assert open_cents(second) == second.total_cents - 5_000
    assert second.status == Invoice.Status.PART_PAID
    assert open_faults() == []


def test_a_pay_out_is_confirmed_with_its_exact_amount_and_once(cashier):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    invoice = delivered(agreed)
    transfer(cashier, invoice, invoice.total_cents)
    payout = Payout.objects.get()
    for cents, currency in ((59_999, "CNY"), (60_000, "EUR")):
        with pytest.raises(WrongAmount):
            services.confirm_payout(
                by=cashier,
                payout_public_id=payout.public_id,
                draft=a_line(cents, bank_id="P1", currency=currency),
                now=LATER,
            )
    services.confirm_payout(
        by=cashier, payout_public_id=payout.public_id, draft=a_line(60_000, bank_id="P1"), now=LATER
    )
    with pytest.raises(NotDue):
        services.confirm_payout(
            by=cashier, payout_public_id=payout.public_id, draft=a_line(60_000, bank_id="P2"), now=LATER
        )
    assert balance(agreed.order, Account.Kind.PAYABLE, enterprise_id=payout.enterprise_id) == 0
    assert balance(agreed.order, Account.Kind.BANK) == invoice.total_cents - 60_000
    assert open_faults() == []


def test_the_same_line_of_the_bank_is_confirmed_once(cashier):
    invoice, other = delivered(an_agreed_order()), delivered(an_agreed_order())
    transfer(cashier, invoice, 10_000)
    for again in (invoice, other):
        with pytest.raises(AlreadyConfirmed):
            transfer(cashier, again, 10_000)
    assert open_cents(invoice) == invoice.total_cents - 10_000
    assert open_cents(other) == other.total_cents


def test_a_line_of_the_bank_that_is_typed_otherwise_is_the_same_line(cashier):
    invoice = delivered(an_agreed_order())
    transfer(cashier, invoice, 10_000, bank_id="CMB 2026 a17")
    with pytest.raises(AlreadyConfirmed):
        transfer(cashier, invoice, 10_000, bank_id=" cmb2026A17")
    assert open_cents(invoice) == invoice.total_cents - 10_000


@pytest.mark.parametrize(
    ("reference", "refusal"),
    [
        ("RF422026000002", WrongReference),
        ("2026-000001", WrongReference),
        ("", WrongReference),
        ("RF152026000002", UnknownReference),
    ],
)
def test_a_wrong_reference_is_told_apart_from_an_unknown_one_and_books_nothing(
    cashier, caplog, reference, refusal
):
    invoice = delivered(an_agreed_order())
    with pytest.raises(refusal):
        services.confirm_transfer(by=cashier, reference=reference, draft=a_line(100), now=LATER)
    assert open_cents(invoice) == invoice.total_cents
    assert not BankLine.objects.exists()
    assert refusal.code in caplog.text


@pytest.mark.parametrize("cents", [0, -5, 2**53, True, 1.5])
def test_an_amount_of_nothing_less_or_beyond_sense_is_refused(cashier, cents):
    invoice = delivered(an_agreed_order())
    with pytest.raises(InvalidInput):
        transfer(cashier, invoice, cents)
    assert not BankLine.objects.exists()


def test_another_currency_and_a_day_to_come_are_refused(cashier):
    invoice = delivered(an_agreed_order())
    with pytest.raises(WrongCurrency):
        transfer(cashier, invoice, 100, currency="EUR")
    with pytest.raises(InvalidInput):
        transfer(cashier, invoice, 100, currency="XXX")
    with pytest.raises(InvalidInput):
        transfer(cashier, invoice, 100, booked_on=(LATER + timedelta(days=1)).date())
    assert not BankLine.objects.exists()


def test_nobody_but_staff_with_the_right_says_that_money_came(cashier):
    invoice = delivered(an_agreed_order())
    with_right = a_person()
    with_right.user_permissions.add(Permission.objects.get(codename="settle_money"))
    for person in (a_person(), a_person(is_staff=True), with_right):
        with pytest.raises(Forbidden):
            transfer(person, invoice, 100)
    assert not BankLine.objects.exists()


def test_a_credit_note_takes_net_and_tax_off_and_what_was_paid_becomes_credit(cashier):
    agreed = an_agreed_order(pays=(100_000,), transport=0)
    invoice = delivered(agreed)
    note = services.credit_invoice(
        by=cashier, invoice_public_id=invoice.public_id, net_cents=10_000, reason="10 % broken", now=LATER
    )
    assert (note.number, note.total_cents) == ("2026-000002", 11_300)
    assert open_cents(invoice) == 101_700
    transfer(cashier, invoice, 101_700)
    rest = services.credit_invoice(
        by=cashier, invoice_public_id=invoice.public_id, net_cents=90_000, reason="all broken", now=LATER
    )
    assert rest.total_cents == 101_700
    invoice.refresh_from_db()
    assert invoice.status == Invoice.Status.CREDITED
    assert services.free_credit(agreed.order) == 101_700
    with pytest.raises(InvalidInput):
        services.credit_invoice(
            by=cashier, invoice_public_id=invoice.public_id, net_cents=1, reason="x", now=LATER
        )
    with pytest.raises(NotFound):
        services.credit_invoice(by=cashier, invoice_public_id="bil_0", net_cents=1, reason="x", now=LATER)
    assert open_faults() == []


def test_an_invoice_changes_its_status_and_nothing_else():
    invoice = delivered(an_agreed_order())
    for change in (
        {"total_cents": 1, "net_cents": 1, "tax_cents": 0},
        {"due_on": LATER.date()},
        {"sequence": 9},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**change)
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk)._raw_delete("default")
    assert Invoice.objects.filter(pk=invoice.pk).update(status=Invoice.Status.PAID) == 1


def test_every_entry_of_an_order_s_life_sums_to_zero(cashier):
    agreed = an_agreed_order()
    invoice = delivered(agreed)
    transfer(cashier, invoice, invoice.total_cents)
    assert sum(balances(agreed.order).values()) == 0
    assert [one.kind for one in Entry.objects.all()] == ["accepted", "invoiced", "transfer-in", "released"]
