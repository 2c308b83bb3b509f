"""A deal is changed after money was earned, invoiced or paid: what was paid stays, the rest follows, to the cent."""

import random
from datetime import timedelta

import pytest

from marketplace.accounts.models import Notice
from marketplace.orders.models import Order
from marketplace.payments import selectors, services
from marketplace.payments.documents import invoice_data
from marketplace.payments.errors import AlreadyConfirmed, NotCovered, WrongAmount, WrongCurrency
from marketplace.payments.ledger import balance, balances, open_cents
from marketplace.payments.models import Account, BankLine, Entry, Invoice, Line, Payout, Refund
from marketplace.payments.oracles import open_faults
from marketplace.payments.services import contracts
from marketplace.payments.services.contracts import deals_without_contracts
from marketplace.payments.services.invoicing import orders_to_bill
from marketplace.trading.models import Package, Run
from tests.builders import NOW, a_person, a_viewer, an_api_client, an_enterprise
from tests.payments.agreed import Agreed, an_agreed_order
from tests.payments.changes import change, changed
from tests.payments.steps import MONTH, a_line, accept, bill, borne, cover, pay, pay_out
from tests.payments.test_pages import browser_of

pytestmark = pytest.mark.django_db
EARNED, UNBILLED = Account.Kind.EARNED, Account.Kind.UNBILLED


def earned(agreed: Agreed, factory) -> int:
    """In all, paid out or not."""
    lines = Line.objects.filter(
        entry__order=agreed.order, account__kind=EARNED, account__enterprise_id=factory.enterprise_id
    )
    return -sum(line.amount_cents for line in lines if line.entry.kind != Entry.Kind.RELEASED)


@pytest.fixture
def paid_half(cashier):
    """150 of 300 pieces accepted, invoiced and paid, and both factories paid out for them."""
    agreed = an_agreed_order(pays=(60_000, 40_000), transport=5_000)
    accept(agreed, 150)
    pay(cashier, bill(agreed))
    for payout in Payout.objects.all():
        pay_out(cashier, payout)
    assert [one.amount_cents for one in Payout.objects.all()] == [30_000, 20_000]
    return agreed


def test_a_factory_that_loses_its_runs_keeps_what_it_was_paid_and_the_platform_bears_it(paid_half, cashier):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 0, second: 100_000})
    assert (earned(paid_half, first), earned(paid_half, second)) == (30_000, 50_000)
    assert borne(paid_half) == 30_000
    assert balance(paid_half.order, UNBILLED, enterprise_id=paid_half.buyer.enterprise_id) == 0
    assert open_faults() == []
    accept(paid_half, 300)
    assert (earned(paid_half, first), earned(paid_half, second)) == (30_000, 100_000)
    rest = bill(paid_half)
    assert rest.net_cents == 52_500, "the buyer pays the agreed price, whatever a factory keeps"
    assert open_faults() == []


def test_what_a_factory_was_paid_is_set_against_what_it_still_earns(paid_half, cashier):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 40_000, second: 60_000})
    assert (earned(paid_half, first), borne(paid_half)) == (30_000, 10_000)
    accept(paid_half, 225)
    assert (earned(paid_half, first), borne(paid_half)) == (30_000, 0)
    accept(paid_half, 300)
    pay(cashier, bill(paid_half))
    assert [one.amount_cents for one in Payout.objects.filter(enterprise_id=first.enterprise_id)] == [
        30_000,
        10_000,
    ]
    assert (earned(paid_half, first), earned(paid_half, second)) == (40_000, 60_000)
    assert open_faults() == []


def test_what_was_earned_and_not_paid_follows_the_deal_at_once():
    agreed = an_agreed_order(pays=(60_000, 40_000), transport=5_000)
    accept(agreed, 150)
    first, second = agreed.factories
    changed(agreed, pays={first: 0, second: 100_000})
    assert (earned(agreed, first), earned(agreed, second)) == (0, 50_000)
    assert borne(agreed) == 0
    before = Entry.objects.count()
    services.write_contracts(deal_public_id=agreed.deal.public_id, now=NOW)
    assert Entry.objects.count() == before
    assert open_faults() == []


def test_while_a_factory_is_still_to_answer_nothing_is_put_right(paid_half):
    first, second = paid_half.factories
    change(paid_half, pays={first: 0, second: 100_000})
    Package.objects.filter(runs__status=Run.Status.BOOKED).update(status=Package.Status.OFFERED)
    services.write_contracts(deal_public_id=paid_half.deal.public_id, now=NOW)
    assert earned(paid_half, second) == 20_000
    assert deals_without_contracts() == [] and open_faults() == []
    Package.objects.filter(status=Package.Status.OFFERED).update(status=Package.Status.ACCEPTED)
    assert deals_without_contracts() == [paid_half.deal.public_id], "a lost nudge is made up for"
    services.write_contracts(deal_public_id=paid_half.deal.public_id, now=NOW)
    assert earned(paid_half, second) == 50_000
    assert deals_without_contracts() == []


def test_where_writing_breaks_off_nothing_of_a_change_is_booked(paid_half, monkeypatch):
    first, second = paid_half.factories
    change(paid_half, pays={first: 0, second: 40_000}, transport=0)
    before = balances(paid_half.order), Invoice.objects.count()

    def broken(*_args, **_kwargs):
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(contracts, "after_payment", broken)
    with pytest.raises(RuntimeError):
        services.write_contracts(deal_public_id=paid_half.deal.public_id, now=NOW)
    assert (balances(paid_half.order), Invoice.objects.count()) == before
    assert deals_without_contracts() == [paid_half.deal.public_id]
    monkeypatch.undo()
    services.write_contracts(deal_public_id=paid_half.deal.public_id, now=NOW)
    assert Invoice.objects.filter(because="less").count() == 1
    assert open_faults() == []


def test_pay_that_the_order_s_money_does_not_reach_waits_until_the_difference_is_covered(cashier):
    agreed = an_agreed_order(pays=(60_000, 40_000), transport=0, tax_bp=0)
    accept(agreed, 150)
    pay(cashier, bill(agreed))
    first, second = agreed.factories
    changed(agreed, pays={first: 0, second: 100_000}, transport=0)
    accept(agreed, 300)
    pay(cashier, bill(agreed))
    of_second = Payout.objects.filter(enterprise_id=second.enterprise_id)
    assert [one.amount_cents for one in of_second] == [20_000, 50_000]
    assert balance(agreed.order, EARNED, enterprise_id=second.enterprise_id) == -30_000
    assert open_faults() == []
    for draft, refusal in ((a_line("C1", 30_001), WrongAmount), (a_line("C1", 5, "EUR"), WrongCurrency)):
        with pytest.raises(refusal):
            services.cover_difference(
                by=cashier, order_public_id=agreed.order.public_id, draft=draft, now=MONTH
            )
    assert not BankLine.objects.filter(covers=True).exists()
    services.cover_difference(
        by=cashier, order_public_id=agreed.order.public_id, draft=a_line("C1", 30_000), now=MONTH
    )
    assert [(one.part, one.amount_cents) for one in of_second.order_by("pk")] == [
        (1, 20_000),
        (1, 50_000),
        (2, 30_000),
    ]
    assert borne(agreed) == 0
    for payout in Payout.objects.all():
        pay_out(cashier, payout)
    assert balance(agreed.order, Account.Kind.BANK) == 0
    with pytest.raises(AlreadyConfirmed):
        pay_out_again = a_line("c 1", 1)
        services.confirm_transfer(
            by=cashier, reference=Invoice.objects.first().reference, draft=pay_out_again, now=MONTH
        )
    assert open_faults() == []


def test_a_factory_without_a_run_any_more_still_sees_what_it_keeps(paid_half):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 0, second: 100_000})
    (kept,) = selectors.pays(first)
    assert (kept.agreed_cents, kept.earned_cents, kept.paid_cents, kept.kept_cents) == (
        0,
        30_000,
        30_000,
        30_000,
    )
    assert "of it was paid before the order was changed" in (
        browser_of(first).get("/payouts/").content.decode()
    )
    (more,) = selectors.pays(second)
    assert more.kept_cents == 0


def test_less_than_was_invoiced_is_credited_with_its_tax_and_set_off_against_what_is_open(cashier):
    agreed = an_agreed_order(pays=(60_000, 40_000), transport=5_000)
    accept(agreed, 200)
    invoice = bill(agreed)
    assert (invoice.net_cents, invoice.tax_cents) == (70_000, 9_100)
    first, second = agreed.factories
    changed(agreed, pays={first: 30_000, second: 25_000})
    note = Invoice.objects.get(credits=invoice)
    assert (note.number, note.because, note.net_cents, note.tax_cents) == (
        "2026-000002",
        "less",
        10_000,
        1_300,
    )
    assert open_cents(invoice) == 67_800 == 60_000 * 113 // 100
    assert balance(agreed.order, UNBILLED, enterprise_id=agreed.buyer.enterprise_id) == -20_000
    assert borne(agreed) == 0
    assert open_faults() == []
    pay(cashier, invoice)
    accept(agreed, 300)
    assert bill(agreed) is None, "the rest was invoiced before the change"
    assert Invoice.objects.count() == 2
    assert [
        sum(one.amount_cents for one in Payout.objects.filter(enterprise_id=factory.enterprise_id))
        for factory in agreed.factories
    ] == [30_000, 25_000], "paid out although no invoice followed"
    assert open_faults() == []


def test_what_was_paid_of_it_is_a_credit_that_the_buyer_sees_and_gets_back(paid_half, cashier):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 30_000, second: 10_000}, transport=2_500)
    note = Invoice.objects.get(because="less")
    assert (note.net_cents, note.total_cents) == (10_000, 11_300)
    assert services.free_credit(paid_half.order) == 11_300
    assert Notice.objects.filter(enterprise_id=paid_half.order.buyer_id, kind="payments.credit-note").exists()
    page = browser_of(paid_half.buyer).get(f"/orders/{paid_half.order.public_id}/money/").content.decode()
    assert "The order comes to less than was invoiced. Credits invoice 2026-000001." in page
    assert "ahead; it counts against the next invoice" in page
    assert "of the next pieces are invoiced already" in page
    assert "accepted and not invoiced yet" not in page
    shown = an_api_client(paid_half.buyer).get(f"/api/v1/invoices/{note.public_id}").json()
    assert (shown["because"], shown["credits"], shown["total_cents"]) == (
        "less",
        note.credits.public_id,
        11_300,
    )
    refund = services.refund_credit(
        by=cashier, order_public_id=paid_half.order.public_id, amount_cents=9_325, now=MONTH
    )
    with pytest.raises(NotCovered) as refused:
        services.refund_credit(
            by=cashier, order_public_id=paid_half.order.public_id, amount_cents=1_975, now=MONTH
        )
    assert refused.value.facts["free_cents"] == 0
    assert Refund.objects.count() == 1
    services.cover_difference(
        by=cashier, order_public_id=paid_half.order.public_id, draft=a_line("C1", 10_000), now=MONTH
    )
    again = services.refund_credit(
        by=cashier, order_public_id=paid_half.order.public_id, amount_cents=1_975, now=MONTH
    )
    for one in (refund, again):
        services.confirm_refund(
            by=cashier,
            refund_public_id=one.public_id,
            draft=a_line(f"R{one.pk}", one.amount_cents),
            now=MONTH,
        )
    assert services.free_credit(paid_half.order) == 0
    assert open_faults() == []


def test_the_note_has_a_pdf_in_both_languages_that_says_why_and_what_becomes_of_it(paid_half):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 30_000, second: 10_000}, transport=2_500)
    note = Invoice.objects.get(because="less")
    assert {one.language for one in note.documents.all()} == {"en", "zh-hans"}
    assert all(bytes(one.content).startswith(b"%PDF") for one in note.documents.all())
    data = invoice_data(note, language="en")
    assert (data["title"], data["subtitle"]) == ("Credit note", "2026-000002")
    assert dict(data["facts"])["Reason"] == "The order comes to less than was invoiced."
    assert dict(data["facts"])["Credits invoice"] == "2026-000001"
    assert dict(data["lines"])["Total"] == "-113.00 CNY"
    assert "set off" in data["sentences"][0]


def test_a_note_takes_from_the_newest_invoice_first_and_fee_and_tax_add_up(cashier, settings):
    settings.PLATFORM_FEE_BP = 100
    agreed = an_agreed_order(pays=(60_000, 40_000), transport=5_000)
    for total, month in ((100, 1), (200, 2)):
        accept(agreed, total)
        pay(cashier, bill(agreed, now=NOW + timedelta(days=30 * month)))
    first, second = agreed.factories
    changed(agreed, pays={first: 10_000, second: 10_000}, transport=10_000)
    notes = list(Invoice.objects.exclude(credits=None).order_by("pk"))
    assert [note.credits.sequence for note in notes] == [2, 1]
    billed = Invoice.objects.filter(credits=None)
    for field, whole in (("net_cents", 30_000), ("fee_cents", 300), ("tax_cents", 3_939)):
        left = sum(getattr(one, field) for one in billed) - sum(getattr(one, field) for one in notes)
        assert left == whole, field
    assert Invoice.objects.get(sequence=2).status == Invoice.Status.CREDITED
    assert open_faults() == []


def test_a_credit_is_set_off_against_another_open_invoice_of_the_order(cashier):
    agreed = an_agreed_order(pays=(100_000,), transport=0)
    accept(agreed, 150)
    first = bill(agreed)
    pay(cashier, first)
    accept(agreed, 300)
    second = bill(agreed)
    services.credit_invoice(
        by=cashier, invoice_public_id=first.public_id, net_cents=10_000, reason="broken", now=MONTH
    )
    second.refresh_from_db()
    assert (open_cents(second), second.status) == (56_500 - 11_300, Invoice.Status.PART_PAID)
    assert services.free_credit(agreed.order) == 0
    assert open_faults() == []


def test_an_order_that_ends_with_less_than_was_invoiced_is_credited_by_the_sweep(paid_half):
    """The price fell, so the next pieces were invoiced before; then the buyer did without them."""
    first, second = paid_half.factories
    changed(paid_half, pays={first: 30_000, second: 20_000}, transport=5_000)
    assert not Invoice.objects.filter(because="less").exists()
    assert orders_to_bill(now=MONTH) == []
    accept(paid_half, 240)
    Order.objects.filter(pk=paid_half.order.pk).update(status=Order.Status.DONE)
    assert orders_to_bill(now=MONTH) == [paid_half.order.public_id]
    assert bill(paid_half) is None
    note = Invoice.objects.get(because="less")
    assert note.net_cents == 52_500 - 44_000
    assert orders_to_bill(now=MONTH) == []
    assert open_faults() == []


def test_an_order_that_ends_while_a_change_waits_for_answers_is_credited_as_it_is_booked(paid_half):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 30_000, second: 15_000})
    change(paid_half, pays={first: 20_000, second: 15_000})
    Order.objects.filter(pk=paid_half.order.pk).update(status=Order.Status.DONE)
    for _sweep in range(2):
        assert bill(paid_half) is None
    assert [one.net_cents for one in Invoice.objects.filter(because="less")] == [2_500, 25_000]
    assert balance(paid_half.order, UNBILLED, enterprise_id=paid_half.buyer.enterprise_id) == 0
    assert orders_to_bill(now=MONTH) == [] and open_faults() == []


def test_nobody_but_staff_with_the_right_covers_a_difference_and_the_desk_shows_it(paid_half, cashier):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 0, second: 100_000})
    typed = {"bank_id": "C1", "amount": "300.00", "currency": "CNY", "booked_on": "2026-03-02"}
    path = f"/staff/money/orders/{paid_half.order.public_id}/cover/"
    for who in (paid_half.buyer, first, a_person(is_staff=True)):
        assert browser_of(who).post(path, typed).status_code == 404
    assert borne(paid_half) == 30_000
    desk = browser_of(cashier)
    assert "Borne by the platform" in desk.get("/staff/money/").content.decode()
    assert "The difference is covered." in desk.post(path, typed, follow=True).content.decode()
    assert borne(paid_half) == 0
    assert "Borne by the platform" not in desk.get("/staff/money/").content.decode()
    again = desk.post(path, typed, follow=True).content.decode()
    assert "The platform bears less than that of this order." in again
    assert "The difference is covered." not in again
    assert BankLine.objects.filter(covers=True).count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_accepting_changing_invoicing_and_paying_leaves_true_books(seed, cashier):
    """The property of test_earnings, with rows: after each step every oracle is silent and each sum is zero."""
    dice = random.Random(seed)
    agreed = an_agreed_order(pays=(60_000, 40_001), transport=4_999)
    third = a_viewer(enterprise=an_enterprise(name=f"Third {seed}"))
    parties = (*agreed.factories, third)
    now, pieces = NOW, 0
    released: dict[int, int] = {}
    for step in range(16):
        now += timedelta(days=11)
        what = dice.choice(["accept", "accept", "change", "bill", "pay", "pay-out", "refund", "cover"])
        if what == "accept":
            pieces = min(300, pieces + dice.randint(1, 120))
            accept(agreed, pieces)
        elif what == "change":
            pays = {one: dice.choice([0, dice.randint(1, 60_000)]) for one in parties}
            changed(agreed, pays=pays, transport=dice.randint(1, 9_000))
        elif what == "bill":
            bill(agreed, now=now)
        elif what == "pay":
            for invoice in Invoice.objects.filter(credits=None):
                if open_cents(invoice) > 0:
                    draft = a_line(f"I{invoice.pk}-{now:%j}", dice.randint(1, open_cents(invoice) + 5))
                    services.confirm_transfer(by=cashier, reference=invoice.reference, draft=draft, now=now)
        elif what == "pay-out":
            for payout in Payout.objects.filter(status="due"):
                pay_out(cashier, payout)
        elif what == "cover":
            if (cents := borne(agreed)) > 0:
                cover(cashier, agreed, dice.randint(1, cents), bank_id=f"C{step}")
        elif (cents := services.free_credit(agreed.order)) > 0:
            try:
                services.refund_credit(
                    by=cashier, order_public_id=agreed.order.public_id, amount_cents=cents, now=now
                )
            except NotCovered:
                assert borne(agreed) > 0 or cents > balance(agreed.order, Account.Kind.BANK)
        assert open_faults() == [], f"after {what}"
        assert sum(balances(agreed.order).values()) == 0
        for payout in Payout.objects.all():
            assert payout.amount_cents > 0
        now_released = {one.enterprise_id: earned(agreed, one) for one in parties}
        for pk, cents in released.items():
            assert now_released[pk] >= cents, "what was released stays earned"
        released = {
            one.enterprise_id: sum(
                payout.amount_cents for payout in Payout.objects.filter(enterprise_id=one.enterprise_id)
            )
            for one in parties
        }
    accept(agreed, 300)
    bill(agreed, now=now)
    assert open_faults() == []
    assert balance(agreed.order, UNBILLED, enterprise_id=agreed.buyer.enterprise_id) == 0


def test_a_new_factory_of_a_change_is_paid_like_the_others(paid_half, cashier):
    first, second = paid_half.factories
    third = a_viewer(enterprise=an_enterprise(name="Third"))
    changed(paid_half, pays={first: 30_000, second: 40_000, third: 30_000})
    accept(paid_half, 300)
    pay(cashier, bill(paid_half))
    assert sum(one.amount_cents for one in Payout.objects.filter(enterprise_id=third.enterprise_id)) == 30_000
    assert open_faults() == []
