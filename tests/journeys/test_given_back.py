"""A buyer that paid too much reads on its phone what comes back and by when; staff give it back."""

import pytest
from django.contrib.auth.models import Permission

from marketplace.accounts.models import Person as Account
from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.payments.models import Refund
from tests.browser import PHONE, aside
from tests.builders import NOW, a_person
from tests.payments.agreed import an_agreed_order
from tests.payments.steps import accept, bill


@pytest.fixture
def paid_too_much(visit):
    def prepare():
        cashier = a_person(is_staff=True)
        cashier.user_permissions.add(Permission.objects.get(codename="settle_money"))
        agreed = an_agreed_order(pays=(400_000,), transport=200_000, tax_bp=0)
        accept(agreed, 300)
        invoice = bill(agreed, now=NOW)
        draft = services.BankDraft(bank_id="B1", amount_cents=612_345, currency="CNY", booked_on=NOW.date())
        services.confirm_transfer(by=cashier, reference=invoice.reference, draft=draft, now=NOW)
        Order.objects.filter(pk=agreed.order.pk).update(status=Order.Status.DONE)
        return agreed, cashier

    return aside(prepare)


def test_a_buyer_reads_what_comes_back_and_staff_give_it_back(visit, paid_too_much):
    agreed, cashier = paid_too_much
    path = f"/orders/{agreed.order.public_id}/money/"
    buyer, staff = visit(size=PHONE), visit()
    buyer.log_in(Account.objects.get(pk=agreed.buyer.person_id).email)
    buyer.open(path)
    assert buyer.title == "123.45 CNY will be given back to you by Wed 1 Apr"
    assert buyer.says("being looked at by a person")

    staff.log_in(cashier.email)
    staff.open("/staff/money/")
    row = staff.page.locator("#credits tbody tr")
    assert "Wed 1 Apr" in row.inner_text()
    row.get_by_label("Amount to give back").fill("123.45")
    row.get_by_role("button", name="Give back").click()
    staff.check()
    assert Refund.objects.get().amount_cents == 12_345

    buyer.open(path)
    assert buyer.title == "Every invoice is paid"
    assert "by bank transfer" in buyer.page.inner_text("#refunds")
