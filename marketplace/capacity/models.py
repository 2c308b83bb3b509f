"""What can be sold: machines, what they can do at what price, when they are offered, and time already taken."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person, Site
from marketplace.common.ids import PublicIdField
from marketplace.common.money import CentsField
from marketplace.machines.models import Device


class Process(models.TextChoices):
    """The vocabulary of processes; capability and operation meet here."""

    PRESS = "press", _("pressing")
    COAT = "coat", _("coating")
    EMBOSS = "emboss", _("embossing")
    MILL = "mill", _("milling")
    TURN = "turn", _("turning")
    EDM = "edm", _("electrical discharge machining")
    GRIND = "grind", _("grinding")
    LASER = "laser", _("laser cutting")
    MOULD = "mould", _("injection moulding")
    PRINT = "print", _("3D printing")
    SEW = "sew", _("sewing")
    ASSEMBLE = "assemble", _("assembly")
    PACK = "pack", _("packing")
    MELT_BLOW = "melt-blow", _("melt-blowing")
    STERILISE = "sterilise", _("sterilisation")


class Equipment(models.Model):
    """A machine for sale by the hour. `own_number` is what the owner calls it."""

    public_id = PublicIdField("mac")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="equipment")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="equipment")
    name = models.CharField(_("name"), max_length=120)
    own_number = models.CharField(_("own number"), max_length=40)
    model = models.CharField(_("maker and model"), max_length=120, blank=True)
    device = models.OneToOneField(
        Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="equipment"
    )
    certificates = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_listed = models.BooleanField(_("offered on the network"), default=False)
    observes_holidays = models.BooleanField(_("closed on public holidays"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("machine")
        verbose_name_plural = _("machines")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "own_number"], name="one_machine_per_own_number")
        ]

    def __str__(self) -> str:
        return self.name


class Capability(models.Model):
    """What a machine can do: a process in some materials within size and tolerance ranges. Null: no limit."""

    equipment = models.ForeignKey(Equipment, on_delete=models.CASCADE, related_name="capabilities")
    process = models.CharField(_("process"), max_length=20, choices=Process.choices)
    materials = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    min_size_mm = models.PositiveIntegerField(_("smallest part, mm"), null=True, blank=True)
    max_size_mm = models.PositiveIntegerField(_("largest part, mm"), null=True, blank=True)
    tolerance_um = models.PositiveIntegerField(_("finest tolerance, µm"), null=True, blank=True)
    certificates = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["equipment", "process"], name="one_capability_per_process"),
            models.CheckConstraint(
                condition=Q(min_size_mm=None) | Q(max_size_mm=None) | Q(min_size_mm__lte=F("max_size_mm")),
                name="capability_sizes_in_order",
            ),
        ]


class Rate(models.Model):
    """How fast and at what price a machine runs a process: `run_units` good-or-bad pieces in `run_min` minutes.

    `product_code` narrows it to one product; empty is any product of the process. Without `run_units` the
    operation's own standard time counts, at `speed_pct`.
    """

    equipment = models.ForeignKey(Equipment, on_delete=models.CASCADE, related_name="rates")
    process = models.CharField(_("process"), max_length=20, choices=Process.choices)
    product_code = models.CharField(_("product code"), max_length=40, blank=True)
    run_min = models.PositiveIntegerField(default=60, validators=[MinValueValidator(1)])
    run_units = models.PositiveIntegerField(_("pieces an hour"), null=True, blank=True)
    speed_pct = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    setup_min = models.PositiveIntegerField(_("set-up, minutes"), default=0)
    min_lot = models.PositiveIntegerField(_("minimum lot"), default=1, validators=[MinValueValidator(1)])
    good_per_1000 = models.PositiveIntegerField(
        default=1000, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    price_cents_per_h = CentsField(_("price an hour"))
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["equipment", "process", "product_code"], name="one_rate_per_process_and_product"
            ),
            models.CheckConstraint(
                condition=Q(price_cents_per_h__gte=0, run_min__gte=1, min_lot__gte=1)
                & (Q(run_units=None) | Q(run_units__gte=1))
                & Q(good_per_1000__range=(1, 1000), speed_pct__gte=1),
                name="rate_is_sane",
            ),
        ]

    @property
    def units_per_h(self) -> float | None:
        """Pieces an hour; None where the operation's standard time counts."""
        return None if self.run_units is None else self.run_units * 60 / self.run_min


class WeeklyHours(models.Model):
    """Hours offered every week, in the site's local time; `ends` at or before `starts` means next day."""

    equipment = models.ForeignKey(Equipment, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)])  # 0 is Monday
    starts = models.TimeField()
    ends = models.TimeField()
    price_pct = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="weekday_in_week"),
            models.UniqueConstraint(fields=["equipment", "weekday", "starts"], name="one_start_per_weekday"),
        ]


class CalendarException(models.Model):
    """A local date on which a machine is closed, or open at other hours than the week says."""

    equipment = models.ForeignKey(Equipment, on_delete=models.CASCADE, related_name="exceptions")
    on = models.DateField()
    is_closed = models.BooleanField(default=True)
    starts = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["equipment", "on"], name="one_exception_per_day"),
            models.CheckConstraint(
                condition=Q(is_closed=True) | Q(starts__isnull=False, ends__isnull=False),
                name="open_exception_has_hours",
            ),
        ]


class CapacityWindow(models.Model):
    """Idle time for sale outside or beside the weekly hours, half-open."""

    class Origin(models.TextChoices):
        OWNER = "owner", _("offered by the owner")
        TELEMETRY = "telemetry", _("found by telemetry, offered by the owner")

    public_id = PublicIdField("win")
    equipment = models.ForeignKey(Equipment, on_delete=models.CASCADE, related_name="windows")
    period = DateTimeRangeField(default_bounds="[)")
    price_pct = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.OWNER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="windows_of_a_machine_are_disjoint",
                expressions=[
                    (Func(F("equipment"), F("equipment"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False,
                            period__lower_inc=True, period__upper_inc=False),
                name="window_is_a_bounded_half_open_period",
            ),
        ]  # fmt: skip


class TakenTime(models.Model):
    """Time of a machine that is taken, whatever for: the one table that makes double booking impossible."""

    class Kind(models.TextChoices):
        HOLD = "hold", _("held for a quote")
        BOOKING = "booking", _("booked")
        OWN_JOB = "own_job", _("own job")
        MAINTENANCE = "maintenance", _("maintenance")

    public_id = PublicIdField("tak")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="taken")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    period = DateTimeRangeField(default_bounds="[)")
    expires_at = models.DateTimeField(null=True, blank=True)  # real time; only for a hold
    title = models.CharField(_("title"), max_length=120, blank=True)
    reference = models.CharField(
        max_length=40, blank=True, db_index=True
    )  # public id of what it is taken for
    own_reference = models.CharField(_("own job number"), max_length=40, blank=True)  # the owner's key
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_machine_is_taken_once",
                expressions=[
                    (Func(F("equipment"), F("equipment"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False,
                            period__lower_inc=True, period__upper_inc=False),
                name="taken_time_is_a_bounded_half_open_period",
            ),
            models.CheckConstraint(
                condition=Q(kind="hold", expires_at__isnull=False) | (~Q(kind="hold") & Q(expires_at=None)),
                name="holds_and_only_holds_expire",
            ),
            models.UniqueConstraint(
                fields=["equipment", "own_reference"],
                condition=~Q(own_reference=""),
                name="one_own_job_per_job_number",
            ),
            models.CheckConstraint(
                condition=Q(own_reference="") | Q(kind__in=["own_job", "maintenance"]),
                name="only_own_time_has_a_job_number",
            ),
        ]  # fmt: skip


class ImportDraft(models.Model):
    """A file as it was read, waiting to be applied: `content` holds its rows, so that what is applied is what was
    previewed. `before` is what the rows of the machines said before it was applied, in the same form: for undoing.
    """

    public_id = PublicIdField("imp")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="import_drafts")
    file_name = models.CharField(max_length=120)
    content = models.JSONField()
    before = models.JSONField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()  # real time
    applied_at = models.DateTimeField(null=True, blank=True)  # business time

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, result=None) | Q(applied_at__isnull=False, result__isnull=False),
                name="an_applied_import_has_a_result",
            )
        ]


class CalendarFeed(models.Model):
    """A secret address at which calendar programs read one machine, or all (`equipment` empty).

    Only the hash of its token is kept; at most one lives for each machine and one for the enterprise.
    """

    public_id = PublicIdField("cal")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="calendar_feeds")
    equipment = models.ForeignKey(
        Equipment, on_delete=models.CASCADE, related_name="calendar_feeds", null=True, blank=True
    )
    token_hash = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=10, default="en")
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)  # real time

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "equipment"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
                name="one_living_feed_per_machine_or_enterprise",
            )
        ]


class AskedTerms(models.Model):
    """What the owner of a machine asked when something was declared that bars a higher price; written once.

    `occasion`, `machine` and `enterprise` are public ids: the row outlives what it names.
    """

    occasion = models.CharField(max_length=40)
    machine = models.CharField(max_length=40)
    enterprise = models.CharField(max_length=40)
    zone = models.CharField(max_length=64)
    rates = models.JSONField()  # fields of `Rate`
    week = models.JSONField()  # weekday, starts, ends, price_pct
    windows = models.JSONField()  # starts, ends, price_pct
    kept_at = models.DateTimeField()  # business time

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occasion", "machine"], name="asked_once_for_an_occasion")
        ]
        indexes = [models.Index(fields=["occasion", "enterprise"], name="asked_by_an_enterprise")]
