"""A buyer that is owed money sees how much, by when and what becomes of it; staff see by when they give it back."""

import pytest

from marketplace.accounts.models import Notice
from marketplace.orders.models import Order
from marketplace.payments import desk, selectors, services
from marketplace.payments.models import Invoice, Refund
from tests.builders import NOW
from tests.payments.agreed import an_agreed_order
from tests.payments.steps import MONTH, a_line, accept, bill, pay
from tests.payments.test_pages import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def short(cashier):
    """All was invoiced and paid; then 1,000.00 net of it were credited, since pieces were torn."""
    agreed = an_agreed_order(pays=(400_000,), transport=200_000)
    accept(agreed, 300)
    pay(cashier, bill(agreed))
    services.credit_invoice(
        by=cashier,
        invoice_public_id=Invoice.objects.get().public_id,
        net_cents=100_000,
        reason="torn",
        now=MONTH,
    )
    return agreed


def done(agreed) -> None:
    Order.objects.filter(pk=agreed.order.pk).update(status=Order.Status.DONE)


def page_of(agreed) -> str:
    return browser_of(agreed.buyer).get(f"/orders/{agreed.order.public_id}/money/").content.decode()


def test_while_an_invoice_may_still_come_credit_counts_against_it(short):
    page = page_of(short)
    assert "1,130.00" in page and "it counts against the next invoice" in page
    assert "What you get back" not in page
    (ahead,) = desk.credits()
    assert (ahead.owed.free_cents, ahead.owed.by) == (113_000, None)


def test_once_the_order_is_done_the_title_says_how_much_comes_back_by_when(short, cashier):
    done(short)
    page = page_of(short)
    assert "1,130.00 CNY will be given back to you by Fri 1 May" in page
    assert "What you get back" in page and "being looked at by a person" in page
    (ahead,) = desk.credits()
    assert ahead.owed.by.isoformat() == "2026-05-01"
    assert "Fri 1 May" in browser_of(cashier).get("/staff/money/").content.decode()


def test_a_refund_is_seen_on_its_way_and_when_it_has_left_the_buyer_is_told(short, cashier):
    done(short)
    refund = services.refund_credit(
        by=cashier, order_public_id=short.order.public_id, amount_cents=100_000, now=MONTH
    )
    money = selectors.order_money(short.buyer, order_public_id=short.order.public_id)
    assert (money.owed.free_cents, [one.status for one in money.owed.refunds]) == (13_000, ["due"])
    page = page_of(short)
    assert "130.00 CNY will be given back" in page and "to be paid" in page
    services.confirm_refund(
        by=cashier, refund_public_id=refund.public_id, draft=a_line("R1", 100_000), now=MONTH
    )
    services.refund_credit(by=cashier, order_public_id=short.order.public_id, amount_cents=13_000, now=MONTH)
    page = page_of(short)
    assert "will be given back" not in page and "Every invoice is paid" in page
    assert desk.credits() == []
    (told,) = Notice.objects.filter(kind="payments.refund-paid")
    assert (told.enterprise_id, told.facts["amount"]) == (short.buyer.enterprise_id, "1,000.00 CNY")


def test_a_refund_that_did_not_reach_the_buyer_is_its_credit_again(short, cashier):
    done(short)
    services.refund_credit(by=cashier, order_public_id=short.order.public_id, amount_cents=113_000, now=MONTH)
    Refund.objects.update(status="failed")
    page = page_of(short)
    assert "did not reach you: it is your credit again" in page
    assert "1,130.00 CNY will be given back to you by" in page


def test_what_is_still_to_be_invoiced_keeps_the_credit(cashier):
    agreed = an_agreed_order(pays=(600_000,), transport=0)
    accept(agreed, 150)
    invoice = bill(agreed)
    services.confirm_transfer(
        by=cashier,
        reference=invoice.reference,
        draft=a_line("I1", invoice.total_cents + 500),
        now=NOW.replace(month=4),
    )
    accept(agreed, 200)
    done(agreed)
    money = selectors.order_money(agreed.buyer, order_public_id=agreed.order.public_id)
    assert (money.owed.free_cents, money.owed.by) == (500, None)
