"""`POST /observations` and `POST /mtconnect`: a device's own token, an answer after commit."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.common import clock
from marketplace.common.live import push_after_commit
from marketplace.machines.api.bodies import BodyRefused, BytesParser, body_of
from marketplace.machines.authentication import DeviceTokenAuthentication, IsDevice
from marketplace.machines.delivery import (
    Delivery,
    ForeignDocument,
    Refused,
    StampRefused,
    answer_delivery,
    excerpt_of,
    line_deliveries,
)
from marketplace.machines.models import Device, Refusal
from marketplace.machines.services import Fate, Recorded, record
from telemetry.sources.mtconnect_streams import AgentError, read_answer
from telemetry.sources.plain_json import MessageRefused
from telemetry.sources.safe_xml import XmlRefused
from telemetry.sources.strict_json import JsonRefused

MAX_LINES = 10_000  # in one transaction


class LineSerializer(serializers.Serializer[object]):
    """`line` counts from 1; `code` and `message` say why a line was refused."""

    line = serializers.IntegerField()
    fate = serializers.ChoiceField(choices=[fate.value for fate in Fate])
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)


class ObservationsAnswerSerializer(serializers.Serializer[object]):
    stored = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    refused = serializers.IntegerField()
    lines = LineSerializer(many=True)


class MtconnectAnswerSerializer(serializers.Serializer[object]):
    """`observations` that were new; `next_sequence` is what to ask the agent for next."""

    fate = serializers.ChoiceField(choices=[fate.value for fate in Fate])
    observations = serializers.IntegerField()
    instance = serializers.CharField()
    next_sequence = serializers.IntegerField()


class ObservationsView(APIView):
    authentication_classes = [DeviceTokenAuthentication]
    permission_classes = [IsDevice]
    parser_classes = [BytesParser]

    @extend_schema(
        operation_id="observations_create",
        request={"application/x-ndjson": OpenApiTypes.STR},
        responses=ObservationsAnswerSerializer,
    )
    def post(self, request: Request) -> Response:
        """One JSON object a line, plain or gzip. Each line is stored, known already or refused on its own.

        Send it again if no answer came: what is known by session and seq counts once.
        """
        body = body_of(request)
        if body.count(b"\n") > MAX_LINES:
            raise BodyRefused(code="body:too-many-lines", reason=f"more than {MAX_LINES} lines", status=413)
        now = clock.now()
        try:
            numbers, deliveries = line_deliveries(body, device=_device(request).public_id, received_at=now)
        except JsonRefused as error:
            raise BodyRefused(code=error.code, reason=error.reason, status=413) from error
        recorded = _record(deliveries)
        lines = [
            {"line": number, "fate": fate.value, **_why(delivery)}
            for number, delivery, fate in zip(numbers, deliveries, recorded.fates, strict=True)
        ]
        counts = {
            fate.value: recorded.fates.count(fate) for fate in (Fate.STORED, Fate.DUPLICATE, Fate.REFUSED)
        }
        return Response({**counts, "lines": lines})


class MtconnectView(APIView):
    authentication_classes = [DeviceTokenAuthentication]
    permission_classes = [IsDevice]
    parser_classes = [BytesParser]

    @extend_schema(
        operation_id="mtconnect_create",
        request={"application/xml": OpenApiTypes.STR},
        responses=MtconnectAnswerSerializer,
    )
    def post(self, request: Request) -> Response:
        """An agent's answer to `current` or `sample`, stored whole or refused whole with the line."""
        body, device, now = body_of(request), _device(request), clock.now()
        try:
            answer = read_answer(body, received_at=now)
            delivery = answer_delivery(
                answer, device=device.public_id, source_name=device.source_name, received_at=now
            )
        except XmlRefused as error:
            raise _refuse(device, body, code=error.code, reason=str(error), line=error.line) from error
        except (AgentError, ForeignDocument) as error:
            raise _refuse(device, body, code=error.code, reason=str(error)) from error
        except (StampRefused, MessageRefused) as error:
            raise _refuse(device, body, code=error.code, reason=error.reason) from error
        recorded = _record([delivery])
        return Response(
            {
                "fate": recorded.fates[0].value,
                "observations": recorded.num_new,
                "instance": answer.instance,
                "next_sequence": answer.next_sequence,
            }
        )


def _record(deliveries: list[Delivery]) -> Recorded:
    """Stored and committed when this returns."""
    recorded = record(deliveries, now=clock.now(), real_now=clock.real_now())
    if recorded.topics:
        push_after_commit(*recorded.topics)
    return recorded


def _refuse(device: Device, body: bytes, *, code: str, reason: str, line: int | None = None) -> BodyRefused:
    """Kept among the device's dead letters, so that its owner sees what a machine sends in vain."""
    refused = Refused(code=code, reason=reason, excerpt=excerpt_of(body))
    channel = Refusal.Channel.MTCONNECT
    _record([Delivery(device=device.public_id, channel=channel, refused=refused)])
    return BodyRefused(code=code, reason=reason, line=line)


def _why(delivery: Delivery) -> dict[str, str]:
    return {"code": delivery.refused.code, "message": delivery.refused.reason} if delivery.refused else {}


def _device(request: Request) -> Device:
    device = request.auth
    assert isinstance(device, Device), "the permission let only devices in"
    return device
