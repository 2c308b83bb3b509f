"""Programmes and ratings over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.money import CURRENCIES
from marketplace.mobilisation import selectors, services
from marketplace.planning.models import PlanRun


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


class DisplacedRunSerializer(serializers.Serializer[Any]):
    """A booked or offered run that would go."""

    factory = serializers.CharField(source="package.enterprise.name")
    operation = serializers.CharField(source="operation.name")
    quantity = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class DisplacedOrderSerializer(serializers.Serializer[Any]):
    """`expected_at` is the new date by a re-plan that was not committed; null where `is_foreseen` is false, or no plan
    was found."""

    buyer = serializers.CharField(source="order.buyer.name")
    product = serializers.CharField(source="order.product.name")
    rating = serializers.CharField(source="order.rating", help_text="DO, or empty for an unrated order")
    promised_at = serializers.DateTimeField()
    is_foreseen = serializers.BooleanField(source="foreseen.is_known")
    expected_at = serializers.DateTimeField(allow_null=True)
    delay_min = serializers.IntegerField(allow_null=True, help_text="minutes")
    runs = DisplacedRunSerializer(many=True)


class BearerSerializer(serializers.Serializer[Any]):
    """What one enterprise bears; `times_before` are runs of it that gave way before."""

    name = serializers.CharField()
    is_buyer = serializers.BooleanField()
    num_runs = serializers.IntegerField()
    machine_min = serializers.IntegerField(help_text="minutes of booked machine time")
    times_before = serializers.IntegerField()


class PrecedenceSerializer(serializers.Serializer[PlanRun]):
    """The newest plan in which the rated order comes first, and what gives way to it."""

    plan = serializers.CharField(source="public_id", read_only=True)
    status = serializers.ChoiceField(choices=PlanRun.Status.choices, read_only=True)
    arrives_at = serializers.DateTimeField(
        allow_null=True, read_only=True, help_text="the last arrival, null as long as there is no plan"
    )
    num_displaced = serializers.SerializerMethodField()
    displaced = serializers.SerializerMethodField()
    bearers = serializers.SerializerMethodField()

    def get_num_displaced(self, run: PlanRun) -> int:
        return len(run.displaced)

    @extend_schema_field(DisplacedOrderSerializer(many=True))
    def get_displaced(self, run: PlanRun) -> Any:
        return DisplacedOrderSerializer(selectors.giving_way(run), many=True).data

    @extend_schema_field(BearerSerializer(many=True))
    def get_bearers(self, run: PlanRun) -> Any:
        return BearerSerializer(selectors.bearers(selectors.giving_way(run)), many=True).data


class PlanNameSerializer(serializers.Serializer[Any]):
    plan = serializers.CharField(max_length=24, help_text="public id of the plan as it was looked at")


class PrecedenceView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="ratings_precedence_retrieve", responses=PrecedenceSerializer)
    def get(self, request: Request, rating: str) -> Response:
        run = selectors.precedence_plan(viewer_of(request), rating_public_id=rating, now=clock.now())
        return Response(PrecedenceSerializer(run).data)

    @extend_schema(
        operation_id="ratings_precedence_create",
        request=None,
        responses={202: PrecedenceSerializer},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, rating: str) -> Response:
        """Ask for a plan in which the order comes first and displaces as little as it can."""
        run = services.ask_for_precedence(viewer=viewer_of(request), rating_public_id=rating, now=clock.now())
        return Response(PrecedenceSerializer(run).data, status=status.HTTP_202_ACCEPTED)


class TakePrecedenceView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="ratings_precedence_take",
        request=PlanNameSerializer,
        responses=PrecedenceSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, rating: str) -> Response:
        """Offer the plan to its factories; what it displaces is planned anew and told of."""
        asked = PlanNameSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        deal = services.take_precedence(
            viewer=viewer_of(request),
            rating_public_id=rating,
            plan_public_id=asked.validated_data["plan"],
            now=clock.now(),
            clock_speed=clock.speed(),
        )
        return Response(PrecedenceSerializer(deal.plan_run).data)
