"""What people read of money: quantities in the unit of the goods, references in groups of four."""

import pytest
from django.test import Client

from marketplace.accounts.models import Person
from marketplace.orders.models import Operation
from marketplace.payments import services
from marketplace.payments.documents import contract_data, invoice_data
from marketplace.payments.models import Contract, Invoice
from tests.builders import NOW, an_order
from tests.payments.agreed import an_agreed_order

pytestmark = pytest.mark.django_db


def an_invoiced_order():
    agreed = an_agreed_order(quantity=300)
    services.write_contracts(deal_public_id=agreed.deal.public_id, now=NOW)
    services.accept_delivery(order_id=agreed.order.pk, key="all", accepted_total=300, now=NOW)
    services.issue_invoice(order_public_id=agreed.order.public_id, now=NOW)
    return agreed


@pytest.mark.parametrize(("unit", "shown"), [("m", "300\u00a0m"), ("piece", "300 pieces")])
def test_contracts_and_invoices_tell_quantities_in_the_unit_of_the_goods(unit, shown, monkeypatch):
    monkeypatch.setattr("tests.payments.agreed.an_order", in_unit(unit))
    an_invoiced_order()
    invoice = invoice_data(Invoice.objects.get(), language="en")
    assert invoice["lines"][0][0].endswith(shown)
    bought = contract_data(Contract.objects.get(role="buyer"), language="en")
    assert dict(bought["facts"])["Quantity"] == shown
    assert any(name.startswith("To ") and told == shown for name, told in bought["facts"])
    for made in Contract.objects.filter(role="factory"):
        told = dict(contract_data(made, language="en")["facts"])
        assert told[f"Quantity, {made.terms['runs'][0]['operation']}"] == shown
    assert ("unit" in Contract.objects.get(role="buyer").terms) is (unit != "piece"), (
        "old ones keep their hash"
    )


def in_unit(unit):
    def made(**values):
        order = an_order(**values)
        Operation.objects.filter(product=order.product).update(unit=unit)
        return order

    return made


def test_staff_and_buyer_read_references_in_fours_and_find_them_as_they_type_them(cashier):
    agreed = an_invoiced_order()
    client = Client()
    client.force_login(cashier)
    assert "RF42 2026 0000 01" in client.get("/staff/money/").content.decode()
    client.force_login(Person.objects.get(pk=agreed.buyer.person_id))
    page = client.get(f"/orders/{agreed.order.public_id}/money/").content.decode()
    assert "RF42 2026 0000 01" in page
    assert "RF422026000001" not in page
