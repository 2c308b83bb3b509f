"""Declarations over HTTP: read, draft, propose, approve, end, look, report, audit trail.

Proposing and approving carry the code of a second factor. Approvals take no `Idempotency-Key`: they count once by
nature, and a refused one must stay in the log.
"""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.api.pagination import CursorPages
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.drafts import DeclarationDraft
from marketplace.mobilisation.models import Declaration, Hazard
from marketplace.mobilisation.selectors.sight import OpenMachine

STATES = ("draft", "waiting", "approved", "live", "ended", "refused", "expired")


class DeclarationSerializer(serializers.ModelSerializer[Declaration]):
    """`state` is by the clock; `content_hash` is what an approval names."""

    id = serializers.CharField(source="public_id", read_only=True)
    state = serializers.SerializerMethodField()
    products = serializers.ListField(child=serializers.CharField(), read_only=True)
    processes = serializers.ListField(child=serializers.CharField(), read_only=True)
    regions = serializers.ListField(child=serializers.CharField(), read_only=True)
    proposed_by = serializers.CharField(
        source="proposed_by.public_id", read_only=True, allow_null=True, default=None
    )
    approved_by = serializers.CharField(
        source="decided_by.public_id", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = Declaration
        fields = (
            "id", "state", "title", "authority", "legal_basis", "reason", "hazard", "products", "processes", "regions",
            "is_drill", "starts_at", "ends_at", "until_at", "content_hash", "proposed_by", "approved_by",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, declaration: Declaration) -> str:
        return declaration.state_at(clock.now())


class DraftSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)
    authority = serializers.CharField(max_length=160)
    legal_basis = serializers.CharField(max_length=240)
    reason = serializers.CharField(max_length=2000)
    hazard = serializers.ChoiceField(choices=Hazard.choices)
    products = serializers.ListField(child=serializers.CharField(max_length=40), default=list, max_length=50)
    processes = serializers.ListField(child=serializers.CharField(max_length=20), default=list, max_length=50)
    regions = serializers.ListField(child=serializers.CharField(max_length=80), max_length=60)
    is_drill = serializers.BooleanField(
        default=False, help_text="everything up to the proposal; nothing is rated in earnest or displaced"
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()

    def draft(self) -> DeclarationDraft:
        values = dict(self.validated_data)
        for name in ("products", "processes", "regions"):
            values[name] = tuple(values[name])
        return DeclarationDraft(**values)


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=20, help_text="of the authenticator app, or a recovery code")


class ApprovalSerializer(CodeSerializer):
    content_hash = serializers.CharField(max_length=64, help_text="of the declaration as it was read")


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=240)


class OpenDaySerializer(serializers.Serializer[Any]):
    on = serializers.DateField()
    free_h = serializers.FloatField()


class OpenMachineSerializer(serializers.Serializer[Any]):
    """A machine that fits, with its free hours by local day."""

    machine = serializers.CharField()
    name = serializers.CharField()
    owner = serializers.CharField()
    owner_id = serializers.CharField()
    city = serializers.CharField()
    region = serializers.CharField()
    processes = serializers.ListField(child=serializers.CharField())
    units_per_h = serializers.FloatField(allow_null=True)
    free_h = serializers.FloatField()
    days = serializers.SerializerMethodField()

    @extend_schema_field(OpenDaySerializer(many=True))
    def get_days(self, machine: OpenMachine) -> list[dict[str, object]]:
        return [{"on": day.isoformat(), "free_h": hours} for day, hours in machine.days]


class TraceSerializer(serializers.Serializer[Any]):
    """An entry of the audit log about the declaration."""

    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    who = serializers.CharField()
    sentence = serializers.CharField(help_text="the entry in words, in the language of the request")
    facts = serializers.JSONField()
    hash = serializers.CharField()


class DeclarationListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="declarations_list", responses=DeclarationSerializer(many=True))
    def get(self, request: Request) -> Response:
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.declarations(viewer_of(request)), request, view=self)
        return pages.get_paginated_response(DeclarationSerializer(page, many=True).data)

    @extend_schema(
        operation_id="declarations_create",
        request=DraftSerializer,
        responses={201: DeclarationSerializer},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """A draft, to be proposed by one person and approved by another."""
        asked = DraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = services.create_declaration(viewer=viewer_of(request), draft=asked.draft(), now=clock.now())
        return Response(DeclarationSerializer(made).data, status=status.HTTP_201_CREATED)


class DeclarationView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="declarations_retrieve", responses=DeclarationSerializer)
    def get(self, request: Request, declaration: str) -> Response:
        found = selectors.declaration(viewer_of(request), public_id=declaration)
        return Response(DeclarationSerializer(found).data)

    @extend_schema(
        operation_id="declarations_change", request=DraftSerializer, responses=DeclarationSerializer
    )
    def put(self, request: Request, declaration: str) -> Response:
        """As long as nobody approved it; it is a draft again then."""
        asked = DraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        done = services.change_declaration(
            viewer=viewer_of(request), public_id=declaration, draft=asked.draft(), now=clock.now()
        )
        return Response(DeclarationSerializer(done).data)


def _done(
    request: Request,
    declaration: str,
    *,
    asked: type[serializers.Serializer[Any]],
    act: Callable[..., Declaration],
) -> Response:
    """The declaration after an act of the viewer's with what was sent."""
    sent = asked(data=request.data)
    sent.is_valid(raise_exception=True)
    done = act(viewer=viewer_of(request), public_id=declaration, now=clock.now(), **sent.validated_data)
    return Response(DeclarationSerializer(done).data)


class ProposeView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="declarations_propose", request=CodeSerializer, responses=DeclarationSerializer
    )
    def post(self, request: Request, declaration: str) -> Response:
        return _done(request, declaration, asked=CodeSerializer, act=services.propose_declaration)


class ApproveView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="declarations_approve", request=ApprovalSerializer, responses=DeclarationSerializer
    )
    def post(self, request: Request, declaration: str) -> Response:
        """By a second person of the office; counts once."""
        return _done(request, declaration, asked=ApprovalSerializer, act=services.approve_declaration)


class RefuseView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="declarations_refuse",
        request=ReasonSerializer,
        responses=DeclarationSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, declaration: str) -> Response:
        """By the second person, or by the first to draw it back."""
        return _done(request, declaration, asked=ReasonSerializer, act=services.refuse_declaration)


class EndView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="declarations_end",
        request=ReasonSerializer,
        responses=DeclarationSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, declaration: str) -> Response:
        """Before its time."""
        return _done(request, declaration, asked=ReasonSerializer, act=services.end_declaration)


class LookView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="declarations_look", request=None, responses={201: OpenMachineSerializer(many=True)}
    )
    def post(self, request: Request, declaration: str) -> Response:
        """Free hours of the machines that fit, for a fortnight. Each look is logged and told to the owners."""
        sight = services.look_at_capacity(
            viewer=viewer_of(request), declaration_public_id=declaration, now=clock.now()
        )
        return Response(OpenMachineSerializer(sight.machines, many=True).data, status=status.HTTP_201_CREATED)


class TrailQuerySerializer(serializers.Serializer[Any]):
    """What to look for: public ids of a person and an order, a kind of act, [since, until), words of the sentence."""

    person = serializers.CharField(max_length=24, default="")
    action = serializers.CharField(max_length=60, default="")
    order = serializers.CharField(max_length=24, default="")
    since = serializers.DateTimeField(default=None)
    until = serializers.DateTimeField(default=None)
    words = serializers.CharField(max_length=80, default="")


class TrailView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="declarations_trail",
        parameters=[TrailQuerySerializer],
        responses=TraceSerializer(many=True),
    )
    def get(self, request: Request, declaration: str) -> Response:
        asked = TrailQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = selectors.declaration(viewer_of(request), public_id=declaration)
        shown = selectors.trail(found, wanted=selectors.Wanted(**asked.validated_data))
        return Response(TraceSerializer(shown, many=True).data)
