"""Money that moved outside: lines of the bank account a person confirmed, pay-outs to factories, refunds to buyers."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person
from marketplace.common.ids import PublicIdField
from marketplace.common.money import CentsField
from marketplace.orders.models import Order
from marketplace.payments.models.invoice import Invoice
from marketplace.payments.models.stripe import Charge


class Method(models.TextChoices):
    TRANSFER = "transfer", _("bank transfer")
    STRIPE = "stripe", _("Stripe")


class MovementStatus(models.TextChoices):
    """`sending` waits for Stripe's answer; after `failed` a person decides what is tried next."""

    DUE = "due", _("to be paid")
    SENDING = "sending", _("being sent")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")


class Payout(models.Model):
    """What one factory gets because an invoice was paid. `due_on` is the day the buyer's money was there.

    `part` counts a factory's pay-outs of one invoice: a later part is what a change of the plan, or money that was
    missing, left over. What Stripe took back of one is `returned_cents`, and is paid again by another (`again_for`).
    """

    public_id = PublicIdField("pay")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payouts")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="payouts")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payouts")
    part = models.PositiveSmallIntegerField(default=1)
    again_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="paid_again"
    )
    amount_cents = CentsField()
    returned_cents = CentsField(default=0)
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=8, choices=Method.choices, default=Method.TRANSFER)
    status = models.CharField(max_length=8, choices=MovementStatus.choices, default=MovementStatus.DUE)
    due_on = models.DateField()
    paid_at = models.DateTimeField(null=True, blank=True)  # business time
    transfer_id = models.CharField(max_length=80, blank=True)  # Stripe's
    looked_at = models.DateTimeField(null=True, blank=True)  # real time of the last look at Stripe
    error = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "enterprise", "part"], name="one_payout_of_a_part_of_an_invoice"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payout_is_positive"),
            models.CheckConstraint(
                condition=Q(returned_cents__gte=0, returned_cents__lte=F("amount_cents")),
                name="payout_returns_at_most_all",
            ),
        ]


class Refund(models.Model):
    """What a buyer gets back of what it paid ahead or too much."""

    public_id = PublicIdField("rfd")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="refunds")
    charge = models.ForeignKey(
        Charge, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    amount_cents = CentsField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=8, choices=Method.choices, default=Method.TRANSFER)
    status = models.CharField(max_length=8, choices=MovementStatus.choices, default=MovementStatus.DUE)
    asked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()  # business time
    paid_at = models.DateTimeField(null=True, blank=True)  # business time
    refund_id = models.CharField(max_length=80, blank=True)  # Stripe's
    looked_at = models.DateTimeField(null=True, blank=True)  # real time of the last look at Stripe
    error = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="refund_is_positive"),
            models.CheckConstraint(
                condition=Q(method="transfer", charge=None) | Q(method="stripe", charge__isnull=False),
                name="refund_by_stripe_is_of_a_charge",
            ),
        ]


class BankLine(models.Model):
    """A line of our bank account that a person confirmed, in (positive) or out (negative). Each line once."""

    public_id = PublicIdField("bnk")
    bank_id = models.CharField(max_length=64, unique=True)  # the bank's own number of the line
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="bank_lines")
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_lines"
    )
    payout = models.OneToOneField(
        Payout, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_line"
    )
    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_line"
    )
    covers = models.BooleanField(default=False)  # it came to cover what the order's own money does not
    amount_cents = CentsField()
    currency = models.CharField(max_length=3)
    booked_on = models.DateField()  # as the bank says
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()  # business time

    class Meta:
        ordering = ["id"]
        permissions = [("settle_money", "May confirm bank transfers, pay-outs and refunds")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, invoice__isnull=False, payout=None, refund=None, covers=False)
                | Q(amount_cents__gt=0, invoice=None, payout=None, refund=None, covers=True)
                | Q(amount_cents__lt=0, invoice=None, payout__isnull=False, refund=None, covers=False)
                | Q(amount_cents__lt=0, invoice=None, payout=None, refund__isnull=False, covers=False),
                name="bank_line_is_for_one_thing",
            )
        ]
