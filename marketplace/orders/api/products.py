"""Products, their routings and the materials they need."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.capacity.models import Process
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.api.pagination import CursorPages
from marketplace.common.api.strict import FlagField, NumberField, StrictSerializer, TextField, WholeField
from marketplace.orders import selectors, services
from marketplace.orders.models import Material, Operation, OperationNeed, Product
from marketplace.orders.routing import NeedDraft, OperationDraft
from marketplace.orders.variants import Kind, read_parameters


class MaterialSerializer(serializers.ModelSerializer[Material]):
    id = serializers.CharField(source="public_id", read_only=True)
    is_own = serializers.SerializerMethodField()

    class Meta:
        model = Material
        fields = ("id", "code", "name", "unit", "weight_g", "is_own")
        read_only_fields = fields

    def get_is_own(self, material: Material) -> bool:
        return material.owner_id is not None


class MaterialInput(StrictSerializer):
    code = TextField()
    name = TextField()
    unit = TextField(default="piece")
    weight_g = WholeField(default=0)


class RoutingNeedSerializer(serializers.ModelSerializer[OperationNeed]):
    """`num`/`den` units of an item of the routing, or of a material (its code), for each piece started."""

    material = serializers.CharField(source="material.code", read_only=True, default="")

    class Meta:
        model = OperationNeed
        fields = ("item", "material", "num", "den")
        read_only_fields = fields


class OperationSerializer(serializers.ModelSerializer[Operation]):
    needs = RoutingNeedSerializer(many=True, read_only=True)

    class Meta:
        model = Operation
        fields = (
            "code", "name", "process", "makes", "needs", "certificates", "weight_g", "hold_min",
            "standard_units_per_h", "unit",
        )  # fmt: skip
        read_only_fields = fields


class RoutingNeedInput(StrictSerializer):
    item = TextField(default="")
    material = TextField(default="")
    num = WholeField(default=1)
    den = WholeField(default=1)


class OperationInput(StrictSerializer):
    code = TextField()
    name = TextField()
    process = serializers.ChoiceField(Process.choices)
    makes = TextField(default="")
    needs = RoutingNeedInput(many=True, default=list)
    certificates = serializers.ListField(child=TextField(), default=list)
    weight_g = WholeField(default=0)
    hold_min = WholeField(default=0)
    standard_units_per_h = WholeField(allow_null=True, default=None)
    unit = TextField(default="piece")


class ParameterSerializer(StrictSerializer):
    """An open point of a product; a `number_range` is dealt out to lots."""

    key = TextField()
    label = TextField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(Kind.choices)
    is_required = FlagField(default=True)
    choices = serializers.ListField(child=TextField(), default=list)
    least = NumberField(allow_null=True, default=None)
    most = NumberField(allow_null=True, default=None)
    unit = TextField(default="")


class ProductSerializer(serializers.ModelSerializer[Product]):
    id = serializers.CharField(source="public_id", read_only=True)
    is_template = serializers.SerializerMethodField()
    parameters = ParameterSerializer(many=True, read_only=True)
    operations = OperationSerializer(many=True, read_only=True)

    class Meta:
        model = Product
        fields = (
            "id", "code", "name", "is_template", "parameters", "material_code", "size_mm", "tolerance_um",
            "operations",
        )  # fmt: skip
        read_only_fields = fields

    def get_is_template(self, product: Product) -> bool:
        return product.owner_id is None


class ProductInput(StrictSerializer):
    code = TextField()
    name = TextField()
    operations = OperationInput(many=True)
    parameters = ParameterSerializer(many=True, default=list)
    material_code = TextField(default="")
    size_mm = WholeField(allow_null=True, default=None)
    tolerance_um = WholeField(allow_null=True, default=None)

    def draft(self) -> services.ProductDraft:
        data = self.validated_data
        return services.ProductDraft(
            code=data["code"],
            name=data["name"],
            operations=tuple(_operation(one) for one in data["operations"]),
            parameters=read_parameters(data["parameters"]),
            material_code=data["material_code"],
            size_mm=data["size_mm"],
            tolerance_um=data["tolerance_um"],
        )


class ProductListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="products_list", responses=ProductSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Templates and your own products, newest first."""
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.products(viewer=viewer_of(request)), request, view=self)
        return pages.get_paginated_response(ProductSerializer(page, many=True).data)

    @extend_schema(
        operation_id="products_create",
        parameters=[KEY_PARAMETER],
        request=ProductInput,
        responses={201: ProductSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """A product of your own, with its routing."""
        asked = ProductInput(data=request.data)
        asked.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        product = services.create_product(viewer=viewer, draft=asked.draft())
        fresh = selectors.product(viewer=viewer, product=product.public_id)
        return Response(ProductSerializer(fresh).data, status=status.HTTP_201_CREATED)


class ProductView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="products_retrieve", responses=ProductSerializer)
    def get(self, request: Request, product: str) -> Response:
        found = selectors.product(viewer=viewer_of(request), product=product)
        return Response(ProductSerializer(found).data)

    @extend_schema(operation_id="products_update", request=ProductInput, responses=ProductSerializer)
    def put(self, request: Request, product: str) -> Response:
        """Draw the product anew; refused once an order relies on it."""
        asked = ProductInput(data=request.data)
        asked.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        services.update_product(viewer=viewer, product=product, draft=asked.draft())
        return Response(ProductSerializer(selectors.product(viewer=viewer, product=product)).data)


class MaterialListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="materials_list", responses=MaterialSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Everybody's materials and your own, newest first."""
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.materials(viewer=viewer_of(request)), request, view=self)
        return pages.get_paginated_response(MaterialSerializer(page, many=True).data)

    @extend_schema(
        operation_id="materials_create",
        parameters=[KEY_PARAMETER],
        request=MaterialInput,
        responses={201: MaterialSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """A material of your own; nobody else sees it."""
        asked = MaterialInput(data=request.data)
        asked.is_valid(raise_exception=True)
        material = services.create_material(viewer=viewer_of(request), **asked.validated_data)
        return Response(MaterialSerializer(material).data, status=status.HTTP_201_CREATED)


def _operation(data: dict[str, Any]) -> OperationDraft:
    needs = tuple(NeedDraft(**need) for need in data["needs"])
    return OperationDraft(**{**data, "needs": needs, "certificates": tuple(data["certificates"])})
