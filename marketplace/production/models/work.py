"""Work orders and when each was on at its machine."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.capacity.models import Equipment
from marketplace.common.ids import PublicIdField
from marketplace.orders.models import MAX_QUANTITY, Order
from marketplace.trading.models import Run

CODE_LENGTH = 16


class WorkOrder(models.Model):
    """A booked run as work at its machine: what of it is made. Locked by whoever writes anything of it.

    `good`, `scrap` and `counted` (pieces) are the sums of its tallies, written with them; `good` never exceeds
    `quantity`. `counter` says which counter of the machine counts it, chosen at its first start.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("not begun")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        SHORT = "short", _("closed short")
        CANCELLED = "cancelled", _("cancelled")

    class Counter(models.TextChoices):
        HAND = "", _("tallied by hand")
        GOOD = "good", _("counted by the machine: good pieces")
        COUNT = "count", _("counted by the machine: all pieces, scrap is taken off")

    class Article(models.TextChoices):
        """How far the approval of the first pieces is."""

        NONE = "", _("no first article")
        WANTED = "wanted", _("first article to be shown")
        ASKED = "asked", _("first article waits for approval")
        APPROVED = "approved", _("first article approved")
        REFUSED = "refused", _("first article refused")

    LIVING = (Status.WAITING, Status.RUNNING, Status.PAUSED)

    public_id = PublicIdField("wo")
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="work_order")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="work_orders")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="work_orders")
    code = models.CharField(_("program"), max_length=CODE_LENGTH, unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    quantity = models.BigIntegerField()  # good pieces wanted
    good = models.BigIntegerField(default=0)
    scrap = models.BigIntegerField(default=0)
    counted = models.BigIntegerField(default=0)  # what the machine's counter showed within stints
    counter = models.CharField(max_length=8, choices=Counter.choices, default=Counter.HAND, blank=True)
    box_size = models.PositiveIntegerField(_("pieces in a box"), null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)  # business time, as all here
    closed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=240, blank=True)  # why it was closed short or cancelled
    first_quantity = models.BigIntegerField(default=0)  # good pieces before the approval; 0: none is needed
    article = models.CharField(max_length=10, choices=Article.choices, default=Article.NONE, blank=True)
    card_version = models.PositiveIntegerField(default=1)
    card_digest = models.CharField(max_length=64, blank=True)  # of the run's data the card shows
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["equipment"], condition=Q(status="running"), name="one_running_work_order_per_machine"
            ),
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MAX_QUANTITY), good__gte=0, scrap__gte=0, counted__gte=0)
                & Q(good__lte=F("quantity")),
                name="work_order_is_sane",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "running", "paused"], closed_at=None)
                | Q(status__in=["finished", "short", "cancelled"], closed_at__isnull=False),
                name="closed_work_orders_say_when",
            ),
            models.CheckConstraint(
                condition=Q(first_quantity=0, article="")
                | Q(first_quantity__range=(1, MAX_QUANTITY)) & ~Q(article=""),
                name="first_article_has_a_quantity",
            ),
        ]
        indexes = [models.Index(fields=["order", "status"], name="work_of_an_order")]

    def __str__(self) -> str:
        return self.code

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def remaining(self) -> int:
        """Good pieces still wanted."""
        return self.quantity - self.good

    @property
    def waits_for_article(self) -> bool:
        """Volume waits for the approval of the first pieces."""
        return self.first_quantity > 0 and self.article != self.Article.APPROVED


class Stint(models.Model):
    """A work order was on at its machine from `starts_at` until `ends_at` (null while it is), half-open."""

    class How(models.TextChoices):
        TAP = "tap", _("by hand")
        PROGRAM = "program", _("by the machine's program")

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="stints")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=8, choices=How.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    session = models.ForeignKey(
        "production.StationSession", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            ExclusionConstraint(
                name="one_work_order_on_a_machine_at_a_time",
                expressions=[
                    (Func(F("equipment"), F("equipment"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func(F("starts_at"), F("ends_at"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="stint_does_not_end_before_it_starts"
            ),
        ]  # fmt: skip


class StopReason(models.TextChoices):
    MATERIAL = "material", _("material is missing")
    TOOL = "tool", _("tool or set-up")
    BREAKDOWN = "breakdown", _("machine is down")
    QUALITY = "quality", _("quality is checked")
    PEOPLE = "people", _("nobody at the machine")
    POWER = "power", _("no power")
    OWN_WORK = "own_work", _("own work goes first")
    ARTICLE = "article", _("first article was refused")
    SHIFT = "shift", _("end of the shift")
    OTHER = "other", _("other")


class Stop(models.Model):
    """Why a begun work order stood still, from `starts_at` until it was taken up or closed."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="stops")
    reason = models.CharField(max_length=12, choices=StopReason.choices)
    note = models.CharField(max_length=240, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    session = models.ForeignKey(
        "production.StationSession", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["work_order"], condition=Q(ends_at=None), name="one_open_stop_per_work_order"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="stop_does_not_end_before_it_starts",
            ),
        ]


class ProgramMark(models.Model):
    """How far a machine's program names were read: the key of its device's last observation that was looked at."""

    equipment = models.OneToOneField(
        Equipment, on_delete=models.CASCADE, primary_key=True, related_name="program_mark"
    )
    observation_id = models.BigIntegerField(default=0)
