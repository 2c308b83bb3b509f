"""Who looked at whose capacity under which declaration."""

from django.db import models

from marketplace.accounts.models import Enterprise, Person
from marketplace.mobilisation.models.declarations import Declaration


class Reading(models.Model):
    """One look at one owner's free capacity; written once, readable by the owner."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="readings")
    owner = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="readings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()  # business time
    machines = models.JSONField(default=list)  # public ids

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "-id"], name="readings_of_owner")]
