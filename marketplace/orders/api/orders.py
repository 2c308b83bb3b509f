"""Orders: create, read, change, list, open, cancel."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.api.pagination import CursorPages
from marketplace.common.api.strict import (
    FlagField,
    MomentField,
    NumberField,
    StrictSerializer,
    TextField,
    WholeField,
)
from marketplace.common.checks import require_choice
from marketplace.orders import selectors, services
from marketplace.orders.drafts import DropDraft, OrderDraft, SupplyDraft
from marketplace.orders.models import MaterialSupply, Order, OrderDrop

LISTS = ("certificates", "regions", "blocked")


class DropSerializer(serializers.ModelSerializer[OrderDrop]):
    id = serializers.CharField(source="public_id", read_only=True)
    due_at = MomentField(read_only=True)

    class Meta:
        model = OrderDrop
        fields = ("id", "name", "address", "city", "lat", "lon", "quantity", "due_at")
        read_only_fields = fields


class SupplySerializer(serializers.ModelSerializer[MaterialSupply]):
    material = serializers.CharField(source="material.code", read_only=True)

    class Meta:
        model = MaterialSupply
        fields = ("material", "supplier")
        read_only_fields = fields


class OrderSummarySerializer(serializers.ModelSerializer[Order]):
    id = serializers.CharField(source="public_id", read_only=True)
    product = serializers.CharField(source="product.public_id", read_only=True)
    release_at = MomentField(read_only=True)
    due_at = MomentField(read_only=True)
    created_at = MomentField(read_only=True)

    class Meta:
        model = Order
        fields: tuple[str, ...] = (
            "id", "title", "product", "status", "version", "quantity", "release_at", "due_at", "net_cents",
            "budget_cents", "currency", "tax_bp", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class OrderSerializer(OrderSummarySerializer):
    """Money is whole minor units of `currency`, without tax; `tax_bp` are basis points (1300 = 13 %)."""

    drops = DropSerializer(many=True, read_only=True)
    supplies = SupplySerializer(many=True, read_only=True)
    blocked = serializers.SlugRelatedField("public_id", many=True, read_only=True)  # type: ignore[var-annotated]
    seller_of_record = serializers.CharField(
        source="seller_of_record.public_id", read_only=True, allow_null=True, default=None
    )

    rating = serializers.CharField(read_only=True, help_text="DX, DO or empty")

    class Meta(OrderSummarySerializer.Meta):
        fields = (
            *OrderSummarySerializer.Meta.fields, "drops", "certificates", "variant", "split_allowed",
            "max_enterprises", "regions", "verified_only", "blocked", "seller_of_record", "supplies", "rating", "programme",
        )  # fmt: skip
        read_only_fields = fields


class DropInput(StrictSerializer):
    """A place and its share; the shares add up to the order. Without `due_at` the order's holds."""

    name = TextField()
    city = TextField()
    lat = NumberField()
    lon = NumberField()
    quantity = WholeField()
    address = TextField(default="")
    due_at = MomentField(allow_null=True, default=None)


class SupplyInput(StrictSerializer):
    material = TextField(help_text="code of a material of the product")
    supplier = serializers.ChoiceField(MaterialSupply.Supplier.choices)


class OrderInput(StrictSerializer):
    product = TextField(help_text="public id of a product")
    quantity = WholeField(help_text="whole pieces, 1 to 999,999,999")
    due_at = MomentField()
    drops = DropInput(many=True)
    title = TextField(default="")
    release_at = MomentField(allow_null=True, default=None)
    certificates = serializers.ListField(child=TextField(), default=list)
    variant = serializers.DictField(default=dict)
    split_allowed = FlagField(default=True)
    max_enterprises = WholeField(allow_null=True, default=None)
    regions = serializers.ListField(child=TextField(), default=list)
    verified_only = FlagField(default=False)
    blocked = serializers.ListField(child=TextField(), default=list)
    budget_cents = WholeField(allow_null=True, default=None)
    currency = TextField(default="CNY")
    tax_bp = WholeField(default=1300)
    seller_of_record = TextField(default="", help_text="public id of a coordinator, or empty")
    supplies = SupplyInput(many=True, default=list)

    def draft(self) -> OrderDraft:
        data: dict[str, Any] = dict(self.validated_data)
        data["drops"] = tuple(DropDraft(**one) for one in data["drops"])
        data["supplies"] = tuple(SupplyDraft(**one) for one in data["supplies"])
        for name in LISTS:
            data[name] = tuple(data[name])
        return OrderDraft(**data)


class OrderListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(
        operation_id="orders_list",
        parameters=[OpenApiParameter("status", str, enum=Order.Status.values)],
        responses=OrderSummarySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Your enterprise's orders, newest first."""
        orders = selectors.orders(viewer=viewer_of(request))
        if wanted := request.query_params.get("status"):
            require_choice(wanted, field="status", choices=Order.Status.values)
            orders = orders.filter(status=wanted)
        pages = CursorPages()
        page = pages.paginate_queryset(orders, request, view=self)
        return pages.get_paginated_response(OrderSummarySerializer(page, many=True).data)

    @extend_schema(
        operation_id="orders_create",
        parameters=[KEY_PARAMETER],
        request=OrderInput,
        responses={201: OrderSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """A new order, a draft until it is opened."""
        asked = OrderInput(data=request.data)
        asked.is_valid(raise_exception=True)
        order = services.create_order(viewer=viewer_of(request), draft=asked.draft(), now=clock.now())
        return Response(_json(request, order.public_id), status=status.HTTP_201_CREATED)


class OrderView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="orders_retrieve", responses=OrderSerializer)
    def get(self, request: Request, order: str) -> Response:
        return Response(_json(request, order))

    @extend_schema(operation_id="orders_update", request=OrderInput, responses=OrderSerializer)
    def put(self, request: Request, order: str) -> Response:
        """Change an order of which nothing is offered yet: it is a draft again, its plans are void."""
        asked = OrderInput(data=request.data)
        asked.is_valid(raise_exception=True)
        services.change_order(viewer=viewer_of(request), order=order, draft=asked.draft(), now=clock.now())
        return Response(_json(request, order))


class OrderOpenView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="orders_open", parameters=[KEY_PARAMETER], request=None, responses=OrderSerializer
    )
    @idempotent
    def post(self, request: Request, order: str) -> Response:
        """Let the draft be planned."""
        services.open_order(viewer=viewer_of(request), order=order, now=clock.now())
        return Response(_json(request, order))


class OrderCancelView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="orders_cancel", parameters=[KEY_PARAMETER], request=None, responses=OrderSerializer
    )
    @idempotent
    def post(self, request: Request, order: str) -> Response:
        """Call off an order whose capacity is not booked yet."""
        services.cancel_order(viewer=viewer_of(request), order=order)
        return Response(_json(request, order))


def _json(request: Request, order: str) -> Any:
    return OrderSerializer(selectors.order(viewer=viewer_of(request), order=order)).data
