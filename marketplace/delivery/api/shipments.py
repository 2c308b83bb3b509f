"""Shipments: read them, pack, send, receive; one at a time, or hundreds in one call."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.api.pagination import CursorPages
from marketplace.common.checks import require_choice
from marketplace.delivery import services
from marketplace.delivery.api import shapes
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors import shipments as selectors
from marketplace.delivery.shown import shown

LISTS = {
    "send": selectors.to_send,
    "sent": selectors.under_way,
    "coming": selectors.expected,
    "history": selectors.history,
}


def _read(shape: Any, request: Request) -> Any:
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked


def _detail(request: Request, public_id: str) -> Response:
    viewer = viewer_of(request)
    (found,) = shown(viewer, [selectors.shipment(viewer, public_id=public_id)], now=clock.now())
    return Response(shapes.ShipmentDetailSerializer(found, context={"viewer": viewer}).data)


class ShipmentListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(
        operation_id="shipments_list",
        parameters=[
            OpenApiParameter("list", str, enum=sorted(LISTS), description="all without it"),
            OpenApiParameter("status", str, enum=Shipment.Status.values),
            OpenApiParameter("order", str, description="public id of your order"),
        ],
        responses=shapes.ShipmentSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        viewer = viewer_of(request)
        found = selectors.with_boxes(selectors.shipments(viewer))
        if name := request.query_params.get("list"):
            require_choice(name, field="list", choices=LISTS)
            found = LISTS[name](viewer)
        if state := request.query_params.get("status"):
            require_choice(state, field="status", choices=Shipment.Status.values)
            found = found.filter(status=state)
        if order := request.query_params.get("order"):
            found = found.filter(order=selectors.order_of(viewer, public_id=order))
        pages = CursorPages()
        page = pages.paginate_queryset(found, request, view=self)
        rows = shown(viewer, page or [], now=clock.now())
        return pages.get_paginated_response(
            shapes.ShipmentSerializer(rows, many=True, context={"viewer": viewer}).data
        )


class ShipmentView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="shipments_retrieve", responses=shapes.ShipmentDetailSerializer)
    def get(self, request: Request, shipment: str) -> Response:
        return _detail(request, shipment)


class PackView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="shipments_pack",
        request=shapes.PackingSerializer,
        parameters=[KEY_PARAMETER],
        responses=shapes.ShipmentDetailSerializer,
    )
    @idempotent
    def post(self, request: Request, shipment: str) -> Response:
        """Put pieces into boxes, no more than lie there and are released."""
        asked = _read(shapes.PackingSerializer, request)
        services.pack(viewer=viewer_of(request), packing=asked.packing(shipment), now=clock.now())
        return _detail(request, shipment)

    @extend_schema(operation_id="shipments_unpack", responses=shapes.ShipmentDetailSerializer)
    def delete(self, request: Request, shipment: str) -> Response:
        """Take the pieces out again, before the shipment leaves."""
        services.unpack(viewer=viewer_of(request), shipment=shipment, now=clock.now())
        return _detail(request, shipment)


class DispatchView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="shipments_dispatch",
        request=shapes.PackingSerializer,
        parameters=[KEY_PARAMETER],
        responses=shapes.ShipmentDetailSerializer,
    )
    @idempotent
    def post(self, request: Request, shipment: str) -> Response:
        """It leaves; it is packed first if it is not."""
        asked = _read(shapes.PackingSerializer, request)
        services.dispatch(viewer=viewer_of(request), packing=asked.packing(shipment), now=clock.now())
        return _detail(request, shipment)


class AnotherView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="shipments_another",
        request=shapes.AnotherSerializer,
        parameters=[KEY_PARAMETER],
        responses={201: shapes.ShipmentDetailSerializer},
    )
    @idempotent
    def post(self, request: Request, shipment: str) -> Response:
        """One more shipment on the same way, beyond the plan."""
        asked = _read(shapes.AnotherSerializer, request)
        made = services.add_shipment(
            viewer=viewer_of(request),
            like=shipment,
            quantity=asked.validated_data["quantity"],
            now=clock.now(),
        )
        response = _detail(request, made.public_id)
        response.status_code = status.HTTP_201_CREATED
        return response


class ArriveView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="shipments_arrive",
        request=shapes.ArrivalSerializer,
        parameters=[KEY_PARAMETER],
        responses=shapes.ShipmentDetailSerializer,
    )
    @idempotent
    def post(self, request: Request, shipment: str) -> Response:
        asked = _read(shapes.ArrivalSerializer, request)
        services.arrive(
            viewer=viewer_of(request),
            shipment=shipment,
            **asked.validated_data,
            now=clock.now(),
        )
        return _detail(request, shipment)


class ReceiveBoxView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="shipments_receive_box",
        request=shapes.BoxCountSerializer,
        parameters=[KEY_PARAMETER],
        responses={201: shapes.ReceiptLineSerializer},
    )
    @idempotent
    def post(self, request: Request, shipment: str) -> Response:
        """Count one box; the receipt stays open."""
        asked = _read(shapes.BoxCountSerializer, request)
        line = services.receive_box(
            viewer=viewer_of(request),
            shipment=shipment,
            code=asked.validated_data["box"],
            count=asked.count(),
            now=clock.now(),
        )
        return Response(shapes.ReceiptLineSerializer(line).data, status=status.HTTP_201_CREATED)


class UndoLineView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="shipments_undo_line", responses=shapes.ReceiptLineSerializer)
    def delete(self, request: Request, shipment: str, line: str) -> Response:
        """Take a count back: answered with its correction."""
        made = services.undo_line(viewer=viewer_of(request), shipment=shipment, line=line, now=clock.now())
        return Response(shapes.ReceiptLineSerializer(made).data)


class ReceiveView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="shipments_receive",
        request=shapes.WholeSerializer,
        parameters=[KEY_PARAMETER],
        responses=shapes.ShipmentDetailSerializer,
    )
    @idempotent
    def post(self, request: Request, shipment: str) -> Response:
        """Count all that was not counted singly and close the receipt."""
        asked = _read(shapes.WholeSerializer, request)
        services.receive(viewer=viewer_of(request), whole=asked.whole(shipment), now=clock.now())
        return _detail(request, shipment)


class DispatchManyView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="shipments_dispatch_many",
        request=shapes.ManyPackingSerializer,
        parameters=[KEY_PARAMETER],
        responses=shapes.OutcomesSerializer,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Pack and send up to 500 shipments; each is done or refused alone, in the order given."""
        asked = _read(shapes.ManyPackingSerializer, request)
        wanted = [
            services.Packing(shipment=row.pop("id"), **row) for row in asked.validated_data["shipments"]
        ]
        return _outcomes(services.dispatch_many(viewer=viewer_of(request), wanted=wanted, now=clock.now()))


class ReceiveManyView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="shipments_receive_many",
        request=shapes.ManyWholeSerializer,
        parameters=[KEY_PARAMETER],
        responses=shapes.OutcomesSerializer,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Receive up to 500 shipments whole; each is done or refused alone."""
        asked = _read(shapes.ManyWholeSerializer, request)
        wanted = [_whole(row) for row in asked.validated_data["shipments"]]
        return _outcomes(services.receive_many(viewer=viewer_of(request), wanted=wanted, now=clock.now()))


def _whole(row: dict[str, Any]) -> services.Whole:
    signer, shipment = row.pop("signer"), row.pop("id")
    return services.Whole(shipment=shipment, signer=signer, count=services.Count(how="program", **row))


def _outcomes(outcomes: list[services.Outcome]) -> Response:
    return Response({"results": shapes.OutcomeSerializer(outcomes, many=True).data})
