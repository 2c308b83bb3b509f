"""What a drill plans: fictitious rated orders, on a frozen copy of the network."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.ids import PublicIdField
from marketplace.common.leases import Leased
from marketplace.mobilisation.models.declarations import Declaration
from marketplace.orders.models import MAX_QUANTITY, Product


class Exercise(Leased):
    """A rated order that nobody placed. `problem`, `burdens` and `works` are the copy as it was frozen, the rest what a
    plan of it says; no order, no offer and no hold belongs to it. The row is the job, with lease and token.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being solved")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    public_id = PublicIdField("exe")
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="exercises")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    rating = models.CharField(max_length=2)
    city = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()  # business time, of which the copy is
    epoch = models.DateTimeField()  # business time of the copy's minute 0
    problem = models.JSONField()
    burdens = models.JSONField()
    works = models.JSONField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    # the answer
    arrives_at = models.DateTimeField(null=True, blank=True)  # none: no plan was found
    num_factories = models.PositiveIntegerField(default=0)
    displaced = models.JSONField(
        default=list
    )  # of each order that would give way: number, rating, runs, minutes
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MAX_QUANTITY)), name="exercise_quantity_is_sane"
            ),
            models.CheckConstraint(condition=Q(rating__in=["DO", "DX"]), name="exercise_is_do_or_dx"),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(lease_until__isnull=False),
                name="running_exercise_has_a_lease",
            ),
        ]

    @property
    def is_over(self) -> bool:
        return self.status in (self.Status.DONE, self.Status.FAILED)
