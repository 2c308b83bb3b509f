"""Plans over HTTP: ask, watch, stop, read."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.pagination import CursorPages
from marketplace.planning import selectors, services
from marketplace.planning.models import PlanRun


class PlanRunSerializer(serializers.ModelSerializer[PlanRun]):
    """A plan run in short. `finish_min` counts minutes from `epoch`; `progress` is [seconds, objective, bound]."""

    id = serializers.CharField(source="public_id", read_only=True)
    order = serializers.CharField(source="order.public_id", read_only=True)
    currency = serializers.CharField(source="order.currency", read_only=True)
    error = serializers.SerializerMethodField(
        help_text="why it failed, by name; what the solver said names machines of others and stays with us"
    )
    replaces = serializers.CharField(
        source="replaces.public_id", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = PlanRun
        fields = (
            "id", "order", "goal", "status", "epoch", "plan_status", "finish_min", "cost_cents", "currency",
            "bound", "gap_pct", "num_enterprises", "num_trips", "naive_finish_min", "progress", "error",
            "replaces", "created_at", "started_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_error(self, run: PlanRun) -> str:
        return run.error.partition(":")[0]


class PlanRunListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="plans_list", responses=PlanRunSerializer(many=True))
    def get(self, request: Request) -> Response:
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.plan_runs(viewer_of(request)), request, view=self)
        return pages.get_paginated_response(PlanRunSerializer(page, many=True).data)


class OrderPlansView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="order_plans_list", responses=PlanRunSerializer(many=True))
    def get(self, request: Request, order: str) -> Response:
        found = selectors.options(viewer_of(request), order_public_id=order, real_now=clock.real_now())
        return Response(PlanRunSerializer([option.run for option in found], many=True).data)

    @extend_schema(
        operation_id="order_plans_create", request=None, responses={202: PlanRunSerializer(many=True)}
    )
    def post(self, request: Request, order: str) -> Response:
        """Queue a plan for each goal; runs that are still going on are not doubled."""
        runs = services.request_plans(viewer=viewer_of(request), order_public_id=order, now=clock.now())
        return Response(PlanRunSerializer(runs, many=True).data, status=status.HTTP_202_ACCEPTED)


class PlanRunView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="plans_retrieve", responses=PlanRunSerializer)
    def get(self, request: Request, plan: str) -> Response:
        return Response(PlanRunSerializer(selectors.plan_run(viewer_of(request), public_id=plan)).data)


class PlanRunStopView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="plans_stop", request=None, responses={202: PlanRunSerializer})
    def post(self, request: Request, plan: str) -> Response:
        """Stop with the best plan so far."""
        run = services.stop_run(viewer=viewer_of(request), public_id=plan)
        return Response(PlanRunSerializer(run).data, status=status.HTTP_202_ACCEPTED)
