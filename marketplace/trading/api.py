"""Deals and offers over HTTP: choose a plan, answer a package, read runs."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.pagination import CursorPages
from marketplace.common.errors import NotFound
from marketplace.trading import selectors, services
from marketplace.trading.models import Deal, Package, Run


class DealSerializer(serializers.ModelSerializer[Deal]):
    id = serializers.CharField(source="public_id", read_only=True)
    order = serializers.CharField(source="order.public_id", read_only=True)
    plan = serializers.CharField(source="plan_run.public_id", read_only=True)
    proposed_plan = serializers.CharField(
        source="proposed_run.public_id", read_only=True, allow_null=True, default=None
    )
    num_packages = serializers.SerializerMethodField()
    num_answered = serializers.SerializerMethodField()
    num_gave_way = serializers.SerializerMethodField()

    class Meta:
        model = Deal
        fields = (
            "id", "order", "plan", "proposed_plan", "status", "chosen_at", "net_cents", "currency", "promised_at", "reason",
            "version", "num_packages", "num_answered", "num_gave_way",
        )  # fmt: skip
        read_only_fields = fields

    def get_num_gave_way(self, deal: Deal) -> int:
        return selectors.deal_progress(deal).num_gave_way

    def get_num_packages(self, deal: Deal) -> int:
        return selectors.deal_progress(deal).num_packages

    def get_num_answered(self, deal: Deal) -> int:
        return selectors.deal_progress(deal).num_answered


class BatchSerializer(serializers.Serializer[object]):
    """A part of a run that moves on when it is made; its goods are there when it starts."""

    starts_at = serializers.DateTimeField(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True)
    quantity = serializers.IntegerField(read_only=True)


class RunSerializer(serializers.ModelSerializer[Run]):
    """What one machine makes when, for how much. Times include the set-up."""

    id = serializers.CharField(source="public_id", read_only=True)
    machine = serializers.CharField(source="equipment.public_id", read_only=True)
    device = serializers.CharField(
        source="equipment.device.public_id", read_only=True, allow_null=True, default=None
    )
    operation = serializers.CharField(source="operation.code", read_only=True)
    batches = BatchSerializer(many=True, read_only=True)

    class Meta:
        model = Run
        fields = (
            "id", "machine", "device", "operation", "status", "starts_at", "ends_at", "setup_min", "quantity",
            "batches", "pay_cents", "variant", "is_pinned",
        )  # fmt: skip
        read_only_fields = fields


class PackageSerializer(serializers.ModelSerializer[Package]):
    """An offer to one factory, in short. `gave_way_at`: since then none of the accepted runs is left."""

    id = serializers.CharField(source="public_id", read_only=True)
    product = serializers.CharField(source="deal.order.product.name", read_only=True)
    num_runs = serializers.IntegerField(read_only=True)
    num_pieces = serializers.IntegerField(read_only=True)

    class Meta:
        model = Package
        fields: tuple[str, ...] = (
            "id", "product", "status", "pay_cents", "currency", "pay_on", "answer_by", "answered_at", "reason",
            "gave_way_at", "gave_way_because", "num_runs", "num_pieces",
        )  # fmt: skip
        read_only_fields = fields


class PackageDetailSerializer(PackageSerializer):
    """An offer with its runs."""

    runs = RunSerializer(many=True, read_only=True)

    class Meta(PackageSerializer.Meta):
        fields: tuple[str, ...] = (*PackageSerializer.Meta.fields, "runs")
        read_only_fields = fields


class ChooseSerializer(serializers.Serializer[None]):
    plan = serializers.CharField(help_text="public id of a finished plan of this order")


class ConsentSerializer(serializers.Serializer[None]):
    plan = serializers.CharField(help_text="`proposed_plan` of the deal, as it was looked at")


class AnswerSerializer(serializers.Serializer[None]):
    """Either `accept_all`, or the runs that are accepted; the others are declined."""

    accept_all = serializers.BooleanField(default=False)
    accepted = serializers.ListField(child=serializers.CharField(), default=list, max_length=5000)
    reason = serializers.CharField(max_length=240, default="", allow_blank=True)
    earliest_on = serializers.DateField(
        allow_null=True,
        default=None,
        help_text="of a rated order that is declined, whose reason is a listed one",
    )


class OrderDealView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="order_deal_retrieve", responses=DealSerializer)
    def get(self, request: Request, order: str) -> Response:
        deal = selectors.deal_of_order(viewer_of(request), order_public_id=order)
        if deal is None:
            raise NotFound(_("No plan has been chosen for this order."))
        return Response(DealSerializer(deal).data)

    @extend_schema(
        operation_id="order_deal_create", request=ChooseSerializer, responses={201: DealSerializer}
    )
    def post(self, request: Request, order: str) -> Response:
        """Choose a plan: its capacity is held and each factory gets its package."""
        asked = ChooseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        selectors.deal_of_order(viewer, order_public_id=order)
        deal = services.choose_plan(
            viewer=viewer,
            order_public_id=order,
            plan_public_id=asked.validated_data["plan"],
            now=clock.now(),
            clock_speed=clock.speed(),
        )
        return Response(DealSerializer(deal).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="order_deal_cancel", responses=DealSerializer)
    def delete(self, request: Request, order: str) -> Response:
        """Withdraw before all factories have agreed; held and booked time is free again."""
        deal = services.cancel_deal(viewer=viewer_of(request), order_public_id=order)
        return Response(DealSerializer(deal).data)


class PackageListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="packages_list", responses=PackageSerializer(many=True))
    def get(self, request: Request) -> Response:
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.packages(viewer_of(request)), request, view=self)
        return pages.get_paginated_response(PackageSerializer(page, many=True).data)


class PackageView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="packages_retrieve", responses=PackageDetailSerializer)
    def get(self, request: Request, package: str) -> Response:
        return Response(
            PackageDetailSerializer(selectors.package(viewer_of(request), public_id=package)).data
        )


class PackageAnswerView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="packages_answer", request=AnswerSerializer, responses=PackageDetailSerializer
    )
    def post(self, request: Request, package: str) -> Response:
        """Accept the package whole or by run; what is accepted is booked at once."""
        asked = AnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        accepted = frozenset(asked.validated_data["accepted"])
        if asked.validated_data["accept_all"]:
            found = selectors.package(viewer, public_id=package)
            accepted = frozenset(run.public_id for run in found.runs.all())
        services.answer_package(
            viewer=viewer,
            public_id=package,
            answer=services.Answer(
                accepted=accepted,
                reason=asked.validated_data["reason"],
                earliest_on=asked.validated_data["earliest_on"],
            ),
            now=clock.now(),
        )
        return Response(PackageDetailSerializer(selectors.package(viewer, public_id=package)).data)


class RunListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="runs_list", responses=RunSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Booked runs on own machines."""
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.own_runs(viewer_of(request)), request, view=self)
        return pages.get_paginated_response(RunSerializer(page, many=True).data)
