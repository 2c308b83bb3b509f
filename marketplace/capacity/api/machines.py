"""Machines: list, describe, price, connect, publish."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.accounts.viewer import Viewer
from marketplace.capacity import selectors, services
from marketplace.capacity.api.serializers import (
    CapabilityBodyInput,
    ConnectInput,
    DeviceKeySerializer,
    MachineInput,
    MachineSerializer,
    NewMachineInput,
    NewMachineSerializer,
    RateBodyInput,
)
from marketplace.capacity.drafts import CapabilityDraft, RateDraft
from marketplace.capacity.models import Process
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.api.pagination import CursorPages
from marketplace.common.checks import require_choice

PROCESS_PARAMETER = OpenApiParameter("process", str, location=OpenApiParameter.PATH, enum=Process.values)
PRODUCT_PARAMETER = OpenApiParameter("product_code", str, description="empty: the rate for any product")


def answer(viewer: Viewer, machine: str) -> Response:
    """The machine as it is now."""
    return Response(MachineSerializer(selectors.machine_details(viewer=viewer, machine=machine)).data)


class MachineListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(
        operation_id="machines_list",
        parameters=[OpenApiParameter("process", str, enum=Process.values)],
        responses=MachineSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Your factory's machines, newest first."""
        machines = selectors.machines_with_details(viewer=viewer_of(request))
        if process := request.query_params.get("process"):
            require_choice(process, field="process", choices=Process.values)
            machines = machines.filter(capabilities__process=process)
        pages = CursorPages()
        page = pages.paginate_queryset(machines, request, view=self)
        return pages.get_paginated_response(MachineSerializer(page, many=True).data)

    @extend_schema(
        operation_id="machines_create",
        parameters=[KEY_PARAMETER],
        request=NewMachineInput,
        responses={201: NewMachineSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """List a machine in one step."""
        asked = NewMachineInput(data=request.data)
        asked.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        listed = services.list_machine(viewer=viewer, **asked.parts())
        machine = selectors.machine_details(viewer=viewer, machine=listed.machine.public_id)
        machine.token = listed.token  # type: ignore[attr-defined]
        return Response(NewMachineSerializer(machine).data, status=status.HTTP_201_CREATED)


class MachineView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="machines_retrieve", responses=MachineSerializer)
    def get(self, request: Request, machine: str) -> Response:
        return answer(viewer_of(request), machine)

    @extend_schema(operation_id="machines_update", request=MachineInput, responses=MachineSerializer)
    def put(self, request: Request, machine: str) -> Response:
        """Describe the machine anew; its calendar and prices have addresses of their own."""
        asked = MachineInput(data=request.data)
        asked.is_valid(raise_exception=True)
        services.update_machine(
            viewer=viewer_of(request), machine=machine, draft=asked.draft(), now=clock.now()
        )
        return answer(viewer_of(request), machine)


class MachinePublishView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="machines_publish", parameters=[KEY_PARAMETER], request=None, responses=MachineSerializer
    )
    @idempotent
    def post(self, request: Request, machine: str) -> Response:
        """Offer the machine on the network."""
        services.publish(viewer=viewer_of(request), machine=machine)
        return answer(viewer_of(request), machine)


class MachineUnpublishView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="machines_unpublish",
        parameters=[KEY_PARAMETER],
        request=None,
        responses=MachineSerializer,
    )
    @idempotent
    def post(self, request: Request, machine: str) -> Response:
        """Offer no more time; what is held or booked stays."""
        services.unpublish(viewer=viewer_of(request), machine=machine)
        return answer(viewer_of(request), machine)


class MachineDeviceView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="machines_connect",
        parameters=[KEY_PARAMETER],
        request=ConnectInput,
        responses={201: DeviceKeySerializer},
    )
    @idempotent
    def post(self, request: Request, machine: str) -> Response:
        """Give the machine a device; its token is told in this answer and never again."""
        asked = ConnectInput(data=request.data)
        asked.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        token = services.connect(
            viewer=viewer, machine=machine, connection=asked.validated_data["connection"]
        )
        row = selectors.own_machine(viewer=viewer, machine=machine)
        device = row.device.public_id if row.device else ""
        return Response({"device": device, "token": token}, status=status.HTTP_201_CREATED)


class CapabilityView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="machine_capabilities_update",
        parameters=[PROCESS_PARAMETER],
        request=CapabilityBodyInput,
        responses=MachineSerializer,
    )
    def put(self, request: Request, machine: str, process: str) -> Response:
        """Write what the machine can do in this process, new or changed."""
        asked = CapabilityBodyInput(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        draft = CapabilityDraft(
            process=process,
            materials=tuple(data["materials"]),
            min_size_mm=data["min_size_mm"],
            max_size_mm=data["max_size_mm"],
            tolerance_um=data["tolerance_um"],
            certificates=tuple(data["certificates"]),
        )
        services.set_capability(viewer=viewer_of(request), machine=machine, draft=draft)
        return answer(viewer_of(request), machine)

    @extend_schema(
        operation_id="machine_capabilities_destroy",
        parameters=[PROCESS_PARAMETER],
        responses=MachineSerializer,
    )
    def delete(self, request: Request, machine: str, process: str) -> Response:
        """Remove the process and its rates."""
        services.remove_capability(viewer=viewer_of(request), machine=machine, process=process)
        return answer(viewer_of(request), machine)


class RateView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="machine_rates_update",
        parameters=[PROCESS_PARAMETER],
        request=RateBodyInput,
        responses=MachineSerializer,
    )
    def put(self, request: Request, machine: str, process: str) -> Response:
        """Write the rate of this process (and product, if the body names one), new or changed."""
        asked = RateBodyInput(data=request.data)
        asked.is_valid(raise_exception=True)
        draft = RateDraft(process=process, **asked.validated_data)
        services.set_rate(viewer=viewer_of(request), machine=machine, draft=draft)
        return answer(viewer_of(request), machine)

    @extend_schema(
        operation_id="machine_rates_destroy",
        parameters=[PROCESS_PARAMETER, PRODUCT_PARAMETER],
        responses=MachineSerializer,
    )
    def delete(self, request: Request, machine: str, process: str) -> Response:
        services.remove_rate(
            viewer=viewer_of(request),
            machine=machine,
            process=process,
            product_code=request.query_params.get("product_code", ""),
        )
        return answer(viewer_of(request), machine)
