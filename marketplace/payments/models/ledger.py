"""The ledger: entries whose lines sum to zero. Rows are only ever added; triggers refuse everything else."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.common.ids import PublicIdField
from marketplace.common.money import CentsField
from marketplace.orders.models import MAX_QUANTITY, Order


class Account(models.Model):
    """What a cent is. A positive balance is ours (or owed to us), a negative one is owed by us."""

    class Kind(models.TextChoices):
        BANK = "bank", _("in the bank")
        STRIPE = "stripe", _("at Stripe")
        UNBILLED = "unbilled", _("accepted, not invoiced")
        RECEIVABLE = "receivable", _("invoiced, not paid")
        CREDIT = "credit", _("paid ahead")
        EARNED = "earned", _("earned, waiting for the buyer's payment")
        PAYABLE = "payable", _("to be paid out")
        TRANSPORT = "transport", _("for transport")
        FEE = "fee", _("platform fee")
        TAX = "tax", _("tax")
        ALLOWANCE = "allowance", _("credited for differences")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    currency = models.CharField(max_length=3)
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger_accounts"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "currency", "enterprise"], name="one_account_of_a_kind", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["unbilled", "receivable", "credit", "earned", "payable"],
                    enterprise__isnull=False,
                )
                | Q(kind__in=["bank", "stripe", "transport", "fee", "tax"], enterprise=None)
                | Q(kind="allowance"),  # for what a factory keeps it names the factory
                name="account_of_a_party_names_it",
            ),
        ]


class Entry(models.Model):
    """Something that happened to an order's money. `key` names the effect: it is booked once."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", _("pieces accepted")
        CHANGED = "changed", _("put right after a change of the plan")
        INVOICED = "invoiced", _("invoice issued")
        CREDITED = "credited", _("credit note issued")
        CREDIT_USED = "credit-used", _("paid ahead, used for an invoice")
        TRANSFER_IN = "transfer-in", _("bank transfer received")
        CARD = "card", _("paid by card")
        RELEASED = "released", _("released for pay-out")
        PAID_OUT = "paid-out", _("paid out")
        REFUNDED = "refunded", _("refunded")
        RETURNED = "returned", _("came back")
        COVERED = "covered", _("difference covered")
        LESS_BORNE = "less-borne", _("difference borne no more")

    EARNING = (Kind.ACCEPTED, Kind.CHANGED)

    public_id = PublicIdField("jnl")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="entries")
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()  # business time
    recorded_at = models.DateTimeField()  # real time
    memo = models.CharField(max_length=240, blank=True)
    num_lines = models.PositiveSmallIntegerField()  # so that no line is added to it later

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(num_lines__gte=2), name="entry_has_two_sides")]


class Line(models.Model):
    """A part of an entry: so many cents to (positive) or from (negative) an account."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    amount_cents = CentsField()
    currency = models.CharField(max_length=3)
    invoice = models.ForeignKey(
        "payments.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="lines"
    )  # which debt of the buyer a line of its receivable account is about

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(amount_cents=0), name="line_moves_something")]


class Acceptance(models.Model):
    """Delivery said how many pieces of an order are accepted in all. Only what is more than before counts."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="acceptances")
    key = models.CharField(max_length=120)
    accepted_total = models.BigIntegerField()  # pieces since the beginning
    at = models.DateTimeField()  # business time
    recorded_at = models.DateTimeField()  # real time

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "key"], name="acceptance_is_said_once"),
            models.CheckConstraint(
                condition=Q(accepted_total__range=(0, MAX_QUANTITY)), name="acceptance_is_sane"
            ),
        ]
