"""An order's deliveries for its buyer: the forecast, made against needed, the account, what is done without, events."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.delivery import services
from marketplace.delivery.api.shapes import SettlementSerializer
from marketplace.delivery.epcis import document
from marketplace.delivery.models import VisibilityEvent
from marketplace.delivery.selectors.account import AccountLine, account_of_order
from marketplace.delivery.selectors.drops import DropAccount, drops_of
from marketplace.delivery.selectors.forecast import forecast
from marketplace.delivery.selectors.progress import Step, steps_of
from marketplace.delivery.selectors.shipments import order_of
from marketplace.production.looks import note_counts_shown


class StepSerializer(serializers.Serializer[Step]):
    name = serializers.CharField()
    item = serializers.CharField()
    needed = serializers.IntegerField()
    made = serializers.IntegerField()
    scrap = serializers.IntegerField()
    shipped = serializers.IntegerField()
    received = serializers.IntegerField()
    accepted = serializers.IntegerField(help_text="good ones of closed receipts")


class DropAccountSerializer(serializers.Serializer[DropAccount]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    city = serializers.CharField()
    ordered = serializers.IntegerField()
    accepted = serializers.IntegerField()
    damaged = serializers.IntegerField()
    missing = serializers.IntegerField()
    without = serializers.IntegerField()
    under_way = serializers.IntegerField()
    open = serializers.IntegerField()


class DeliverySerializer(serializers.Serializer[Any]):
    """`complete_at` is null before a plan is agreed."""

    complete_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    is_over = serializers.BooleanField()
    is_late = serializers.BooleanField()
    steps = StepSerializer(many=True)
    drops = DropAccountSerializer(many=True)


class AccountLineSerializer(serializers.Serializer[AccountLine]):
    """made - used + received - sent = lying, pieces."""

    place = serializers.CharField()
    item = serializers.CharField()
    made = serializers.IntegerField()
    used = serializers.IntegerField()
    received = serializers.IntegerField()
    sent = serializers.IntegerField()
    lying = serializers.IntegerField()
    coming = serializers.IntegerField()
    damaged = serializers.IntegerField()
    missing = serializers.IntegerField()


class AccountSerializer(serializers.Serializer[Any]):
    lines = AccountLineSerializer(many=True)
    drops = DropAccountSerializer(many=True)


class OrderDeliveryView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="order_delivery_retrieve", responses=DeliverySerializer)
    def get(self, request: Request, order: str) -> Response:
        found = order_of(viewer_of(request), public_id=order)
        note_counts_shown(found.pk, viewer=viewer_of(request), real_now=clock.real_now())
        body = {
            **asdict(forecast(found, now=clock.now())),
            "steps": steps_of(found),
            "drops": drops_of(found),
        }
        return Response(DeliverySerializer(body).data)


class OrderAccountView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="order_account_retrieve", responses=AccountSerializer)
    def get(self, request: Request, order: str) -> Response:
        """Every piece from blank to receipt."""
        found = order_of(viewer_of(request), public_id=order)
        body = {"lines": account_of_order(found.pk), "drops": drops_of(found)}
        return Response(AccountSerializer(body).data)


class OrderSettleView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="order_settle",
        request=SettlementSerializer,
        parameters=[KEY_PARAMETER],
        responses={201: DropAccountSerializer},
    )
    @idempotent
    def post(self, request: Request, order: str) -> Response:
        """Do without pieces of a drop that will not come."""
        asked = SettlementSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        made = services.settle(viewer=viewer, order=order, now=clock.now(), **asked.validated_data)
        drops = drops_of(order_of(viewer, public_id=order))
        drop = next(one for one in drops if one.public_id == made.drop.public_id)
        return Response(DropAccountSerializer(drop).data, status=status.HTTP_201_CREATED)


class OrderEventsView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="order_events_retrieve", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, order: str) -> HttpResponse:
        """All visibility events of the order as an EPCIS 2.0 document in JSON."""
        found = order_of(viewer_of(request), public_id=order)
        written = document(VisibilityEvent.objects.filter(order=found), now=clock.now())
        return HttpResponse(written, content_type="application/json")
