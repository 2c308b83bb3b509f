"""Firms as an office knows them: imported lists, contacts, capacity as declared by word (R0)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person
from marketplace.capacity.models import Process
from marketplace.common.ids import PublicIdField


class FirmList(models.Model):
    """A file as it was read: rows and faults, looked at by a person before anything is taken over."""

    class Status(models.TextChoices):
        READ = "read", _("read, not taken over")
        TAKEN = "taken", _("taken over")

    public_id = PublicIdField("fli")
    office = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="firm_lists")
    file_name = models.CharField(max_length=160)
    rows = models.JSONField(default=list)  # see marketplace.mobilisation.firm_rows
    faults = models.JSONField(default=list)
    status = models.CharField(max_length=5, choices=Status.choices, default=Status.READ)
    read_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()  # business time
    num_new = models.PositiveIntegerField(default=0)
    num_changed = models.PositiveIntegerField(default=0)


class Firm(models.Model):
    """A firm in the book of an office, by its registration number; contacts are the office's own."""

    public_id = PublicIdField("frm")
    office = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="firms")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="listed_as")
    registration_number = models.CharField(_("registration number"), max_length=64)
    name = models.CharField(_("name"), max_length=160)
    contact = models.CharField(_("contact"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    city = models.CharField(_("city"), max_length=80)
    region = models.CharField(_("region"), max_length=80)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()  # business time

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "registration_number"],
                condition=~Q(registration_number=""),
                name="one_firm_per_registration_number",
            ),
            models.UniqueConstraint(fields=["office", "enterprise"], name="a_firm_is_in_a_book_once"),
        ]

    def __str__(self) -> str:
        return self.name


class DeclaredCapacity(models.Model):
    """What a firm says it could make a day, as an office wrote it down: evidence of the lowest rung (R0)."""

    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="capacities")
    process = models.CharField(_("process"), max_length=20, choices=Process.choices)
    product_code = models.CharField(_("product"), max_length=40, blank=True)
    pieces_a_day = models.PositiveBigIntegerField(_("pieces a day"))
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)  # included
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()  # business time

    class Meta:
        ordering = ["process", "product_code", "starts_on", "id"]
        verbose_name_plural = "declared capacities"
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "process", "product_code", "starts_on"],
                name="one_declared_capacity_a_time",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(starts_on__lte=F("ends_on")),
                name="declared_capacity_has_a_time",
            ),
            models.CheckConstraint(condition=Q(pieces_a_day__gte=1), name="declared_capacity_is_some"),
        ]
