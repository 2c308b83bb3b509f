"""Machines and their calendars in JSON. Input is checked for its types here and for its rules by the drafts."""

from typing import Any

from rest_framework import serializers

from marketplace.capacity.drafts import (
    CapabilityDraft,
    ExceptionDraft,
    HoursDraft,
    MachineDraft,
    RateDraft,
    WindowDraft,
)
from marketplace.capacity.models import (
    CalendarException,
    Capability,
    CapacityWindow,
    Equipment,
    Process,
    Rate,
    TakenTime,
    WeeklyHours,
)
from marketplace.capacity.services import Connection
from marketplace.common.api.strict import (
    FlagField,
    MomentField,
    StrictSerializer,
    TextField,
    WallTimeField,
    WholeField,
)
from marketplace.common.checks import below

_MACHINE_FIELDS = ("name", "site", "own_number", "model", "certificates", "observes_holidays")
OWN_KINDS = [(kind.value, kind.label) for kind in (TakenTime.Kind.OWN_JOB, TakenTime.Kind.MAINTENANCE)]


class CapabilitySerializer(serializers.ModelSerializer[Capability]):
    class Meta:
        model = Capability
        fields = ("process", "materials", "min_size_mm", "max_size_mm", "tolerance_um", "certificates")
        read_only_fields = fields


class RateSerializer(serializers.ModelSerializer[Rate]):
    """`run_units` pieces in `run_min` minutes; null: the operation's standard time at `speed_pct`."""

    class Meta:
        model = Rate
        fields = (
            "process", "product_code", "run_units", "run_min", "speed_pct", "setup_min", "min_lot",
            "good_per_1000", "price_cents_per_h", "currency",
        )  # fmt: skip
        read_only_fields = fields


class HoursSerializer(serializers.ModelSerializer[WeeklyHours]):
    """Local time of the site; `weekday` 0 is Monday; an end at or before the start is the next day."""

    starts = WallTimeField()
    ends = WallTimeField()

    class Meta:
        model = WeeklyHours
        fields = ("weekday", "starts", "ends", "price_pct")
        read_only_fields = fields


class ExceptionSerializer(serializers.ModelSerializer[CalendarException]):
    starts = WallTimeField(allow_null=True)
    ends = WallTimeField(allow_null=True)

    class Meta:
        model = CalendarException
        fields = ("on", "is_closed", "starts", "ends", "reason")
        read_only_fields = fields


class MachineSerializer(serializers.ModelSerializer[Equipment]):
    id = serializers.CharField(source="public_id", read_only=True)
    site = serializers.CharField(source="site.public_id", read_only=True)
    time_zone = serializers.CharField(source="site.time_zone", read_only=True)
    device = serializers.CharField(source="device.public_id", read_only=True, allow_null=True, default=None)
    created_at = MomentField(read_only=True)
    capabilities = CapabilitySerializer(many=True, read_only=True)
    rates = RateSerializer(many=True, read_only=True)
    hours = HoursSerializer(source="weekly_hours", many=True, read_only=True)
    exceptions = ExceptionSerializer(many=True, read_only=True)

    class Meta:
        model = Equipment
        fields: tuple[str, ...] = (
            "id", "name", "own_number", "model", "site", "time_zone", "device", "certificates",
            "observes_holidays", "is_listed", "created_at", "capabilities", "rates", "hours", "exceptions",
        )  # fmt: skip
        read_only_fields = fields


class NewMachineSerializer(MachineSerializer):
    token = serializers.CharField(
        read_only=True, help_text="the device's key, told once; empty without a device"
    )

    class Meta(MachineSerializer.Meta):
        fields = (*MachineSerializer.Meta.fields, "token")
        read_only_fields = fields


class WindowSerializer(serializers.ModelSerializer[CapacityWindow]):
    id = serializers.CharField(source="public_id", read_only=True)
    starts_at = MomentField(source="period.lower", read_only=True)
    ends_at = MomentField(source="period.upper", read_only=True)

    class Meta:
        model = CapacityWindow
        fields = ("id", "starts_at", "ends_at", "price_pct", "origin")
        read_only_fields = fields


class TakenTimeSerializer(serializers.ModelSerializer[TakenTime]):
    """`reference` is the public id of what the time is taken for (a run), or empty; `own_reference` your job number."""

    id = serializers.CharField(source="public_id", read_only=True)
    starts_at = MomentField(source="period.lower", read_only=True)
    ends_at = MomentField(source="period.upper", read_only=True)
    expires_at = MomentField(read_only=True)

    class Meta:
        model = TakenTime
        fields = ("id", "kind", "starts_at", "ends_at", "expires_at", "title", "reference", "own_reference")
        read_only_fields = fields


class SellableSerializer(serializers.Serializer[Any]):
    starts_at = MomentField()
    ends_at = MomentField()
    price_pct = serializers.IntegerField()


class DeviceKeySerializer(serializers.Serializer[Any]):
    device = serializers.CharField()
    token = serializers.CharField(help_text="told once")


class CapabilityInput(StrictSerializer):
    process = serializers.ChoiceField(Process.choices)
    materials = serializers.ListField(child=TextField(), default=list)
    min_size_mm = WholeField(allow_null=True, default=None)
    max_size_mm = WholeField(allow_null=True, default=None)
    tolerance_um = WholeField(allow_null=True, default=None)
    certificates = serializers.ListField(child=TextField(), default=list)

    def draft(self) -> CapabilityDraft:
        return _capability(self.validated_data)


class CapabilityBodyInput(CapabilityInput):
    """The process stands in the address."""

    process = None  # type: ignore[assignment]


class RateInput(StrictSerializer):
    process = serializers.ChoiceField(Process.choices)
    price_cents_per_h = WholeField()
    product_code = TextField(default="")
    run_units = WholeField(allow_null=True, default=None)
    run_min = WholeField(default=60)
    speed_pct = WholeField(default=100)
    setup_min = WholeField(default=0)
    min_lot = WholeField(default=1)
    good_per_1000 = WholeField(default=1000)
    currency = TextField(default="CNY")


class RateBodyInput(RateInput):
    process = None  # type: ignore[assignment]


class HoursInput(StrictSerializer):
    weekday = WholeField()
    starts = WallTimeField()
    ends = WallTimeField()
    price_pct = WholeField(default=100)


class WeekInput(StrictSerializer):
    hours = HoursInput(many=True)

    def drafts(self) -> tuple[HoursDraft, ...]:
        return _hours(self.validated_data["hours"])


class MachineInput(StrictSerializer):
    name = TextField()
    site = TextField(help_text="public id of one of your sites")
    own_number = TextField(default="")
    model = TextField(default="")
    certificates = serializers.ListField(child=TextField(), default=list)
    observes_holidays = FlagField(default=True)

    def draft(self) -> MachineDraft:
        return _machine(self.validated_data)


class NewMachineInput(MachineInput):
    """A machine in one step: with what it can do, its price, its week and how it reports."""

    capability = CapabilityInput()
    rate = RateInput()
    hours = HoursInput(many=True, default=list)
    connection = serializers.ChoiceField([one.value for one in Connection], default=Connection.NONE.value)
    is_listed = FlagField(default=True)

    def parts(self) -> dict[str, Any]:
        """Arguments of `services.list_machine`."""
        data = self.validated_data
        machine = {name: data[name] for name in _MACHINE_FIELDS}
        with below("capability"):
            capability = _capability(data["capability"])
        with below("rate"):
            rate = RateDraft(**data["rate"])
        return {
            "draft": _machine(machine),
            "capability": capability,
            "rate": rate,
            "hours": _hours(data["hours"]),
            "connection": data["connection"],
            "is_published": data["is_listed"],
        }


class ConnectInput(StrictSerializer):
    connection = serializers.ChoiceField([one.value for one in Connection if one != Connection.NONE])


class ExceptionInput(StrictSerializer):
    """The date stands in the address."""

    is_closed = FlagField(default=True)
    starts = WallTimeField(allow_null=True, default=None)
    ends = WallTimeField(allow_null=True, default=None)
    reason = TextField(default="")

    def draft(self, on: Any) -> ExceptionDraft:
        return ExceptionDraft(on=on, **self.validated_data)


class WindowInput(StrictSerializer):
    starts_at = MomentField()
    ends_at = MomentField()
    price_pct = WholeField(default=100)

    def draft(self) -> WindowDraft:
        return WindowDraft(**self.validated_data)


class TakenTimeInput(StrictSerializer):
    kind = serializers.ChoiceField(OWN_KINDS)
    starts_at = MomentField()
    ends_at = MomentField()
    title = TextField(default="", max_length=120)
    own_reference = TextField(default="", max_length=40)


class PeriodQuery(StrictSerializer):
    """[starts_at, ends_at)."""

    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)


def _machine(data: dict[str, Any]) -> MachineDraft:
    return MachineDraft(**{**data, "certificates": tuple(data["certificates"])})


def _hours(rows: list[dict[str, Any]]) -> tuple[HoursDraft, ...]:
    found = []
    for index, row in enumerate(rows):
        with below(f"hours.{index}"):
            found.append(HoursDraft(**row))
    return tuple(found)


def _capability(data: dict[str, Any]) -> CapabilityDraft:
    return CapabilityDraft(
        **{**data, "materials": tuple(data["materials"]), "certificates": tuple(data["certificates"])}
    )
