"""Pages and API of money: each party sees its own, staff confirm, bad input is answered."""

import pytest
from django.test import Client

from marketplace.accounts.models import Person
from marketplace.payments import selectors, services
from marketplace.payments.ledger import open_cents
from marketplace.payments.models import BankLine, Contract, Document, Invoice, Payout
from tests.builders import NOW, a_viewer, an_api_client, an_enterprise
from tests.payments.agreed import an_agreed_order
from tests.payments.cards import work_off

pytestmark = pytest.mark.django_db


def browser_of(who) -> Client:
    client = Client()
    client.force_login(who if isinstance(who, Person) else Person.objects.get(pk=who.person_id))
    return client


@pytest.fixture
def trade():
    """An order that is delivered and invoiced, with its contracts."""
    agreed = an_agreed_order(pays=(60_000, 40_001))
    services.write_contracts(deal_public_id=agreed.deal.public_id, now=NOW)
    services.accept_delivery(order_id=agreed.order.pk, key="all", accepted_total=300, now=NOW)
    services.issue_invoice(order_public_id=agreed.order.public_id, now=NOW)
    return agreed


def typed(invoice: Invoice, **changes) -> dict[str, str]:
    line = {
        "reference": invoice.reference,
        "amount": "1186.51",
        "currency": "CNY",
        "bank_id": "B1",
        "booked_on": "2026-03-02",
    }
    return {**line, **changes}


def test_the_buyer_s_page_says_how_much_is_due_when_and_under_which_reference(trade):
    page = browser_of(trade.buyer).get(f"/orders/{trade.order.public_id}/money/").content.decode()
    assert "1,186.51 CNY to be paid by Wed 1 Apr" in page
    assert "RF42 2026 0000 01" in page
    assert "2026-000001" in page
    assert "Stripe" not in page
    assert "card" not in page.split("<main")[1].replace("m-card", "")


def test_the_factory_s_page_says_what_is_earned_due_and_paid(trade, cashier):
    page = browser_of(trade.factories[0])
    assert "600.00 CNY earned, nothing due" in page.get("/payouts/").content.decode()
    invoice = Invoice.objects.get()
    browser_of(cashier).post("/staff/money/transfers/", typed(invoice))
    text = page.get("/payouts/").content.decode()
    assert "600.00 CNY will be paid out to you" in text
    assert "400.01" not in text
    assert "due since" in page.get("/payouts/next/", headers={"HX-Request": "true"}).content.decode()


def test_pages_without_anything_say_what_will_come():
    factory, buyer = a_viewer(), an_agreed_order().buyer
    assert "No pay yet" in browser_of(factory).get("/payouts/").content.decode()
    assert "No contract yet" in browser_of(buyer).get("/contracts/").content.decode()


def test_a_foreign_order_invoice_or_contract_is_not_found(trade):
    stranger = browser_of(an_agreed_order().buyer)
    contract = Contract.objects.filter(enterprise_id=trade.buyer.enterprise_id).get()
    for path in (
        f"/orders/{trade.order.public_id}/money/",
        f"/orders/{trade.order.public_id}/money/invoices.csv",
        f"/invoices/{Invoice.objects.get().public_id}/pdf/",
        f"/contracts/{contract.public_id}/pdf/",
    ):
        assert stranger.get(path).status_code == 404, path
        assert browser_of(trade.buyer).get(path).status_code == 200, path


def test_staff_confirm_a_transfer_by_form_and_are_told_what_became_of_it(trade, cashier):
    desk, invoice = browser_of(cashier), Invoice.objects.get()
    answer = desk.post("/staff/money/transfers/", typed(invoice, amount="1000"), follow=True).content.decode()
    assert "186.51 CNY of invoice 2026-000001 is still open" in answer
    answer = desk.post(
        "/staff/money/transfers/", typed(invoice, amount="200", bank_id="B2"), follow=True
    ).content.decode()
    assert "13.49 CNY too much is now a credit of the buyer" in answer
    payout = Payout.objects.order_by("pk").first()
    paid = {"bank_id": "P1", "amount": "600.00", "currency": "CNY", "booked_on": "2026-03-02"}
    assert (
        "is confirmed"
        in desk.post(f"/staff/money/payouts/{payout.public_id}/", paid, follow=True).content.decode()
    )
    payout.refresh_from_db()
    assert payout.status == "paid"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reference": "RF432026000001"}, "mistyped"),
        ({"reference": "RF152026000002"}, "No invoice has this reference"),
        ({"amount": "0"}, "from 1 to"),
        ({"amount": "-5"}, "greater than or equal to 0"),
        ({"amount": "999999999999999999"}, "less than or equal to"),
        ({"amount": "ten"}, "Enter a number"),
        ({"currency": "EUR"}, "This invoice is in CNY"),
        ({"booked_on": "2999-01-01"}, "on a day to come"),
        ({"bank_id": ""}, "required"),
    ],
)
def test_a_wrong_line_of_the_bank_is_answered_beside_its_field_and_books_nothing(
    trade, cashier, change, said
):
    invoice = Invoice.objects.get()
    answer = browser_of(cashier).post("/staff/money/transfers/", typed(invoice, **change))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not BankLine.objects.exists()
    assert open_cents(invoice) == invoice.total_cents


def test_the_desk_does_not_exist_for_others(trade):
    invoice = Invoice.objects.get()
    for who in (trade.buyer, trade.factories[0]):
        client = browser_of(who)
        assert client.get("/staff/money/").status_code == 404
        assert client.post("/staff/money/transfers/", typed(invoice)).status_code == 404
    assert Client().get("/staff/money/").status_code == 302
    assert not BankLine.objects.exists()


def test_a_document_has_its_hash_as_etag_and_is_not_sent_twice(trade):
    client = an_api_client(trade.buyer)
    contract = client.get("/api/v1/contracts").json()["results"][0]
    first = client.get(f"/api/v1/contracts/{contract['id']}/pdf?language=zh-hans")
    document = Document.objects.get(contract__public_id=contract["id"], language="zh-hans")
    assert first["ETag"] == f'"{document.sha256}"'
    assert first["Content-Type"] == "application/pdf"
    again = client.get(
        f"/api/v1/contracts/{contract['id']}/pdf?language=zh-hans", headers={"If-None-Match": first["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    stranger = an_api_client(a_viewer(enterprise=an_enterprise()))
    assert stranger.get(f"/api/v1/contracts/{contract['id']}/pdf").status_code == 404


def test_the_api_shows_each_party_its_own_money(trade, cashier):
    buyer, factory = an_api_client(trade.buyer), an_api_client(trade.factories[0])
    (invoice,) = buyer.get("/api/v1/invoices").json()["results"]
    assert (invoice["total_cents"], invoice["open_cents"], invoice["status"]) == (118_651, 118_651, "issued")
    assert buyer.get(f"/api/v1/invoices/{invoice['id']}").json() == invoice
    assert factory.get(f"/api/v1/invoices/{invoice['id']}").status_code == 404
    assert factory.get("/api/v1/invoices").json()["results"] == []
    assert buyer.get("/api/v1/balances").json() == [
        {"account": "receivable", "currency": "CNY", "cents": 118_651},
        {"account": "unbilled", "currency": "CNY", "cents": 0},
    ]
    assert factory.get("/api/v1/balances").json() == [
        {"account": "earned", "currency": "CNY", "cents": -60_000}
    ]
    browser_of(cashier).post("/staff/money/transfers/", typed(Invoice.objects.get()))
    (payout,) = factory.get("/api/v1/payouts").json()["results"]
    assert (payout["amount_cents"], payout["status"], payout["method"]) == (60_000, "due", "transfer")
    assert (
        "fee_cents" not in factory.get("/api/v1/contracts").json()["results"][0]
        and buyer.post("/api/v1/invoices").status_code == 405
    )


def test_csv_has_every_invoice_and_every_pay_in_cents(trade):
    text = browser_of(trade.buyer).get(f"/orders/{trade.order.public_id}/money/invoices.csv").content.decode()
    assert "2026-000001,invoice,RF422026000001,issued" in text
    assert ",118651,118651,CNY" in text
    text = browser_of(trade.factories[0]).get("/payouts/payouts.csv").content.decode()
    assert ",60000,60000,0,0,CNY," in text


def test_with_keys_the_buyer_gets_a_link_to_a_payment_page_and_the_factory_one_to_stripe(sandbox):
    agreed = an_agreed_order()
    page = browser_of(agreed.buyer)
    path = f"/orders/{agreed.order.public_id}/money/"
    assert "Pay a deposit of" in page.get(path).content.decode()
    page.post(path + "deposit/")
    work_off(sandbox)
    assert 'href="https://checkout.invalid/pay"' in page.get(path).content.decode()
    factory = browser_of(agreed.factories[0])
    factory.post("/payouts/stripe/")
    work_off(sandbox)
    assert 'href="https://connect.invalid/setup"' in factory.get("/payouts/").content.decode()


def test_money_is_read_in_as_many_queries_as_its_selectors_say(trade, django_assert_num_queries):
    with django_assert_num_queries(4):
        (pay,) = selectors.pays(trade.factories[0])
        assert pay.deal.order.title and pay.earned_cents == 60_000
    with django_assert_num_queries(7):
        money = selectors.order_money(trade.buyer, order_public_id=trade.order.public_id)
        assert [one.invoice.order.buyer.pk for one in money.invoices] == [trade.buyer.enterprise_id]
