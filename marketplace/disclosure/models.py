"""What an owner opened to whom and until when, the staff's broken glass, and who looked."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person
from marketplace.common.ids import PublicIdField
from marketplace.disclosure.words import Audience, Group

LONGEST_GRANT = timedelta(days=365)
LONGEST_GLASS = timedelta(hours=4)  # real time


class Grant(models.Model):
    """One enterprise lets another (or every one of an audience) see one group of its fields, for a purpose and a time.

    It ends by itself: readers ask for [starts_at, ends_at) in business time, nothing has to run. An emergency gives
    none: what a declaration opens, the app that owns declarations shows and logs.
    """

    public_id = PublicIdField("grt")
    owner = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="grants_given")
    to_enterprise = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, null=True, blank=True, related_name="grants_received"
    )
    to_audience = models.CharField(max_length=24, choices=Audience.choices, blank=True)
    group = models.CharField(max_length=24, choices=Group.choices)
    scope = models.CharField(
        max_length=40, blank=True
    )  # public id of a machine or run; empty: all of the group
    purpose = models.CharField(_("purpose"), max_length=240)
    starts_at = models.DateTimeField()  # business time
    ends_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # before its time
    ended_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_enterprise=None) & ~Q(to_audience="")
                | Q(to_enterprise__isnull=False, to_audience=""),
                name="grant_is_to_an_enterprise_or_an_audience",
            ),
            models.CheckConstraint(
                condition=Q(to_enterprise=None) | ~Q(to_enterprise=F("owner")), name="grant_is_to_another"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST_GRANT),
                name="grant_ends_within_a_year",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="grant_has_a_purpose"),
        ]
        indexes = [models.Index(fields=["owner", "ends_at"], name="grants_of_an_owner")]

    @property
    def reader_label(self) -> str:
        """As the owner reads it: a name only where that is no secret, else the id they typed."""
        reader = self.to_enterprise
        if reader is None:
            return str(self.get_to_audience_display())
        is_named = reader.identity_is_public or reader.kind == Enterprise.Kind.COORDINATOR
        return reader.name if is_named else reader.public_id


class BreakGlass(models.Model):
    """Somebody of the platform's staff looks at an enterprise, for a reason and a few hours; the owner is told."""

    public_id = PublicIdField("gls")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="glass")
    reason = models.CharField(_("reason"), max_length=240)
    starts_at = models.DateTimeField()  # real time
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST_GLASS),
                name="glass_heals_within_four_hours",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="glass_has_a_reason"),
        ]


class Look(models.Model):
    """Somebody was shown a group of an owner's fields by a grant or a broken glass."""

    owner = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="looks_at")
    reader = models.ForeignKey(  # none: the platform's staff
        Enterprise, on_delete=models.CASCADE, null=True, related_name="+"
    )
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    group = models.CharField(max_length=24, choices=Group.choices)
    audience = models.CharField(max_length=24, choices=Audience.choices)
    grant = models.ForeignKey(Grant, on_delete=models.SET_NULL, null=True, related_name="looks")
    glass = models.ForeignKey(BreakGlass, on_delete=models.SET_NULL, null=True, related_name="looks")
    at = models.DateTimeField()  # business time

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "-id"], name="looks_at_an_owner")]
