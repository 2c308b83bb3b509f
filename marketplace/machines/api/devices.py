"""Devices: list, register, tokens; what they did and how they stand."""

from datetime import UTC, datetime, timedelta

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.accounts.viewer import Viewer
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.api.pagination import CursorPages
from marketplace.common.api.strict import MomentField
from marketplace.common.checks import require_moment
from marketplace.machines import selectors, services
from marketplace.machines.api.serializers import (
    DayHoursSerializer,
    DeviceNowSerializer,
    DeviceSerializer,
    IdleGapSerializer,
    IntervalSerializer,
    NewDeviceInput,
    NewDeviceSerializer,
    RefusalSerializer,
)

WINDOW = [
    OpenApiParameter("from", datetime, description="inclusive; default a day before `to`"),
    OpenApiParameter("to", datetime, description="exclusive; default now"),
]


class DeviceListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="devices_list", responses=DeviceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Your enterprise's devices, newest first."""
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.own_devices(viewer=viewer_of(request)), request, view=self)
        return pages.get_paginated_response(DeviceSerializer(page, many=True).data)

    @extend_schema(
        operation_id="devices_create",
        parameters=[KEY_PARAMETER],
        request=NewDeviceInput,
        responses={201: NewDeviceSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Register a device; its token is told in this answer and never again."""
        asked = NewDeviceInput(data=request.data)
        asked.is_valid(raise_exception=True)
        made = services.register_device(viewer=viewer_of(request), **asked.validated_data)
        return Response(NewDeviceSerializer(made).data, status=status.HTTP_201_CREATED)


class DeviceView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="devices_retrieve", responses=DeviceSerializer)
    def get(self, request: Request, device: str) -> Response:
        return Response(DeviceSerializer(selectors.own_device(viewer=viewer_of(request), device=device)).data)


class DeviceTokenView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="devices_rotate_token",
        parameters=[KEY_PARAMETER],
        request=None,
        responses={201: NewDeviceSerializer},
    )
    @idempotent
    def post(self, request: Request, device: str) -> Response:
        """A new token, told in this answer and never again; the old one opens nothing from now on."""
        made = services.rotate_token(viewer=viewer_of(request), device=device)
        return Response(NewDeviceSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="devices_switch_off", responses=DeviceSerializer)
    def delete(self, request: Request, device: str) -> Response:
        """Read nothing from the device any more; a new token switches it on again."""
        row = services.switch_off(viewer=viewer_of(request), device=device)
        return Response(DeviceSerializer(row).data)


class DeviceStateView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="devices_state", responses=DeviceNowSerializer)
    def get(self, request: Request, device: str) -> Response:
        """How the device stands now, with its latest values."""
        viewer = viewer_of(request)
        standing = selectors.own_device_now(
            viewer=viewer, device=device, now=clock.now(), real_now=clock.real_now()
        )
        values = selectors.live_numbers(viewer=viewer, device=device)
        return Response(DeviceNowSerializer({"device": standing, "values": values}).data)


class DeviceIntervalsView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="devices_intervals", parameters=WINDOW, responses=IntervalSerializer(many=True)
    )
    def get(self, request: Request, device: str) -> Response:
        """The states of the window, sorted and without gap, up to now."""
        now = clock.now()
        starts_at, ends_at = _window(request, now=now)
        found = selectors.intervals(
            viewer=viewer_of(request),
            device=device,
            starts_at=starts_at,
            ends_at=ends_at,
            now=now,
            real_now=clock.real_now(),
        )
        return Response(IntervalSerializer(found, many=True).data)


class DeviceIdleGapsView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="devices_idle_gaps",
        parameters=[
            *WINDOW,
            OpenApiParameter("at_least_min", int, description="minutes, 1 to 10080; default 30"),
        ],
        responses=IdleGapSerializer(many=True),
    )
    def get(self, request: Request, device: str) -> Response:
        """Stretches in which the machine was powered and did not cut: what its owner could have offered."""
        now = clock.now()
        starts_at, ends_at = _window(request, now=now)
        at_least_min = serializers.IntegerField(min_value=1, max_value=10_080).run_validation(
            request.query_params.get("at_least_min", "30")
        )
        found = selectors.idle_gaps(
            viewer=viewer_of(request),
            device=device,
            starts_at=starts_at,
            ends_at=ends_at,
            now=now,
            real_now=clock.real_now(),
            at_least=timedelta(minutes=at_least_min),
        )
        return Response(IdleGapSerializer(found, many=True).data)


class DeviceHoursView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="devices_hours", parameters=WINDOW, responses=DayHoursSerializer(many=True))
    def get(self, request: Request, device: str) -> Response:
        """The hours of each state by UTC day."""
        viewer: Viewer = viewer_of(request)
        now = clock.now()
        starts_at, ends_at = _window(request, now=now)
        selectors.own_device(viewer=viewer, device=device)
        found = selectors.hours_by_state(
            viewer=viewer,
            devices=[device],
            starts_at=starts_at,
            ends_at=ends_at,
            now=now,
            real_now=clock.real_now(),
        )
        return Response(DayHoursSerializer(found, many=True).data)


class DeviceRefusalsView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="devices_refusals", responses=RefusalSerializer(many=True))
    def get(self, request: Request, device: str) -> Response:
        """What the device sent and we did not take, newest first, at most 100."""
        found = selectors.dead_letters(viewer=viewer_of(request), device=device)
        return Response(RefusalSerializer(found, many=True).data)


def _window(request: Request, *, now: datetime) -> tuple[datetime, datetime]:
    field = MomentField()
    asked = request.query_params
    ends_at = field.run_validation(asked["to"]) if "to" in asked else now
    starts_at = field.run_validation(asked["from"]) if "from" in asked else ends_at - timedelta(days=1)
    require_moment(ends_at, field="to")
    require_moment(starts_at, field="from")
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)
