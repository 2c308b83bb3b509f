"""The station at the machine: a link for phones without an account, and the PIN that opens it."""

from django.db import models
from django.db.models import Q

from marketplace.accounts.models import Person, Site
from marketplace.capacity.models import Equipment
from marketplace.common.ids import PublicIdField


class StationLink(models.Model):
    """The link on the card of a work order. Its token follows from the id and `serial`; only the hash is kept.

    Wrong PINs are counted here, in real time: whoever guesses at one link locks nobody else out.
    """

    public_id = PublicIdField("stl")
    work_order = models.OneToOneField(
        "production.WorkOrder", on_delete=models.PROTECT, related_name="station_link"
    )
    serial = models.PositiveIntegerField(default=1)
    token_hash = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField(null=True, blank=True)  # real time
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)  # real time


class StationPin(models.Model):
    """The PIN at the machines of a site, or at one machine; a machine's own comes first. Never printed."""

    public_id = PublicIdField("pin")
    site = models.OneToOneField(Site, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    equipment = models.OneToOneField(
        Equipment, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    pin_hash = models.CharField(max_length=128)
    set_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField()  # real time

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(site__isnull=False, equipment=None) | Q(site=None, equipment__isnull=False),
                name="pin_of_a_site_or_a_machine",
            )
        ]


class StationSession(models.Model):
    """A phone that was let in by link and PIN, until it expires or the link or PIN is renewed; real times."""

    public_id = PublicIdField("sts")
    link = models.ForeignKey(StationLink, on_delete=models.PROTECT, related_name="sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    pin_hash = models.CharField(max_length=128)  # as it stood: another PIN ends the session
    serial = models.PositiveIntegerField()  # of the link
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
