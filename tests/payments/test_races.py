"""Two at once: numbers of invoices, lines of the bank, receipts. Threads with connections of their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Sum

from marketplace.common.errors import DomainError
from marketplace.payments import services
from marketplace.payments.errors import AlreadyConfirmed
from marketplace.payments.ledger import balance
from marketplace.payments.models import BankLine, Invoice
from marketplace.payments.oracles import open_faults
from tests.builders import NOW, a_person
from tests.payments.agreed import an_agreed_order
from tests.payments.changes import change

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works) -> list:
    """Results or refusals of the works, begun together."""
    gate = Barrier(len(works))

    def one(work):
        gate.wait(timeout=30)
        try:
            return work()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def accept(agreed, total: int, key: str) -> int:
    return services.accept_delivery(order_id=agreed.order.pk, key=key, accepted_total=total, now=NOW)


def bill(agreed) -> Invoice | None:
    return services.issue_invoice(order_public_id=agreed.order.public_id, now=NOW)


def test_invoices_issued_at_once_have_numbers_without_gap_and_an_order_gets_one():
    many = [an_agreed_order() for _number in range(3)]
    for agreed in many:
        accept(agreed, 300, "all")
    at_once(*(lambda agreed=agreed: bill(agreed) for agreed in many for _twice in range(2)))
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == [1, 2, 3]
    assert open_faults() == []


def test_a_line_of_the_bank_that_two_people_confirm_at_once_is_booked_once():
    cashier = a_person(is_staff=True)
    cashier.user_permissions.add(Permission.objects.get(codename="settle_money"))
    many = [an_agreed_order(), an_agreed_order()]
    for agreed in many:
        accept(agreed, 300, "all")
    invoices = [bill(agreed) for agreed in many]
    draft = services.BankDraft(bank_id="B1", amount_cents=500, currency="CNY", booked_on=NOW.date())
    answers = at_once(
        *(
            lambda invoice=invoice: services.confirm_transfer(
                by=cashier, reference=invoice.reference, draft=draft, now=NOW
            )
            for invoice in invoices
        )
    )
    assert sum(isinstance(answer, AlreadyConfirmed) for answer in answers) == 1
    assert BankLine.objects.count() == 1
    assert sum(balance(agreed.order, "bank") for agreed in many) == 500
    assert open_faults() == []


def test_receipts_at_once_earn_each_piece_once():
    agreed = an_agreed_order()
    at_once(
        *(lambda total=total: accept(agreed, total, f"box-{total}") for total in (60, 120, 180, 240, 300))
    )
    earned = [-balance(agreed.order, "earned", enterprise_id=one.enterprise_id) for one in agreed.factories]
    assert earned == [60_000, 40_001]
    assert open_faults() == []


def test_a_change_receipts_and_a_payment_at_once_end_in_true_books():
    cashier = a_person(is_staff=True)
    cashier.user_permissions.add(Permission.objects.get(codename="settle_money"))
    agreed = an_agreed_order(pays=(60_000, 40_000), transport=5_000)
    accept(agreed, 150, "half")
    month = NOW + timedelta(days=30)
    invoice = services.issue_invoice(order_public_id=agreed.order.public_id, now=month)
    first, second = agreed.factories
    change(agreed, pays={first: 0, second: 40_000}, transport=0)
    draft = services.BankDraft(
        bank_id="B1", amount_cents=invoice.total_cents, currency="CNY", booked_on=NOW.date()
    )
    at_once(
        lambda: accept(agreed, 300, "all"),
        lambda: services.write_contracts(deal_public_id=agreed.deal.public_id, now=NOW),
        lambda: services.write_contracts(deal_public_id=agreed.deal.public_id, now=NOW),
        lambda: bill(agreed),
        lambda: services.confirm_transfer(by=cashier, reference=invoice.reference, draft=draft, now=month),
    )
    bill(agreed)
    assert open_faults() == []
    billed = Invoice.objects.filter(credits=None).aggregate(cents=Sum("net_cents"))["cents"]
    less = Invoice.objects.filter(because="less").aggregate(cents=Sum("net_cents"))["cents"]
    assert billed - (less or 0) == 40_000
    assert balance(agreed.order, "unbilled", enterprise_id=agreed.buyer.enterprise_id) == 0
