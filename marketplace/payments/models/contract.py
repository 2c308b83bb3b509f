"""What was agreed, in words that stay: terms of payment, contracts by version, and the bytes of every document."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.common.ids import PublicIdField
from marketplace.planning.models import PlanRun
from marketplace.trading.models import Deal


class PaymentTerms(models.Model):
    """The terms of payment a deal was agreed under; later changes of settings do not touch them."""

    deal = models.OneToOneField(Deal, on_delete=models.PROTECT, related_name="payment_terms")
    fee_bp = models.PositiveIntegerField()  # platform fee on the net price, basis points; paid by the buyer
    tax_bp = models.PositiveIntegerField()
    deposit_bp = models.PositiveIntegerField()  # share of the total a buyer may be asked for before, by card
    due_days = models.PositiveIntegerField()  # after an invoice is issued
    is_public_buyer = models.BooleanField()  # pays on invoice after acceptance, never ahead

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fee_bp__lte=10_000, tax_bp__lte=10_000, deposit_bp__lte=10_000),
                name="terms_take_at_most_all",
            )
        ]


class Contract(models.Model):
    """What one party agreed to. A new version follows when the deal's content changes; old ones stay."""

    class Role(models.TextChoices):
        BUYER = "buyer", _("buyer")
        FACTORY = "factory", _("factory")

    public_id = PublicIdField("ctr")
    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="contracts")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="contracts")
    role = models.CharField(max_length=8, choices=Role.choices)
    version = models.PositiveIntegerField()
    terms = models.JSONField()  # see payments.contract_terms
    terms_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()  # business time

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "enterprise", "role", "version"], name="one_contract_of_a_version"
            )
        ]


class Document(models.Model):
    """The bytes of a PDF as they were first made, in one language."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    invoice = models.ForeignKey(
        "payments.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    language = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)  # of `content`
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(contract=None, invoice__isnull=False) | Q(contract__isnull=False, invoice=None),
                name="document_is_of_one_thing",
            ),
            models.UniqueConstraint(fields=["contract", "language"], name="one_contract_document"),
            models.UniqueConstraint(fields=["invoice", "language"], name="one_invoice_document"),
        ]


class ContractsFollow(models.Model):
    """The plan by which a deal's contracts and books were last written, and what it is worth by that plan.

    Another plan means that they are looked at again. The books stay with this price until a change is agreed.
    """

    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, related_name="contracts_follow")
    plan_run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(null=True)  # of the deal, as it was followed
    price = models.JSONField(null=True)  # see payments.worth; null: followed before it was kept
