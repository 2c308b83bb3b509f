"""From an agreed order to money: a public buyer receives with a difference, pays by transfer, factories are paid."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission

from marketplace.accounts.models import Enterprise
from marketplace.accounts.models import Person as Account
from marketplace.delivery.links import box_url, driver_url
from marketplace.delivery.models import ReceiptLine, Settlement, Shipment
from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.payments.models import BankLine, Invoice, Payout
from marketplace.payments.oracles import open_faults
from marketplace.payments.tasks import bill
from tests.browser import PHONE, aside, scan
from tests.builders import NOW, a_person, a_viewer, an_enterprise
from tests.delivery.flows import a_flow, receive, send

ORDERED, DAMAGED = 2_000, 20


@pytest.fixture
def flow(visit):
    """All is made, and two shipments of two boxes each are on their way to the only drop."""

    def prepare():
        hospital = an_enterprise(kind=Enterprise.Kind.BUYER, name="Hospital No 4", is_public_body=True)
        found = a_flow(quantity=ORDERED, num_legs=2, buyer=a_viewer(enterprise=hospital))
        services.write_contracts(deal_public_id=found.deal.public_id, now=NOW)
        for shipment in found.shipments:
            send(found, shipment)
            if shipment.to_drop_id is None:
                receive(found, shipment)
        return found

    return aside(prepare)


def test_a_public_buyer_receives_settles_and_pays_and_the_factories_get_their_money(visit, flow):
    order = flow.order.public_id
    buyer = visit(size=PHONE)
    log_in(buyer, flow.buyer)
    buyer.open(f"/orders/{order}/")
    buyer.page.wait_for_selector("#delivery h2")
    assert buyer.says("Coat: 2,000 of 2,000 pieces made")
    assert buyer.says("Received and accepted: 0 of 2,000 pieces")

    first, second = Shipment.objects.filter(to_drop__isnull=False).order_by("pk")
    receive_box_by_box(buyer, order, first)
    drive_to_the_door(visit, second)
    receive_at_once(buyer, order, second)
    lines = ReceiptLine.objects.filter(receipt__shipment__in=[first, second]).order_by("pk")
    assert list(lines.values_list("how", "good", "damaged", "reason")) == [
        ("scan", 500, 0, ""), ("typed", 480, 20, "box torn"), ("typed", 1_000, 0, ""),
    ]  # fmt: skip
    do_without(buyer, order)

    aside(lambda: bill(order))  # what the worker does when it is told
    invoice = Invoice.objects.get()
    buyer.open(f"/orders/{order}/money/")
    assert buyer.title.startswith(
        "1,118.70 CNY to be paid by"
    )  # 1,980 of 2,000 for 1,000.00 CNY, and 13 % tax
    reference = buyer.page.inner_text("#invoices td[data-label=Reference]")
    pdf = buyer.context.request.get(f"/invoices/{invoice.public_id}/pdf/")
    assert pdf.body().startswith(b"%PDF")

    cashier = visit()
    cashier.log_in(a_cashier().email)
    confirm_transfer(cashier, reference)
    buyer.open(f"/orders/{order}/money/")
    assert buyer.title == "Every invoice is paid"
    invoice.refresh_from_db()
    assert invoice.status == Invoice.Status.PAID

    factory = visit()
    log_in(factory, flow.coat)
    factory.open("/payouts/")
    assert factory.title == "396.00 CNY will be paid out to you"
    pay_out(cashier, to=flow.coat)
    factory.open("/payouts/")
    assert "paid" in factory.page.inner_text("#payout-list tbody tr")
    assert factory.title == "396.00 CNY earned, nothing due"
    assert sorted(Payout.objects.values_list("status", flat=True)) == ["due", "paid"]
    assert open_faults() == []


def receive_box_by_box(buyer, order, shipment) -> None:
    """The first box with a scanner, the second typed, with its difference."""
    one, two = shipment.boxes.order_by("number")
    buyer.open(f"/orders/{order}/deliveries/")
    buyer.page.click("a:has-text('Receive by scan')")
    buyer.page.locator("[data-scan-code]").fill(one.public_id)
    buyer.press("Open its shipment")
    buyer.page.wait_for_selector("#page-title:has-text('2 boxes are to be counted')")
    scan(buyer.page, box_url(one.public_id))
    buyer.page.wait_for_selector("#counted h2:has-text('1 of 2 boxes counted')")
    buyer.page.wait_for_selector("[data-scan-said=good]")

    buyer.page.tap("summary:has-text('Something in this box is damaged')")
    box = buyer.page.locator("form[data-scan]")
    box.locator("[name=damaged]").fill(str(DAMAGED))
    box.locator("[name=code]").fill(str(two.number))
    buyer.press("Count")
    buyer.page.wait_for_selector("[data-scan-said=bad]")
    assert ReceiptLine.objects.filter(receipt__shipment=shipment).count() == 1
    buyer.page.tap("summary:has-text('Something in this box is damaged')")
    box.locator("[name=damaged]").fill(str(DAMAGED))
    box.locator("[name=reason]").fill("box torn")
    box.locator("[name=code]").fill(str(two.number))
    buyer.press("Count")
    buyer.page.wait_for_selector("#counted h2:has-text('2 of 2 boxes counted')")
    buyer.check()
    finish(buyer, shipment)


def drive_to_the_door(visit, shipment) -> None:
    """The driver's link needs no account."""
    driver = visit(size=PHONE)
    driver.open(urlsplit(driver_url(shipment.public_id)).path)
    driver.fill(signer="Gate 2")
    driver.press("It has arrived")
    driver.page.wait_for_selector("#page-title:has-text('Arrival is noted')")
    assert "sessionid" not in {cookie["name"] for cookie in driver.context.cookies()}


def receive_at_once(buyer, order, shipment) -> None:
    buyer.open(f"/orders/{order}/deliveries/")
    buyer.page.click("#delivery-list a.btn:has-text('Receive')")
    buyer.page.wait_for_selector("#page-title:has-text('2 boxes are to be counted')")
    finish(buyer, shipment)


def finish(buyer, shipment) -> None:
    buyer.fill(signer="Nurse Lin")
    buyer.press("Received", confirm=True)
    buyer.page.wait_for_selector("#page-title:has-text('received at Depot')")
    shipment.refresh_from_db()
    assert shipment.status == Shipment.Status.RECEIVED


def do_without(buyer, order) -> None:
    """The buyer settles what came damaged: it is neither waited nor paid for."""
    buyer.open(f"/orders/{order}/deliveries/")
    buyer.page.tap("summary:has-text('20 pieces are still to come')")
    form = buyer.page.locator("form[action$='/settle/']")
    form.locator("[name=quantity]").fill(str(DAMAGED))
    form.locator("[name=reason]").fill("The stock lasts without them")
    buyer.press("Do without them", confirm=True)
    buyer.page.wait_for_selector("#page-title:has-text('Complete since')")
    assert Settlement.objects.get().quantity == DAMAGED
    assert Order.objects.get(public_id=order).status == Order.Status.DONE


def confirm_transfer(cashier, reference) -> None:
    """A mistyped reference is answered beside its field and books nothing; the right one pays the invoice."""
    cashier.open("/staff/money/")
    cashier.fill(reference="RF43 2026 0000 01", amount="1118.70", bank_id="B-1")
    with cashier.expecting(400):
        cashier.press("Confirm the transfer")
        cashier.page.wait_for_selector(".m-field__error:has-text('mistyped')")
    assert not BankLine.objects.exists()
    cashier.fill(reference=reference)
    cashier.press("Confirm the transfer")
    cashier.page.wait_for_selector("#messages:has-text('is paid')")
    cashier.check()


def pay_out(cashier, *, to) -> None:
    row = cashier.page.locator("#payouts tbody tr", has_text=Enterprise.objects.get(pk=to.enterprise_id).name)
    row.locator("[name=bank_id]").fill("P-1")
    row.locator("[name=amount]").fill("396.00")
    row.get_by_role("button", name="Confirm").click()
    cashier.page.wait_for_selector("#messages:has-text('The pay-out is confirmed')")


def a_cashier() -> Account:
    """Staff who settle money."""
    person = a_person(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="settle_money"))
    return person


def log_in(person, viewer) -> None:
    person.log_in(Account.objects.get(pk=viewer.person_id).email)
