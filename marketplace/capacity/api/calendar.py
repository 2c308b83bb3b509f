"""When a machine is offered: week, exceptions, windows, and what it sells of that."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.capacity import selectors, services
from marketplace.capacity.api.machines import answer
from marketplace.capacity.api.periods import PERIOD_PARAMETERS, asked_period
from marketplace.capacity.api.serializers import (
    ExceptionInput,
    MachineSerializer,
    SellableSerializer,
    WeekInput,
    WindowInput,
    WindowSerializer,
)
from marketplace.capacity.market import sellable_windows
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.errors import InvalidInput

RECENT = timedelta(days=7)
DATE_PARAMETER = OpenApiParameter("on", date, location=OpenApiParameter.PATH)


class WeekView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="machine_hours_update", request=WeekInput, responses=MachineSerializer)
    def put(self, request: Request, machine: str) -> Response:
        """Replace the weekly hours; what is booked stays booked."""
        asked = WeekInput(data=request.data)
        asked.is_valid(raise_exception=True)
        services.set_week(viewer=viewer_of(request), machine=machine, hours=asked.drafts())
        return answer(viewer_of(request), machine)


class ExceptionView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="machine_exceptions_update",
        parameters=[DATE_PARAMETER],
        request=ExceptionInput,
        responses=MachineSerializer,
    )
    def put(self, request: Request, machine: str, on: str) -> Response:
        """Close a day, or open it at other hours; over a holiday, too."""
        asked = ExceptionInput(data=request.data)
        asked.is_valid(raise_exception=True)
        services.set_exception(viewer=viewer_of(request), machine=machine, draft=asked.draft(_date(on)))
        return answer(viewer_of(request), machine)

    @extend_schema(
        operation_id="machine_exceptions_destroy", parameters=[DATE_PARAMETER], responses=MachineSerializer
    )
    def delete(self, request: Request, machine: str, on: str) -> Response:
        services.remove_exception(viewer=viewer_of(request), machine=machine, on=on)
        return answer(viewer_of(request), machine)


class WindowListView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="machine_windows_list", responses=WindowSerializer(many=True))
    def get(self, request: Request, machine: str) -> Response:
        """Time offered beside the week, from a week ago on, at most 1000."""
        row = selectors.own_machine(viewer=viewer_of(request), machine=machine)
        windows = selectors.offered_windows(machine=row, since=clock.now() - RECENT)[:1000]
        return Response(WindowSerializer(windows, many=True).data)

    @extend_schema(
        operation_id="machine_windows_create",
        parameters=[KEY_PARAMETER],
        request=WindowInput,
        responses={201: WindowSerializer},
    )
    @idempotent
    def post(self, request: Request, machine: str) -> Response:
        asked = WindowInput(data=request.data)
        asked.is_valid(raise_exception=True)
        window = services.offer_window(
            viewer=viewer_of(request), machine=machine, draft=asked.draft(), now=clock.now()
        )
        return Response(WindowSerializer(window).data, status=status.HTTP_201_CREATED)


class WindowView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="machine_windows_destroy", responses={204: None})
    def delete(self, request: Request, machine: str, window: str) -> Response:
        services.withdraw_window(viewer=viewer_of(request), machine=machine, window=window)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SellableView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="machine_sellable_list",
        parameters=PERIOD_PARAMETERS,
        responses=SellableSerializer(many=True),
    )
    def get(self, request: Request, machine: str) -> Response:
        """What the machine still sells: week, exceptions and windows without holidays and taken time."""
        row = selectors.own_machine(viewer=viewer_of(request), machine=machine)
        starts_at, ends_at = asked_period(request)
        found = sellable_windows(
            equipment_ids=[row.pk], starts_at=starts_at, ends_at=ends_at, now=clock.now()
        )
        return Response(SellableSerializer(found[row.pk], many=True).data)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            _("This must be a date, as in 2026-03-02."), field="on", value=text[:40]
        ) from error
