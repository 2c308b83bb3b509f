"""What shipments look like in JSON, going out and coming in."""

from typing import Any

from rest_framework import serializers

from marketplace.common.api.strict import MomentField, StrictSerializer, TextField, WholeField
from marketplace.delivery.links import driver_url, tracking_url
from marketplace.delivery.models import ReceiptLine, Shipment
from marketplace.delivery.places import End
from marketplace.delivery.selectors.shipments import ON_THE_WAY
from marketplace.delivery.services import Count, Outcome, Packing, Whole
from marketplace.delivery.shown import Shown


class EndSerializer(serializers.Serializer[End]):
    """`address` is empty as long as you may not know it."""

    name = serializers.CharField(read_only=True)
    city = serializers.CharField(read_only=True)
    address = serializers.CharField(read_only=True)


class BoxSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id", read_only=True)
    number = serializers.IntegerField(read_only=True)
    quantity = serializers.IntegerField(read_only=True)
    received_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ShipmentSerializer(serializers.Serializer[Any]):
    """Pieces are null for the receiver until the shipment has left. Planned moments beside actual ones."""

    id = serializers.CharField(source="shipment.public_id", read_only=True)
    order = serializers.SerializerMethodField(help_text="for the buyer; null for factories")
    status = serializers.ChoiceField(
        source="shipment.status", choices=Shipment.Status.choices, read_only=True
    )
    item = serializers.CharField(source="shipment.item", read_only=True)
    goods = serializers.CharField(read_only=True)
    start = EndSerializer(read_only=True)
    end = EndSerializer(read_only=True)
    planned_quantity = serializers.IntegerField(source="planned", read_only=True, allow_null=True)
    quantity = serializers.IntegerField(read_only=True, allow_null=True)
    num_boxes = serializers.IntegerField(read_only=True)
    departs_at = serializers.DateTimeField(source="shipment.departs_at", read_only=True)
    arrives_at = serializers.DateTimeField(source="shipment.arrives_at", read_only=True)
    dispatched_at = serializers.DateTimeField(
        source="shipment.dispatched_at", read_only=True, allow_null=True
    )
    arrived_at = serializers.DateTimeField(source="shipment.arrived_at", read_only=True, allow_null=True)
    received_at = serializers.DateTimeField(source="shipment.received_at", read_only=True, allow_null=True)
    carrier = serializers.CharField(read_only=True)
    is_sender = serializers.BooleanField(read_only=True)
    is_receiver = serializers.BooleanField(read_only=True)

    def get_order(self, shown: Shown) -> str | None:
        viewer = self.context["viewer"]
        is_buyer = viewer.enterprise_id == shown.shipment.order.buyer_id
        return shown.shipment.order.public_id if is_buyer else None


class ShipmentDetailSerializer(ShipmentSerializer):
    """`driver_url` is for the sender, while the goods are on the way."""

    boxes = serializers.SerializerMethodField()
    tracking_url = serializers.SerializerMethodField()
    driver_url = serializers.SerializerMethodField()

    def get_boxes(self, shown: Shown) -> list[dict[str, Any]]:
        if shown.quantity is None:
            return []
        return list(BoxSerializer(shown.shipment.boxes.all(), many=True).data)

    def get_tracking_url(self, shown: Shown) -> str:
        return tracking_url(shown.shipment.public_id)

    def get_driver_url(self, shown: Shown) -> str | None:
        is_his = shown.is_sender and shown.shipment.status in ON_THE_WAY
        return driver_url(shown.shipment.public_id) if is_his else None


class PackingSerializer(StrictSerializer):
    """`quantity` left out: all of the plan that may leave. `box_size` left out: the usual one.

    `at`: when it was done, where that is told later; at most two minutes ahead, not before the step before it.
    """

    quantity = WholeField(required=False, allow_null=True, default=None)
    box_size = WholeField(required=False, allow_null=True, default=None)
    carrier = TextField(required=False, default="")
    at = MomentField(required=False, allow_null=True, default=None)

    def packing(self, shipment: str) -> Packing:
        return Packing(shipment=shipment, **self.validated_data)


class NamedPackingSerializer(PackingSerializer):
    id = TextField()


class CountSerializer(StrictSerializer):
    """Pieces. `good` left out: all the others. `key` is yours: the same count again is counted once. `at`: when it was
    counted, where that is told later.
    """

    key = TextField()
    good = WholeField(required=False, allow_null=True, default=None)
    damaged = WholeField(required=False, default=0)
    missing = WholeField(required=False, default=0)
    reason = TextField(required=False, default="")
    at = MomentField(required=False, allow_null=True, default=None)

    def count(self) -> Count:
        names = ("key", "good", "damaged", "missing", "reason", "at")
        return Count(how=ReceiptLine.How.PROGRAM, **{name: self.validated_data[name] for name in names})


class BoxCountSerializer(CountSerializer):
    box = TextField(help_text="the id of the box, or what its code says")


class WholeSerializer(CountSerializer):
    """All boxes that were not counted singly; closes the receipt."""

    signer = TextField(required=False, default="")

    def whole(self, shipment: str) -> Whole:
        return Whole(shipment=shipment, count=self.count(), signer=self.validated_data["signer"])


class NamedWholeSerializer(WholeSerializer):
    id = TextField()


class ArrivalSerializer(StrictSerializer):
    """`at`: since when it is there, where that is told later."""

    at = MomentField(required=False, allow_null=True, default=None)
    signer = TextField(required=False, default="")


class AnotherSerializer(StrictSerializer):
    quantity = WholeField()


class SettlementSerializer(StrictSerializer):
    drop = TextField()
    quantity = WholeField()
    reason = TextField()
    key = TextField()


class ManyPackingSerializer(StrictSerializer):
    shipments = NamedPackingSerializer(many=True, allow_empty=False)


class ManyWholeSerializer(StrictSerializer):
    shipments = NamedWholeSerializer(many=True, allow_empty=False)


class ReceiptLineSerializer(serializers.ModelSerializer[ReceiptLine]):
    id = serializers.CharField(source="public_id", read_only=True)
    box = serializers.CharField(source="box.public_id", read_only=True, allow_null=True, default=None)

    class Meta:
        model = ReceiptLine
        fields = ("id", "box", "good", "damaged", "missing", "reason", "recorded_at")
        read_only_fields = fields


class OutcomeSerializer(serializers.Serializer[Any]):
    """`status` of the shipment where it was done; else code and message of the refusal."""

    id = serializers.CharField(source="shipment", read_only=True)
    status = serializers.CharField(read_only=True)
    code = serializers.SerializerMethodField()
    message = serializers.SerializerMethodField()

    def get_code(self, outcome: Outcome) -> str:
        return outcome.error.code if outcome.error else ""

    def get_message(self, outcome: Outcome) -> str:
        return str(outcome.error.text) if outcome.error else ""


class OutcomesSerializer(serializers.Serializer[Any]):
    results = OutcomeSerializer(many=True, read_only=True)
