"""An order that comes to less after differences were credited: the buyer is never owed more than it was invoiced."""

import pytest

from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.payments.ledger import balance, open_cents
from marketplace.payments.models import Account, Invoice
from marketplace.payments.oracles import open_faults
from marketplace.payments.services.invoicing import orders_to_bill
from tests.payments.agreed import an_agreed_order
from tests.payments.changes import changed
from tests.payments.steps import MONTH, accept, bill, borne, in_all, pay

pytestmark = pytest.mark.django_db
UNBILLED = Account.Kind.UNBILLED


def credited(cashier, invoice: Invoice, cents: int) -> None:
    services.credit_invoice(
        by=cashier, invoice_public_id=invoice.public_id, net_cents=cents, reason="torn", now=MONTH
    )


@pytest.fixture
def torn(cashier):
    """All is invoiced, and most of it credited for differences, which the platform bears."""
    agreed = an_agreed_order(pays=(60_000, 40_000), transport=5_000)
    accept(agreed, 300)
    credited(cashier, bill(agreed), 90_000)
    assert borne(agreed) == 90_000
    return agreed


def test_a_cheaper_order_after_credited_differences_leaves_nothing_invoiced_beyond_it(torn, cashier):
    first, second = torn.factories
    changed(torn, pays={first: 30_000, second: 20_000}, transport=5_000)
    assert [one.net_cents for one in Invoice.objects.filter(because="less")] == [15_000]
    assert in_all(torn, UNBILLED) == 0
    assert borne(torn) == 55_000, "the buyer pays nothing: the platform bears all the order comes to"
    assert open_cents(Invoice.objects.get(credits=None)) == 0
    assert open_faults() == []


def test_doing_it_again_does_nothing_and_the_sweep_has_nothing_left(torn, cashier):
    first, second = torn.factories
    changed(torn, pays={first: 30_000, second: 20_000}, transport=5_000)
    before = Invoice.objects.count(), borne(torn)
    services.write_contracts(deal_public_id=torn.deal.public_id, now=MONTH)
    Order.objects.filter(pk=torn.order.pk).update(status=Order.Status.DONE)
    assert bill(torn) is None
    assert orders_to_bill(now=MONTH) == []
    assert (Invoice.objects.count(), borne(torn)) == before
    assert open_faults() == []


def test_what_comes_on_top_again_is_invoiced_with_its_tax(torn, cashier):
    first, second = torn.factories
    changed(torn, pays={first: 30_000, second: 20_000}, transport=5_000)
    changed(torn, pays={first: 40_000, second: 20_000}, transport=5_000)
    more = bill(torn)
    assert (more.net_cents, more.tax_cents) == (10_000, 1_300)
    pay(cashier, more)
    assert (in_all(torn, UNBILLED), borne(torn)) == (0, 55_000)
    assert balance(torn.order, Account.Kind.TAX) == -1_300
    assert open_faults() == []


def test_net_fee_and_tax_of_what_is_left_are_the_order_s_to_the_cent(cashier, settings):
    """Invoiced in three parts at a fee that never divides, then cheaper in steps of a cent and of many."""
    settings.PLATFORM_FEE_BP = 137
    agreed = an_agreed_order(pays=(60_001, 40_000), transport=5_003)
    first, second = agreed.factories
    for month, total in enumerate((101, 203, 300), start=1):
        accept(agreed, total)
        bill(agreed, now=MONTH + month * (MONTH - MONTH.replace(day=1)) * 2)
    for less in (0, 1, 36, 37, 109, 146, 5_000, 20_001, 33_333, 59_999):
        changed(agreed, pays={first: 60_001 - less, second: 40_000}, transport=5_003)
        fee = -balance(agreed.order, Account.Kind.FEE)
        left = services.crediting.billed(agreed.order)
        net = 105_004 - less
        assert (left.net_cents, left.fee_cents) == (net, fee), f"{less} less"
        assert left.tax_cents == -balance(agreed.order, Account.Kind.TAX)
        assert abs(left.tax_cents * 100 - (net + fee) * 13) <= 50, f"{less} less"
        assert open_faults() == []


@pytest.mark.parametrize(("pay_cents", "net_cents", "fee_cents"), [(60_168, 2, -1), (60_169, 3, -1)])
def test_a_note_may_give_a_cent_of_fee_back_to_the_platform_so_that_both_sums_are_right(
    settings, pay_cents, net_cents, fee_cents
):
    """Of 200 of 300 pieces 549 cents of fee were invoiced; of the whole that it comes to now, they are 550."""
    settings.PLATFORM_FEE_BP = 137
    agreed = an_agreed_order(pays=(pay_cents,), transport=0)
    accept(agreed, 200)
    assert bill(agreed).fee_cents == 549
    changed(agreed, pays={agreed.factories[0]: 40_110}, transport=0)
    note = Invoice.objects.get(because="less")
    assert (note.net_cents, note.fee_cents) == (net_cents, fee_cents)
    left = services.crediting.billed(agreed.order)
    assert (left.net_cents, left.fee_cents) == (40_110, 550)
    assert open_faults() == []
