"""Machines as data sources: devices, what they said, and the states that follow from it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Site
from marketplace.common.ids import PublicIdField


class Device(models.Model):
    """A machine's voice. Its public id is its MQTT user and topic; only the hash of its token is kept."""

    class Source(models.TextChoices):
        JSON = "json", _("JSON over MQTT or HTTP")
        MTCONNECT = "mtconnect", _("MTConnect")
        NONE = "none", _("not connected")

    class Rung(models.IntegerChoices):
        """How capacity is evidenced, weakest first (the evidence ladder)."""

        DECLARED = 0, _("R0 declared")
        TALLY = 1, _("R1 tally by phone")
        PHOTO = 2, _("R2 photo of a counter")
        SENSOR = 3, _("R3 clamp-on sensor")
        CONTROLLER = 4, _("R4 controller")

    public_id = PublicIdField("dev")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="devices")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="devices")
    name = models.CharField(_("name"), max_length=120)
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.JSON)
    source_name = models.CharField(
        max_length=120, blank=True, help_text="the device's own name at its source"
    )
    rung = models.PositiveSmallIntegerField(choices=Rung.choices, default=Rung.CONTROLLER)
    token_hash = models.CharField(max_length=64, blank=True)
    silence_limit_s = models.PositiveIntegerField(default=180)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "name"], name="one_device_per_name")]

    def __str__(self) -> str:
        return self.name
