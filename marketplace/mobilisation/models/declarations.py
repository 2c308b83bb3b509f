"""An emergency as declared by two people of an office, and its extensions."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person
from marketplace.common.ids import PublicIdField


class Hazard(models.TextChoices):
    """How near the hazard is; it sets how fast rated offers are answered."""

    OCCURRED = "occurred", _("it has occurred: answers within 6 hours")
    IMMINENT = "imminent", _("it is imminent: answers within 12 hours")
    AHEAD = "ahead", _("it lies ahead: answers within 10 working days (DX) or 15 (DO)")


class TwoPersonAct(models.Model):
    """What one person proposes and another approves, word for word: the hash is of what both read.

    All times are business times.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waiting for the second person")
        LIVE = "live", _("approved")
        ENDED = "ended", _("ended")
        REFUSED = "refused", _("refused")
        EXPIRED = "expired", _("expired")

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    content_hash = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_hash = models.CharField(max_length=64, blank=True)  # what the second person read
    refusal = models.CharField(max_length=240, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="%(class)s_has_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["live", "ended"])
                | Q(proposed_by__isnull=False, decided_by__isnull=False, decided_hash=F("content_hash")),
                name="%(class)s_is_approved_as_read",
            ),
        ]


class Declaration(TwoPersonAct):
    """An emergency: who may do what about which goods, where, from when until when, on which basis.

    `ends_at` is what was declared; `until_at` is when it really ends: later by an extension, earlier by a person.
    """

    public_id = PublicIdField("dec")
    office = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="declarations")
    title = models.CharField(_("name"), max_length=120)
    authority = models.CharField(_("authority"), max_length=160)
    legal_basis = models.CharField(_("legal basis"), max_length=240)
    reason = models.TextField(_("reason"), max_length=2000)
    hazard = models.CharField(_("hazard"), max_length=8, choices=Hazard.choices, default=Hazard.OCCURRED)
    products = ArrayField(models.CharField(max_length=40), default=list, blank=True)  # codes of templates
    processes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    regions = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    is_drill = models.BooleanField(
        _("a drill"), default=False
    )  # nothing is rated in earnest, nothing displaced
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    until_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=240, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)  # when the owners were told that it began
    closed_at = models.DateTimeField(null=True, blank=True)  # and that it ended

    class Meta(TwoPersonAct.Meta):
        ordering = ["-id"]
        constraints = [
            *TwoPersonAct.Meta.constraints,
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="declaration_has_a_time"),
            models.CheckConstraint(
                condition=~Q(products=[]) | ~Q(processes=[]), name="declaration_names_goods"
            ),
            models.CheckConstraint(condition=~Q(regions=[]), name="declaration_names_regions"),
        ]
        indexes = [models.Index(fields=["office", "status"], name="declarations_of_office")]

    def __str__(self) -> str:
        return self.title

    @property
    def heading(self) -> str:
        """Its name as pages show it: a drill is never mistaken for an emergency."""
        return gettext("Drill: %(title)s") % {"title": self.title} if self.is_drill else self.title

    def is_live(self, now: datetime) -> bool:
        """Approved, begun and not over, to the second."""
        return self.status == self.Status.LIVE and self.starts_at <= now < self.until_at

    def state_at(self, now: datetime) -> str:
        """The status as the clock has it: `approved` before its start; what nobody approved in time has expired."""
        if self.status == self.Status.LIVE:
            if now >= self.until_at:
                return self.Status.EXPIRED
            return "approved" if now < self.starts_at else self.Status.LIVE
        if self.status in (self.Status.DRAFT, self.Status.WAITING) and now >= self.ends_at:
            return self.Status.EXPIRED
        return self.status


class Extension(TwoPersonAct):
    """A later end of a live declaration, approved by two people like the declaration itself."""

    public_id = PublicIdField("ext")
    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="extensions")
    until_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=500)

    class Meta(TwoPersonAct.Meta):
        ordering = ["id"]
        constraints = [
            *TwoPersonAct.Meta.constraints,
            models.UniqueConstraint(
                fields=["declaration"], condition=Q(status="waiting"), name="one_waiting_extension"
            ),
        ]
