"""Machines as data sources: devices, what they said, and the states that follow from it.

Three times are kept apart (docs/decisions/0004): `source_at` is the stamp the source gave, `effective_at` the time
it counts for (both in business time), `received_at` is when we got it (real time).
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Site
from marketplace.common.ids import PublicIdField

TOPIC = "muster/1/{device}/obs"
MAX_SESSION = 64  # characters
MAX_ITEM = 120
MAX_VALUE = 256
MAX_SEQ = 2**63 - 1


class Device(models.Model):
    """A machine's voice. Its public id is its MQTT user and topic; only the hash of its token is kept.

    Without a token hash nothing is accepted from it: that is how its owner switches the reading off.
    """

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
    silence_limit_s = models.PositiveIntegerField(default=180)  # real seconds
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "name"], name="one_device_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def topic(self) -> str:
        """The one MQTT topic it may publish to."""
        return TOPIC.format(device=self.public_id)


class Observation(models.Model):
    """One value of one data item as a device reported it; stored once however often it arrives.

    `seq` counts within `session` (an MTConnect agent's instance). `total` is the running total of pieces of a
    counter over its resets, null where the item is no counter.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="observations")
    session = models.CharField(max_length=MAX_SESSION)
    seq = models.BigIntegerField()
    item = models.CharField(max_length=MAX_ITEM)
    value = models.CharField(max_length=MAX_VALUE)
    unit = models.CharField(max_length=16, blank=True)
    total = models.BigIntegerField(null=True)
    source_at = models.DateTimeField(null=True)
    effective_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "session", "seq", "item"], name="an_observation_is_stored_once"
            )
        ]
        indexes = [models.Index(fields=["device", "item", "effective_at"], name="observations_in_time")]


class DeviceState(models.Model):
    """Where a device stands: its latest values and what the next observation builds on. Locked by who writes.

    The first five fields are `telemetry.states.MachineState`; a device without a row was never heard of.
    """

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="state")
    state = models.CharField(max_length=MAX_VALUE)  # an execution value or SILENT
    since = models.DateTimeField()
    effective_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField()
    is_available = models.BooleanField(default=True)
    execution_item = models.CharField(max_length=MAX_ITEM, blank=True)  # which item is the machine's state
    session = models.CharField(max_length=MAX_SESSION, blank=True)  # of the message that named the state last
    seq = models.BigIntegerField(default=0)
    received_at = models.DateTimeField(db_index=True)  # real time of the last sign of life
    first_received_at = models.DateTimeField()
    items = models.JSONField(default=dict)  # item -> standing.LatestValue
    messages = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)


class StateInterval(models.Model):
    """A device was in one execution state from `starts_at` until `ends_at` (null while it lasts), half-open.

    `state` is the execution value as the source gave it, or SILENT where nothing was heard.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="intervals")
    state = models.CharField(max_length=MAX_VALUE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_device_is_in_one_state_at_a_time",
                expressions=[
                    (Func(F("device"), F("device"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func(F("starts_at"), F("ends_at"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="interval_lasts"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["device", "starts_at"], name="intervals_in_time")]


class Refusal(models.Model):
    """A message that was not taken, and why. The newest `KEPT` of a device remain."""

    KEPT = 100

    class Channel(models.TextChoices):
        MQTT = "mqtt", _("MQTT")
        HTTP = "http", _("HTTP")
        MTCONNECT = "mtconnect", _("MTConnect")

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="refusals")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    code = models.CharField(max_length=60)
    message = models.CharField(max_length=300)
    excerpt = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()


class TelemetryLook(models.Model):
    """Somebody outside the owner's enterprise was shown something a device said; one row a day, counted."""

    class Purpose(models.TextChoices):
        COUNTS_OF_LOT = "counts_of_lot", _("counts of their lot")
        STATE_OF_RUN = "state_of_run", _("progress of their run")
        DISPUTE = "dispute", _("dispute")

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="looks")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    on = models.DateField()
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "enterprise", "purpose", "on"], name="one_look_per_day_and_purpose"
            )
        ]
