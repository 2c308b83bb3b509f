"""Work at machines over HTTP: work orders, tallies in batches, first articles; what is made of a buyer's order."""

from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
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
from marketplace.production import selectors, services
from marketplace.production.errors import PhotoRefused
from marketplace.production.hands import hand_of
from marketplace.production.looks import note_counts_shown
from marketplace.production.models import ArticleApproval, Stint, Tally, WorkOrder
from marketplace.production.taps import MOST_AT_ONCE, as_answer, wanted_of

SIGNED = "production.counts"  # salt


class WorkOrderSerializer(serializers.ModelSerializer[WorkOrder]):
    """Work at one of your machines. Pieces; times in business time."""

    id = serializers.CharField(source="public_id", read_only=True)
    run = serializers.CharField(source="run.public_id", read_only=True)
    package = serializers.CharField(source="run.package.public_id", read_only=True)
    machine = serializers.CharField(source="equipment.public_id", read_only=True)
    operation = serializers.CharField(source="run.operation.code", read_only=True)
    planned_start_at = MomentField(source="run.starts_at", read_only=True)
    planned_end_at = MomentField(source="run.ends_at", read_only=True)
    article = serializers.CharField(read_only=True)
    counter = serializers.CharField(read_only=True)

    class Meta:
        model = WorkOrder
        fields = (
            "id", "run", "package", "machine", "operation", "code", "status", "quantity", "good", "scrap", "counted",
            "counter", "first_quantity", "article", "box_size", "card_version", "planned_start_at", "planned_end_at",
            "started_at", "closed_at", "reason",
        )  # fmt: skip
        read_only_fields = fields


class TallyInSerializer(StrictSerializer):
    """`quantity` and, for scrap, `reason`; a correction `undoes` a key or id. `age_s`: told so many seconds ago."""

    key = TextField()
    kind = TextField()
    quantity = WholeField(required=False)
    reason = TextField(required=False)
    undoes = TextField(required=False)
    age_s = NumberField(required=False)


class TalliesInSerializer(StrictSerializer):
    tallies = serializers.ListField(child=TallyInSerializer(), max_length=MOST_AT_ONCE)


class TallyOutcomeSerializer(serializers.Serializer[None]):
    """Counted (`surplus` pieces of it beyond the order), or refused with `code` and `text`."""

    key = serializers.CharField()
    surplus = serializers.IntegerField(required=False)
    code = serializers.CharField(required=False)
    text = serializers.CharField(required=False)


class TalliesOutSerializer(serializers.Serializer[None]):
    outcomes = TallyOutcomeSerializer(many=True)
    work_order = WorkOrderSerializer()


class StopInSerializer(StrictSerializer):
    reason = TextField()
    note = TextField(required=False, default="")


class CloseInSerializer(StrictSerializer):
    reason = TextField()


class StartedSerializer(serializers.Serializer[None]):
    """`ended` are the codes of work orders that had to leave the machine."""

    work_order = WorkOrderSerializer()
    ended = serializers.ListField(child=serializers.CharField())


class ArticleSerializer(serializers.ModelSerializer[ArticleApproval]):
    id = serializers.CharField(source="public_id", read_only=True)
    work_order = serializers.CharField(source="work_order.public_id", read_only=True)
    order = serializers.CharField(source="work_order.order.public_id", read_only=True)
    verdict = serializers.CharField(read_only=True)

    class Meta:
        model = ArticleApproval
        fields = ("id", "work_order", "order", "asked_at", "verdict", "decided_at", "note")
        read_only_fields = fields


class DecisionInSerializer(StrictSerializer):
    approve = FlagField()
    note = TextField(required=False, default="")


class OperationMadeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    item = serializers.CharField()
    wanted = serializers.IntegerField()
    good = serializers.IntegerField()
    scrap = serializers.IntegerField()


class LotMadeSerializer(serializers.Serializer[Any]):
    """A lot of the buyer's. `signed` holds its counts under our signature."""

    id = serializers.CharField()
    code = serializers.CharField()
    operation = serializers.CharField()
    status = serializers.CharField()
    good = serializers.IntegerField()
    scrap = serializers.IntegerField()
    quantity = serializers.IntegerField()
    signed = serializers.CharField()


class MadeSerializer(serializers.Serializer[Any]):
    operations = OperationMadeSerializer(many=True)
    lots = LotMadeSerializer(many=True)


class WorkOrderListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="work_orders_list", responses=WorkOrderSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Work at your machines."""
        pages = CursorPages()
        rows = selectors.own_work(viewer_of(request)).order_by("pk")
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(WorkOrderSerializer(page, many=True).data)


class WorkOrderView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="work_orders_retrieve", responses=WorkOrderSerializer)
    def get(self, request: Request, work_order: str) -> Response:
        return Response(_told(request, work_order))


class WorkOrderTalliesView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="work_orders_tallies_create",
        request=TalliesInSerializer,
        responses=TalliesOutSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, work_order: str) -> Response:
        """Tell pieces, each under a key of its own: what comes again counts once, what is refused costs no other."""
        asked = _read(TalliesInSerializer, request)
        viewer = viewer_of(request)
        found = selectors.own_work_order(viewer, public_id=work_order)
        outcomes = services.tell_all(
            work_order_id=found.pk,
            hand=hand_of(viewer),
            source=Tally.Source.API,
            drafts=[wanted_of(dict(one)) for one in asked["tallies"]],
            now=clock.now(),
            real_now=clock.real_now(),
            clock_speed=clock.speed(),
        )
        told = [as_answer(one) for one in outcomes]
        return Response({"outcomes": told, "work_order": _told(request, work_order)})


class WorkOrderStartView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="work_orders_start",
        request=None,
        responses=StartedSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, work_order: str) -> Response:
        """It is on at its machine from now; whatever ran there leaves."""
        viewer, now = viewer_of(request), clock.now()
        found = selectors.own_work_order(viewer, public_id=work_order)
        started = services.start_work(
            work_order_id=found.pk, hand=hand_of(viewer), how=Stint.How.TAP, at=now, now=now
        )
        return Response({"work_order": _told(request, work_order), "ended": list(started.ended)})


class WorkOrderStopView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="work_orders_stop",
        request=StopInSerializer,
        responses=WorkOrderSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, work_order: str) -> Response:
        """It stands still from now, for a reason."""
        asked = _read(StopInSerializer, request)
        viewer, now = viewer_of(request), clock.now()
        found = selectors.own_work_order(viewer, public_id=work_order)
        services.stop_work(work_order_id=found.pk, hand=hand_of(viewer), **asked, at=now, now=now)
        return Response(_told(request, work_order))


class WorkOrderCloseView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="work_orders_close",
        request=CloseInSerializer,
        responses=WorkOrderSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, work_order: str) -> Response:
        """No more is made than there is; the buyer is told."""
        asked = _read(CloseInSerializer, request)
        services.close_short(viewer=viewer_of(request), work_order=work_order, **asked, now=clock.now())
        return Response(_told(request, work_order))


class WorkOrderArticleView(APIView):
    permission_classes = [IsMember]
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="work_orders_article_create",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"photo": {"type": "string", "format": "binary"}},
            }
        },
        responses={201: ArticleSerializer},
    )
    def post(self, request: Request, work_order: str) -> Response:
        """Ask the buyer to approve the first pieces: a photo, JPEG, PNG or WebP of at most 5 MB."""
        viewer = viewer_of(request)
        found = selectors.own_work_order(viewer, public_id=work_order)
        sent = request.FILES.get("photo")
        if sent is None:
            raise PhotoRefused(_("Choose a photo first."), field="photo")
        asked = services.show_article(
            work_order_id=found.pk,
            hand=hand_of(viewer),
            photo=sent.read(),
            now=clock.now(),
        )
        return Response(ArticleSerializer(asked).data, status=status.HTTP_201_CREATED)


class ArticleListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="first_articles_list", responses=ArticleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """First articles of your orders."""
        pages = CursorPages()
        page = pages.paginate_queryset(
            selectors.articles_for_buyer(viewer_of(request)).order_by("pk"), request, view=self
        )
        return pages.get_paginated_response(ArticleSerializer(page, many=True).data)


class ArticleDecisionView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="first_articles_decide",
        request=DecisionInSerializer,
        responses=ArticleSerializer,
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, article: str) -> Response:
        """Let the rest be made, or refuse with a note: then the work stands still."""
        asked = _read(DecisionInSerializer, request)
        decided = services.decide_article(
            viewer=viewer_of(request),
            article=article,
            is_approved=asked["approve"],
            note=asked["note"],
            now=clock.now(),
        )
        return Response(ArticleSerializer(decided).data)


class OrderMadeView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="order_made_retrieve", responses=MadeSerializer)
    def get(self, request: Request, order: str) -> Response:
        """What is made of your order, step by step and lot by lot."""
        viewer = viewer_of(request)
        found = selectors.ordered(viewer, public_id=order)
        note_counts_shown(found.pk, viewer=viewer, real_now=clock.real_now())
        work = selectors.work_rows(found.pk, ~Q(status=WorkOrder.Status.CANCELLED))
        made = {
            "operations": selectors.made_by_operation(found.pk),
            "lots": [_lot(one) for one in work],
        }
        return Response(MadeSerializer(made).data)


def _lot(work_order: selectors.WorkRow) -> dict[str, object]:
    counts: dict[str, object] = {
        "id": work_order.public_id,
        "code": work_order.code,
        "operation": work_order.operation_code,
        "status": work_order.status,
        "good": work_order.good,
        "scrap": work_order.scrap,
        "quantity": work_order.quantity,
    }
    return {**counts, "signed": signing.dumps(counts, salt=SIGNED)}


def _read(kind: type[StrictSerializer], request: Request) -> Any:
    asked = kind(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def _told(request: Request, public_id: str) -> Any:
    return WorkOrderSerializer(selectors.own_work_order(viewer_of(request), public_id=public_id)).data
