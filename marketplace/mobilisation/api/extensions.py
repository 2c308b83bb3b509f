"""A later end of a declaration in force, and the firms it covers, over HTTP.

Both people carry the code of a second factor; approvals take no `Idempotency-Key`, as in `declarations`.
"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.mobilisation import services
from marketplace.mobilisation.api.declarations import ApprovalSerializer, CodeSerializer
from marketplace.mobilisation.models import Extension


class ExtensionDraftSerializer(CodeSerializer):
    until_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=500)


class ExtensionSerializer(serializers.Serializer[Extension]):
    """`is_approved` by a second person; `content_hash` is what the approval names."""

    id = serializers.CharField(source="public_id")
    declaration = serializers.CharField(source="declaration.public_id")
    until_at = serializers.DateTimeField()
    reason = serializers.CharField()
    is_approved = serializers.SerializerMethodField()
    content_hash = serializers.CharField()

    def get_is_approved(self, extension: Extension) -> bool:
        return extension.status == Extension.Status.LIVE


class BookedFirmsSerializer(serializers.Serializer[Any]):
    num_added = serializers.IntegerField(help_text="firms that were not in the book yet")


class ExtensionListView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="extensions_propose",
        request=ExtensionDraftSerializer,
        responses={201: ExtensionSerializer},
    )
    def post(self, request: Request, declaration: str) -> Response:
        """Replaces one that waits."""
        asked = ExtensionDraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = services.propose_extension(
            viewer=viewer_of(request), public_id=declaration, now=clock.now(), **asked.validated_data
        )
        return Response(ExtensionSerializer(made).data, status=status.HTTP_201_CREATED)


class ApproveExtensionView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="extensions_approve", request=ApprovalSerializer, responses=ExtensionSerializer
    )
    def post(self, request: Request, extension: str) -> Response:
        """By a second person of the office; counts once."""
        asked = ApprovalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        done = services.approve_extension(
            viewer=viewer_of(request), public_id=extension, now=clock.now(), **asked.validated_data
        )
        return Response(ExtensionSerializer(done).data)


class BookFirmsView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="declarations_book_firms",
        request=None,
        responses=BookedFirmsSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, declaration: str) -> Response:
        """Take the firms of the network whose machines fit into the office's book, to ask them."""
        num_added = services.add_covered_firms(
            viewer=viewer_of(request), declaration_public_id=declaration, now=clock.now()
        )
        return Response(BookedFirmsSerializer({"num_added": num_added}).data)
