"""What was made, piece by piece told: append-only, so that every sum can be shown."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.ids import PublicIdField
from marketplace.orders.models import MAX_QUANTITY
from marketplace.production.models.station import StationSession
from marketplace.production.models.work import Stint, WorkOrder

LONGEST_KEY = 64
COUNTER_KEY = "counter:"  # keys that begin so are told by machines


class ScrapReason(models.TextChoices):
    SETUP = "setup", _("made while setting up")
    MATERIAL = "material", _("bad material")
    SIZE = "size", _("wrong size")
    SURFACE = "surface", _("bad surface")
    MACHINE = "machine", _("machine fault")
    HANDLING = "handling", _("damaged in handling")
    OTHER = "other", _("other")


class Tally(models.Model):
    """Pieces of a work order as somebody, or the machine's counter, told them. The database refuses to change one.

    `quantity` counts for the order; `surplus` was told with it and goes beyond what is wanted: the factory's own.
    A correction takes back the tally that it `undoes`, all of it.
    """

    class Kind(models.TextChoices):
        GOOD = "good", _("good")
        BOX = "box", _("a box of good pieces")
        SCRAP = "scrap", _("scrap")
        CORRECTION = "correction", _("taken back")

    class Source(models.TextChoices):
        STATION = "station", _("at the machine")
        OFFICE = "office", _("in the office")
        API = "api", _("by a program")
        COUNTER = "counter", _("by the machine's counter")

    public_id = PublicIdField("tly")
    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="tallies")
    key = models.CharField(
        max_length=LONGEST_KEY
    )  # who tells it again under the same key is not counted twice
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(max_length=8, choices=Source.choices)
    quantity = models.BigIntegerField()
    surplus = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=12, choices=ScrapReason.choices, blank=True)
    is_counted = models.BooleanField(default=False)  # scrap that the machine's counter has counted as made
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    stint = models.ForeignKey(Stint, on_delete=models.PROTECT, null=True, blank=True, related_name="tallies")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    session = models.ForeignKey(
        StationSession, on_delete=models.PROTECT, null=True, blank=True, related_name="tallies"
    )
    made_at = models.DateTimeField()  # business time
    received_at = models.DateTimeField()  # real time

    class Meta:
        verbose_name_plural = "tallies"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["work_order", "key"], name="a_tally_counts_once"),
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MAX_QUANTITY), surplus__range=(0, MAX_QUANTITY)),
                name="tally_quantity_is_sane",
            ),
            models.CheckConstraint(
                condition=Q(kind="scrap") & ~Q(reason="") | ~Q(kind="scrap") & Q(reason="", is_counted=False),
                name="scrap_and_only_scrap_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind="correction", undoes__isnull=False) | ~Q(kind="correction") & Q(undoes=None),
                name="corrections_and_only_they_undo",
            ),
            models.CheckConstraint(
                condition=Q(source="counter", stint__isnull=False, kind="good") | ~Q(source="counter"),
                name="counters_count_within_stints",
            ),
        ]
