"""Devices in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.common.api.strict import StrictSerializer, TextField, WholeField
from marketplace.machines.models import Device, Refusal
from telemetry.intervals import Activity

ACTIVITIES = [activity.name.lower() for activity in Activity]


class DeviceSerializer(serializers.ModelSerializer[Device]):
    id = serializers.CharField(source="public_id", read_only=True)
    site = serializers.CharField(source="site.public_id", read_only=True)
    mqtt_topic = serializers.SerializerMethodField()
    is_switched_off = serializers.SerializerMethodField()

    class Meta:
        model = Device
        fields = (
            "id", "name", "site", "source", "source_name", "rung", "silence_limit_s", "mqtt_topic",
            "is_switched_off", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_mqtt_topic(self, device: Device) -> str:
        return device.topic

    def get_is_switched_off(self, device: Device) -> bool:
        return not device.token_hash


class NewDeviceInput(StrictSerializer):
    site = TextField()
    name = TextField()
    source = TextField(default=Device.Source.JSON.value)  # type: ignore[assignment]
    source_name = TextField(default="")
    rung = WholeField(default=Device.Rung.CONTROLLER.value)
    silence_limit_s = WholeField(default=180)


class NewDeviceSerializer(serializers.Serializer[Any]):
    """The device and its token, told once."""

    device = DeviceSerializer(read_only=True)
    token = serializers.CharField(read_only=True)


class LiveNumberSerializer(serializers.Serializer[Any]):
    """`at` is business time, `received_at` real time."""

    item = serializers.CharField()
    name = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField()
    at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()


class StandingSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    activity = serializers.SerializerMethodField()
    state = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    heard_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=ACTIVITIES))
    def get_activity(self, standing: Any) -> str:
        return str(standing.activity.name.lower())


class DeviceNowSerializer(serializers.Serializer[Any]):
    device = StandingSerializer()
    values = LiveNumberSerializer(many=True)


class IntervalSerializer(serializers.Serializer[Any]):
    state = serializers.CharField()
    activity = serializers.SerializerMethodField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(choices=ACTIVITIES))
    def get_activity(self, interval: Any) -> str:
        return str(interval.activity.name.lower())


class IdleGapSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class DayHoursSerializer(serializers.Serializer[Any]):
    """`hours` by state; `active_starts` counts the ACTIVE values of the day."""

    device = serializers.CharField()
    day = serializers.DateField()
    hours = serializers.SerializerMethodField()
    active_starts = serializers.IntegerField()

    def get_hours(self, found: Any) -> dict[str, float]:
        return dict(found.hours)


class RefusalSerializer(serializers.ModelSerializer[Refusal]):
    class Meta:
        model = Refusal
        fields = ("channel", "code", "message", "excerpt", "received_at")
        read_only_fields = fields
