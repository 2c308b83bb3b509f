"""Programmes and ratings over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.money import CURRENCIES
from marketplace.mobilisation import services


class ProgrammeSerializer(serializers.Serializer[Any]):
    """`product` is the code of a declared product."""

    id = serializers.CharField(source="public_id", read_only=True)
    name = serializers.CharField(max_length=120)
    product = serializers.CharField(source="product.code", max_length=40)
    target_quantity = serializers.IntegerField(min_value=1)
    budget_cents = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    currency = serializers.ChoiceField(choices=CURRENCIES, default=CURRENCIES[0])


class ConfirmationSerializer(serializers.Serializer[Any]):
    confirmed_with = serializers.CharField(
        max_length=160, help_text="whom the office spoke with at the buyer's"
    )
    how = serializers.CharField(max_length=240, default="", allow_blank=True)
    confirmed_at = serializers.DateTimeField(read_only=True)


class RatingSerializer(serializers.Serializer[Any]):
    """Signed by the person the key acts as."""

    id = serializers.CharField(source="public_id", read_only=True)
    order = serializers.CharField(source="order.public_id", max_length=24)
    rating = serializers.ChoiceField(choices=("DO", "DX"))
    statement = serializers.CharField(max_length=2000)
    signed_at = serializers.DateTimeField(read_only=True)
    deliver_by = serializers.DateTimeField(read_only=True)


class ProgrammeListView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="programmes_create",
        request=ProgrammeSerializer,
        responses={201: ProgrammeSerializer},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, declaration: str) -> Response:
        asked = ProgrammeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        made = services.open_programme(
            viewer=viewer_of(request),
            declaration_public_id=declaration,
            product=values.pop("product")["code"],
            now=clock.now(),
            **values,
        )
        return Response(ProgrammeSerializer(made).data, status=status.HTTP_201_CREATED)


class ConfirmView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="needs_confirm",
        request=ConfirmationSerializer,
        responses={201: ConfirmationSerializer},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, declaration: str, order: str) -> Response:
        """Before an order is rated: somebody has spoken with the buyer."""
        asked = ConfirmationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = services.confirm_need(
            viewer=viewer_of(request),
            declaration_public_id=declaration,
            order_public_id=order,
            now=clock.now(),
            **asked.validated_data,
        )
        return Response(ConfirmationSerializer(made).data, status=status.HTTP_201_CREATED)


class RateView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="ratings_create",
        request=RatingSerializer,
        responses={201: RatingSerializer},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, programme: str) -> Response:
        """The order comes first from now on."""
        asked = RatingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = services.rate_order(
            viewer=viewer_of(request),
            programme_public_id=programme,
            order_public_id=asked.validated_data["order"]["public_id"],
            rating=asked.validated_data["rating"],
            statement=asked.validated_data["statement"],
            now=clock.now(),
        )
        return Response(RatingSerializer(made).data, status=status.HTTP_201_CREATED)
