"""Taken time of a machine: read all of it, add and remove own jobs and maintenance."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.capacity import selectors, services
from marketplace.capacity.api.periods import PERIOD_PARAMETERS, asked_period
from marketplace.capacity.api.serializers import TakenTimeInput, TakenTimeSerializer
from marketplace.capacity.models import TakenTime
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent


class TakenTimeListView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="machine_taken_list",
        parameters=PERIOD_PARAMETERS,
        responses=TakenTimeSerializer(many=True),
    )
    def get(self, request: Request, machine: str) -> Response:
        """Holds, bookings, own jobs and maintenance of your machine, at most 2000."""
        row = selectors.own_machine(viewer=viewer_of(request), machine=machine)
        starts_at, ends_at = asked_period(request)
        taken = selectors.taken_time(machine=row, starts_at=starts_at, ends_at=ends_at)[:2000]
        return Response(TakenTimeSerializer(taken, many=True).data)

    @extend_schema(
        operation_id="machine_taken_create",
        parameters=[KEY_PARAMETER],
        request=TakenTimeInput,
        responses={201: TakenTimeSerializer},
    )
    @idempotent
    def post(self, request: Request, machine: str) -> Response:
        """Take time for an own job or maintenance; 409 names what is in the way."""
        asked = TakenTimeInput(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        is_own_job = data.pop("kind") == TakenTime.Kind.OWN_JOB
        add = services.add_own_job if is_own_job else services.add_maintenance
        taken = add(viewer=viewer_of(request), machine=machine, **data)
        return Response(TakenTimeSerializer(taken).data, status=status.HTTP_201_CREATED)


class TakenTimeView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="machine_taken_destroy", responses={204: None})
    def delete(self, request: Request, machine: str, taken: str) -> Response:
        """Remove an own job or maintenance; holds and bookings belong to a contract."""
        services.remove_taken(viewer=viewer_of(request), machine=machine, taken=taken)
        return Response(status=status.HTTP_204_NO_CONTENT)
