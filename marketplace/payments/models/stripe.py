"""What was asked of Stripe (the outbox), what Stripe told (the inbox), and what it holds for us."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.common.ids import PublicIdField
from marketplace.common.leases import Leased
from marketplace.common.money import CentsField
from marketplace.orders.models import Order
from marketplace.payments.models.invoice import Invoice


class ConnectedAccount(models.Model):
    """A factory's account at Stripe, to which transfers go once Stripe may pay it out."""

    public_id = PublicIdField("cac")
    enterprise = models.OneToOneField(Enterprise, on_delete=models.PROTECT, related_name="connected_account")
    country = models.CharField(max_length=2)
    account_id = models.CharField(max_length=80, blank=True)
    payouts_enabled = models.BooleanField(default=False)
    details_submitted = models.BooleanField(default=False)
    link_url = models.CharField(max_length=500, blank=True)  # where the factory goes on at Stripe
    link_expires_at = models.DateTimeField(null=True, blank=True)  # real time
    looked_at = models.DateTimeField(null=True, blank=True)  # real time at which the newest look began


class Charge(models.Model):
    """Money a buyer pays by card on Stripe's own page: a deposit, or what an invoice leaves open."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("deposit")
        BALANCE = "balance", _("invoice")

    class Status(models.TextChoices):
        WANTED = "wanted", _("being prepared")
        OPEN = "open", _("waiting for the payment")
        PAID = "paid", _("paid")
        EXPIRED = "expired", _("not paid in time")
        FAILED = "failed", _("failed")

    public_id = PublicIdField("chg")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="charges")
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="charges"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WANTED)
    amount_cents = CentsField()
    currency = models.CharField(max_length=3)
    received_cents = CentsField(default=0)
    session_id = models.CharField(max_length=120, blank=True)
    intent_id = models.CharField(max_length=80, blank=True)
    url = models.CharField(max_length=1000, blank=True)  # Stripe's page
    asked_at = models.DateTimeField()  # business time
    looked_at = models.DateTimeField(null=True, blank=True)  # real time of the last look at Stripe
    error = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, received_cents__gte=0), name="charge_is_positive"
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(kind="deposit", status__in=["wanted", "open", "paid"]),
                name="one_living_deposit_of_an_order",
            ),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(kind="balance", status__in=["wanted", "open"]),
                name="one_living_charge_of_an_invoice",
            ),
        ]


class StripeCall(Leased):
    """Outbox: a call written with the change that wants it, sent by a worker under a lease.

    Its public id is the idempotency key. After a time-out the effect is unknown: the same call goes out again under
    the same key. `failed` is Stripe's refusal (nothing happened), `dead` is a call nobody knows the end of.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("open an account")
        ACCOUNT_LINK = "account-link", _("link for a factory")
        CHECKOUT = "checkout", _("payment page")
        TRANSFER = "transfer", _("transfer to a factory")
        REFUND = "refund", _("refund")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        RUNNING = "running", _("being sent")
        DONE = "done", _("done")
        FAILED = "failed", _("refused by Stripe")
        DEAD = "dead", _("given up, end unknown")

    STATE = "state"

    public_id = PublicIdField("stc")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    subject = models.CharField(max_length=24)  # public id of the charge, payout, refund or account it is for
    params = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    next_at = models.DateTimeField()  # real time, as all moments of this row
    first_sent_at = models.DateTimeField(null=True, blank=True)
    object_id = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=~Q(kind="account-link") & ~Q(state="failed"),
                name="one_call_for_an_effect",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False), name="running_call_has_a_lease"
            ),
        ]
        indexes = [models.Index(fields=["state", "next_at"])]


class StripeEvent(Leased):
    """Inbox: that Stripe told us to look at an object. What it is now is asked again, not read from the event."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being looked at")
        DONE = "done", _("done")
        IGNORED = "ignored", _("not ours")
        DEAD = "dead", _("given up")

    STATE = "state"

    event_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120)
    account = models.CharField(max_length=80, blank=True)
    stamped_at = models.DateTimeField()  # Stripe's time of the event
    received_at = models.DateTimeField()  # real time, as all below
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    next_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "next_at"])]
