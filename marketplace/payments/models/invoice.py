"""Invoices and credit notes: numbered without a gap, never changed but for their status."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.common.ids import PublicIdField
from marketplace.common.money import CentsField
from marketplace.orders.models import Order


class InvoiceSeries(models.Model):
    """The last number given in a year. Its row is locked while a number is taken: no gap, none twice."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)


class Invoice(models.Model):
    """What a buyer owes for accepted pieces. A credit note has `credits` and takes its total off that invoice."""

    class Status(models.TextChoices):
        ISSUED = "issued", _("to be paid")
        PART_PAID = "part-paid", _("paid in part")
        PAID = "paid", _("paid")
        CREDITED = "credited", _("credited")

    class Because(models.TextChoices):
        """Why a credit note was issued; nothing of an invoice."""

        INVOICE = "", _("no credit note")
        DIFFERENCE = "difference", _("a difference was settled")
        LESS = "less", _("the order comes to less than was invoiced")

    public_id = PublicIdField("bil")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="invoices")
    buyer = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="invoices")
    credits = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="credit_notes"
    )
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    reference = models.CharField(max_length=25)  # ISO 11649: what the buyer writes on its transfer
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ISSUED)
    accepted_total = models.BigIntegerField()  # pieces accepted up to here, since the beginning
    net_cents = CentsField()
    fee_cents = CentsField()
    tax_bp = models.PositiveIntegerField()
    tax_cents = CentsField()
    total_cents = CentsField()
    currency = models.CharField(max_length=3)
    issued_at = models.DateTimeField()  # business time
    due_on = models.DateField()
    because = models.CharField(
        max_length=10, choices=Because.choices, default=Because.INVOICE, blank=True
    )  # a difference is borne by the platform, less is taken off what the order comes to
    reason = models.CharField(max_length=240, blank=True)  # of a difference, as it was typed
    facts = models.JSONField(default=dict)  # names and addresses as they were, for the document

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="one_invoice_of_a_number"),
            models.UniqueConstraint(
                fields=["reference"], condition=Q(credits=None), name="one_invoice_of_a_reference"
            ),
            models.CheckConstraint(
                condition=Q(total_cents=F("net_cents") + F("fee_cents") + F("tax_cents"), total_cents__gt=0),
                name="invoice_adds_up",
            ),
        ]

    @property
    def number(self) -> str:
        """`2026-000017`; unique over invoices and credit notes."""
        return f"{self.year}-{self.sequence:06d}"

    @property
    def is_credit_note(self) -> bool:
        return self.credits_id is not None
