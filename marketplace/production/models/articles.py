"""First articles: the first pieces at a machine, shown to the buyer before the rest is made."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.ids import PublicIdField
from marketplace.production.models.station import StationSession
from marketplace.production.models.work import WorkOrder


class ArticleApproval(models.Model):
    """A photo of the first pieces and what the buyer says to it. At most one of a work order is undecided."""

    class Verdict(models.TextChoices):
        WAITING = "", _("waiting")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    public_id = PublicIdField("art")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="articles")
    photo = models.BinaryField()  # JPEG without any metadata
    asked_at = models.DateTimeField()  # business time
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    session = models.ForeignKey(
        StationSession, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["work_order"], condition=Q(verdict=""), name="one_open_first_article_per_work_order"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at=None) | ~Q(verdict="") & Q(decided_at__isnull=False),
                name="decided_articles_say_when",
            ),
        ]
