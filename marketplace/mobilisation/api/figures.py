"""Need and capacity for coordinators over HTTP; capacity only through the gate."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.mobilisation import selectors


class NeedSerializer(serializers.Serializer[Any]):
    """Pieces wanted in a city; `gap` is not yet booked."""

    product = serializers.CharField()
    city = serializers.CharField()
    num_orders = serializers.IntegerField()
    quantity = serializers.IntegerField()
    covered = serializers.IntegerField()
    gap = serializers.IntegerField()
    next_due_at = serializers.DateTimeField()


class CellSerializer(serializers.Serializer[Any]):
    """Idle hours, rounded; null where the cell is withheld."""

    amount = serializers.IntegerField(allow_null=True)
    num_owners = serializers.IntegerField(allow_null=True)
    withheld = serializers.CharField(allow_null=True)


class CapacityRowSerializer(serializers.Serializer[Any]):
    process = serializers.CharField()
    region = serializers.CharField()
    weeks = CellSerializer(many=True)


class NeedView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="need_list", responses=NeedSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(NeedSerializer(selectors.need(viewer_of(request)), many=True).data)


class CapacityView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="capacity_list", responses=CapacityRowSerializer(many=True))
    def get(self, request: Request) -> Response:
        found = selectors.capacity(viewer_of(request), now=clock.now())
        return Response(CapacityRowSerializer(found.rows, many=True).data)
