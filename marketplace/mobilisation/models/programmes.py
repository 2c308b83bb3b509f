"""What is bought under a declaration, and which orders come first for it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.ids import PublicIdField
from marketplace.common.money import CURRENCIES, CentsField
from marketplace.mobilisation.models.declarations import Declaration
from marketplace.orders.models import MAX_QUANTITY, Order, Product, Rating


class Programme(models.Model):
    """A quantity of one product wanted under a declaration."""

    public_id = PublicIdField("prg")
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="programmes")
    name = models.CharField(_("name"), max_length=120)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    target_quantity = models.BigIntegerField(_("target quantity"))
    budget_cents = CentsField(_("budget, net"), null=True, blank=True)
    currency = models.CharField(max_length=3, default=CURRENCIES[0])
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()  # business time

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["declaration", "name"], name="one_programme_per_name"),
            models.CheckConstraint(
                condition=Q(target_quantity__range=(1, MAX_QUANTITY)), name="programme_target_is_sane"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NeedConfirmation(models.Model):
    """Somebody of the office has asked the buyer and says that the need is real; written once."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="confirmations")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="need_confirmations")
    order_revision = models.PositiveIntegerField()  # of what is ordered
    confirmed_with = models.CharField(_("confirmed with"), max_length=160)  # whom at the buyer's
    how = models.CharField(_("how"), max_length=240, blank=True)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()  # business time

    class Meta:
        ordering = ["id"]


class OrderRating(models.Model):
    """An order that comes first: rating, statement, signature, date, dated delivery."""

    public_id = PublicIdField("rat")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="ratings")
    order_revision = models.PositiveIntegerField()
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="ratings")
    rating = models.CharField(
        max_length=2, choices=[(one.value, one.label) for one in (Rating.DX, Rating.DO)]
    )
    statement = models.TextField()
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()  # business time
    deliver_by = models.DateTimeField()
    need = models.ForeignKey(NeedConfirmation, on_delete=models.PROTECT, related_name="ratings")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=240, blank=True)
    is_drill = models.BooleanField(default=False)  # of a drill: the order itself knows nothing of it

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(ended_at=None, is_drill=False), name="an_order_has_one_rating"
            ),
            models.UniqueConstraint(
                fields=["order", "programme"],
                condition=Q(ended_at=None, is_drill=True),
                name="an_order_has_one_rating_in_a_drill",
            ),
            models.CheckConstraint(condition=Q(rating__in=["DO", "DX"]), name="rating_is_do_or_dx"),
        ]
