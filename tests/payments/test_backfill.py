"""What migration 0005 says of rows that were there before it, on rows as they were then: committed, and under triggers."""

from importlib import import_module

import pytest
from django.db import connection, transaction

from marketplace.payments import services
from marketplace.payments.ledger import Move, post
from marketplace.payments.models import Account, Entry, Invoice, Payout
from marketplace.payments.oracles import open_faults
from tests.builders import NOW
from tests.payments.test_oracles import paid_order, unguarded

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["paid_order"]
MIGRATION = import_module("marketplace.payments.migrations.0005_what_came_back_before")


def migrate() -> None:
    """As it runs on deployment: all of it in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for operation in MIGRATION.Migration.operations:
            cursor.execute(operation.sql)


def test_a_transfer_that_came_back_whole_and_a_credit_note_of_then_are_told_as_now(paid_order, cashier):
    invoice, payout = Invoice.objects.get(), Payout.objects.get()
    note = services.credit_invoice(
        by=cashier, invoice_public_id=invoice.public_id, net_cents=1_000, reason="late", now=NOW
    )
    lines = [
        Move(kind=Account.Kind.STRIPE, amount_cents=60_000),
        Move(kind=Account.Kind.PAYABLE, enterprise_id=payout.enterprise_id, amount_cents=-60_000),
    ]
    sent = [
        Move(kind=one.kind, enterprise_id=one.enterprise_id, amount_cents=-one.amount_cents) for one in lines
    ]
    post(order=paid_order, key="sent", kind=Entry.Kind.PAID_OUT, at=NOW, lines=sent)
    key = f"returned:{payout.public_id}"
    post(order=paid_order, key=key, kind=Entry.Kind.RETURNED, at=NOW, lines=lines)
    Payout.objects.update(transfer_id="tr_1")
    with transaction.atomic(), unguarded("invoice"):
        Invoice.objects.update(because="")
    assert open_faults() != [], "as rows were, more seems to have gone than the ledger says"
    migrate()
    payout.refresh_from_db()
    assert (payout.returned_cents, payout.status) == (60_000, "paid")
    assert dict(Invoice.objects.values_list("pk", "because")) == {invoice.pk: "", note.pk: "difference"}
    assert open_faults() == []
    before = list(Invoice.objects.values()), list(Payout.objects.values())
    migrate()
    assert (list(Invoice.objects.values()), list(Payout.objects.values())) == before


def test_the_trigger_that_keeps_invoices_as_they_are_is_awake_again(paid_order):
    migrate()
    with pytest.raises(Exception, match="changes its status only"), transaction.atomic():
        Invoice.objects.update(reason="other")
    assert Invoice.objects.get().reason == ""
