"""Disturbances, proposed changes, pins and moves over HTTP."""

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
from marketplace.trading.api import ConsentSerializer, DealSerializer, RunSerializer
from marketplace.trading.comparison import Comparison, comparison
from marketplace.trading.difference import Difference, difference
from marketplace.trading.models import Disturbance


class DisturbanceSerializer(serializers.ModelSerializer[Disturbance]):
    """`made` counts good pieces of the run that stand; `closed_until` is null where nobody knows."""

    id = serializers.CharField(source="public_id", read_only=True)
    order = serializers.SerializerMethodField(help_text="empty for a factory")
    run = serializers.CharField(source="run.public_id", read_only=True, allow_null=True, default=None)
    plan = serializers.SerializerMethodField(help_text="the re-plan that answers it; empty for a factory")

    class Meta:
        model = Disturbance
        fields = (
            "id", "order", "run", "kind", "status", "cause", "noticed_at", "closed_until", "made", "plan",
            "ended_at", "reason",
        )  # fmt: skip
        read_only_fields = fields

    def get_order(self, found: Disturbance) -> str:
        return found.deal.order.public_id if self._is_buyer(found) else ""

    def get_plan(self, found: Disturbance) -> str:
        return found.plan_run.public_id if self._is_buyer(found) and found.plan_run else ""

    def _is_buyer(self, found: Disturbance) -> bool:
        return bool(found.deal.order.buyer_id == self.context["viewer"].enterprise_id)


class DismissSerializer(serializers.Serializer[None]):
    reason = serializers.CharField(max_length=240)


class ReturnSerializer(serializers.Serializer[None]):
    back_at = serializers.DateTimeField(allow_null=True, help_text="null: nobody knows yet")


class SideSerializer(serializers.Serializer[None]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    quantity = serializers.IntegerField()


class ChangeRowSerializer(serializers.Serializer[None]):
    change = serializers.ChoiceField(source="kind", choices=["shrunk", "gone", "new"])
    step = serializers.CharField(source="stage")
    machine = serializers.CharField(help_text="its name; of a factory that is asked first, its city")
    before = SideSerializer(allow_null=True)
    after = SideSerializer(allow_null=True)
    why = serializers.CharField()


class ChangeSerializer(serializers.Serializer[dict[str, object]]):
    """What a proposed re-plan changes. `rows` are at most 300; the others are counted."""

    plan = serializers.CharField()
    arrives_at_before = serializers.DateTimeField()
    arrives_at = serializers.DateTimeField()
    net_cents_before = serializers.IntegerField()
    net_cents = serializers.IntegerField()
    currency = serializers.CharField()
    num_kept = serializers.IntegerField()
    rows = ChangeRowSerializer(many=True)
    num_left_out = serializers.IntegerField()


class PinSerializer(serializers.Serializer[None]):
    is_pinned = serializers.BooleanField()


class MoveSerializer(serializers.Serializer[None]):
    """`check` changes nothing; `move` is for own runs; `around` has the rest of the own order planned anew."""

    machine = serializers.CharField()
    starts_at = serializers.DateTimeField()
    what = serializers.ChoiceField(choices=[("check", "check"), ("move", "move"), ("around", "around")])


class BrokenSerializer(serializers.Serializer[None]):
    rule = serializers.IntegerField(help_text="1 to 11, of the planning contract")
    text = serializers.CharField()
    step = serializers.CharField(source="stage")
    starts_at = serializers.DateTimeField(allow_null=True)


class MoveCheckSerializer(serializers.Serializer[services.MoveCheck]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_clean = serializers.BooleanField()
    may_plan_around = serializers.BooleanField()
    broken = BrokenSerializer(many=True)


class DisturbanceListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="disturbances_list", responses=DisturbanceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Of own orders and of runs on own machines."""
        viewer, pages = viewer_of(request), CursorPages()
        page = pages.paginate_queryset(selectors.disturbances(viewer), request, view=self)
        context = {"viewer": viewer}
        return pages.get_paginated_response(DisturbanceSerializer(page, many=True, context=context).data)


class DisturbanceView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="disturbances_retrieve", responses=DisturbanceSerializer)
    def get(self, request: Request, disturbance: str) -> Response:
        return _disturbance(request, disturbance)


class DisturbanceDismissView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="disturbances_dismiss", request=DismissSerializer, responses=DisturbanceSerializer
    )
    def post(self, request: Request, disturbance: str) -> Response:
        """Leave the plan as it is."""
        asked = DismissSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.dismiss(
            viewer=viewer_of(request),
            public_id=disturbance,
            reason=asked.validated_data["reason"],
            now=clock.now(),
        )
        return _disturbance(request, disturbance)


class DisturbanceReturnView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="disturbances_return", request=ReturnSerializer, responses=DisturbanceSerializer
    )
    def post(self, request: Request, disturbance: str) -> Response:
        """The owner of the machine says when it is back; the rest is planned anew with that."""
        asked = ReturnSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.say_return(
            viewer=viewer_of(request),
            public_id=disturbance,
            back_at=asked.validated_data["back_at"],
            now=clock.now(),
        )
        return _disturbance(request, disturbance)


class OrderChangeView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="order_change_retrieve", responses=ChangeSerializer)
    def get(self, request: Request, order: str) -> Response:
        """The proposed change, before and after."""
        viewer = viewer_of(request)
        deal = selectors.deal_of_order(viewer, order_public_id=order)
        if deal is None or deal.proposed_run is None:
            raise NotFound(_("No change is proposed for this order."))
        found = difference(deal, deal.proposed_run)
        living = [one for one in selectors.disturbances_of(viewer, deal) if one.ended_at is None]
        compared = comparison(deal, found, disturbances=living, now=clock.now())
        before = {
            "plan": deal.proposed_run.public_id,
            "arrives_at_before": deal.promised_at,
            "net_cents_before": deal.net_cents,
            "currency": deal.currency,
        }
        return Response(ChangeSerializer({**before, **_shown(found, compared)}).data)


class OrderChangeCommitView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="order_change_commit", request=ConsentSerializer, responses=DealSerializer)
    def post(self, request: Request, order: str) -> Response:
        """Commit the change that was looked at; factories with new or moved runs are asked.

        `trading:change-outdated` (409): its time was taken, or work that it moves has begun or was pinned since; it is
        planned anew.
        """
        asked = ConsentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        deal = services.consent(
            viewer=viewer_of(request),
            order_public_id=order,
            plan_public_id=asked.validated_data["plan"],
            now=clock.now(),
            clock_speed=clock.speed(),
        )
        return Response(DealSerializer(deal).data)


class RunPinView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="runs_pin", request=PinSerializer, responses=RunSerializer)
    def post(self, request: Request, run: str) -> Response:
        """A pinned run is moved by no re-plan."""
        asked = PinSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = services.pin_run(viewer=viewer_of(request), public_id=run, **asked.validated_data)
        return Response(RunSerializer(found).data)


class RunMoveView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="runs_move",
        request=MoveSerializer,
        responses={200: MoveCheckSerializer, 202: MoveCheckSerializer},
    )
    def post(self, request: Request, run: str) -> Response:
        """What a move breaks; then the move itself, or a re-plan around it (202)."""
        asked = MoveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        what = values.pop("what")
        move = {"viewer": viewer_of(request), "public_id": run, "now": clock.now(), **values}
        checked = services.check_move(**move)
        if what == "move":
            services.commit_move(**move)
        if what == "around":
            services.plan_around(**move)
        code = status.HTTP_202_ACCEPTED if what == "around" else status.HTTP_200_OK
        return Response(MoveCheckSerializer(checked).data, status=code)


def _disturbance(request: Request, public_id: str) -> Response:
    viewer = viewer_of(request)
    found = selectors.disturbance(viewer, public_id=public_id)
    return Response(DisturbanceSerializer(found, context={"viewer": viewer}).data)


def _shown(found: Difference, compared: Comparison) -> dict[str, object]:
    return {
        "arrives_at": found.arrives_at,
        "net_cents": found.net_cents,
        "num_kept": compared.num_kept,
        "rows": compared.rows,
        "num_left_out": compared.num_left_out,
    }
