"""Files over HTTP: an ERP sends its machines, calendars and own jobs every day, and reads them back."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.capacity import imports
from marketplace.capacity.imports import Plan
from marketplace.capacity.imports.outcomes import Fault, Outcome, RowPlan, Vanished
from marketplace.capacity.models import ImportDraft
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.api.parsers import BodyTooLarge
from marketplace.common.api.strict import StrictSerializer
from marketplace.common.errors import NotFound
from marketplace.common.sheets import MOST_BYTES, csv_response, xlsx_response

FORM_BYTES = 100_000  # what a form may hold besides the file
MOST_ROWS_TOLD = 1_000
SHEETS = [kind.key for kind in imports.KINDS]


class ImportInput(serializers.Serializer[Any]):
    """A file and what to do with it."""

    file = serializers.FileField(allow_empty_file=True)
    apply_if_clean = serializers.BooleanField(default=False)
    remove_vanished = serializers.BooleanField(default=False)


class ApplyInput(StrictSerializer):
    """`version` as it was read; `remove_vanished`: own jobs that are no longer in the file go."""

    version = serializers.CharField(max_length=64)
    remove_vanished = serializers.BooleanField(default=False)


class FaultSerializer(serializers.Serializer[Fault]):
    """A cell that breaks a rule; `blocked_by` is an own job that `remove_vanished` would take away."""

    sheet = serializers.ChoiceField(choices=SHEETS)
    row = serializers.IntegerField()
    field = serializers.CharField()
    value = serializers.CharField()
    rule = serializers.CharField()
    blocked_by = serializers.CharField()


class RowChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class RowPlanSerializer(serializers.Serializer[RowPlan]):
    """`row` 0 stands for what the file removes without naming it."""

    sheet = serializers.ChoiceField(choices=SHEETS)
    row = serializers.IntegerField()
    key = serializers.ListField(child=serializers.CharField())
    outcome = serializers.ChoiceField(choices=[one.value for one in Outcome])
    changes = RowChangeSerializer(many=True)


class VanishedSerializer(serializers.Serializer[Vanished]):
    """An own job ahead that is no longer in the file."""

    id = serializers.CharField(source="taken")
    number = serializers.CharField()
    job = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_removed = serializers.BooleanField()


class ImportSerializer(serializers.Serializer[Any]):
    """`version` changes when the same file would do something else; null once it is applied."""

    id = serializers.CharField()
    file_name = serializers.CharField()
    version = serializers.CharField(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    counts = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    faults = FaultSerializer(many=True)
    rows = RowPlanSerializer(many=True, help_text="rows that do something, at most 1000")
    vanished = VanishedSerializer(many=True)
    ignored = serializers.ListField(child=serializers.CharField(), help_text="headings we have no column for")


class ImportListView(APIView):
    permission_classes = [IsMember]
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="imports_create",
        request={"multipart/form-data": ImportInput},
        responses={201: ImportSerializer, 422: ImportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Read a CSV or Excel file and say what it would do; with `apply_if_clean`, do it if no row has a fault.

        The sheets are upserts by your own numbers, so the same file sent twice does nothing the second time.
        With `apply_if_clean` a file with faults is answered with 422 and nothing is changed.
        """
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + FORM_BYTES:
            raise BodyTooLarge(f"more than {MOST_BYTES} bytes")
        asked = ImportInput(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        draft = imports.draft_import(viewer=viewer_of(request), upload=data["file"])
        if not data["apply_if_clean"]:
            return _answer(request, draft, status=status.HTTP_201_CREATED)
        look = _looked_at(request, draft, remove_vanished=data["remove_vanished"])
        if not look.plan.is_clean:
            return _answer(request, draft, look=look, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
        done = _apply(request, draft, version=look.version, remove=look.remove)
        return _answer(request, done, look=look, status=status.HTTP_201_CREATED)


class ImportView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="imports_retrieve", responses=ImportSerializer)
    def get(self, request: Request, draft: str) -> Response:
        """What the file would do now, or how often it did what when it was applied."""
        return _answer(request, imports.get_draft(viewer=viewer_of(request), draft=draft))


class ImportApplyView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="imports_apply",
        parameters=[KEY_PARAMETER],
        request=ApplyInput,
        responses=ImportSerializer,
    )
    @idempotent
    def post(self, request: Request, draft: str) -> Response:
        """All of it or nothing; 409 where something else would happen by now. Applied twice, it is done once."""
        asked = ApplyInput(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        found = imports.get_draft(viewer=viewer_of(request), draft=draft)
        remove: list[str] = []
        if data["remove_vanished"] and found.applied_at is None:
            remove = _looked_at(request, found, remove_vanished=True).remove
        return _answer(request, _apply(request, found, version=data["version"], remove=remove))


class ImportUndoView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="imports_undo",
        parameters=[KEY_PARAMETER],
        request=None,
        responses={201: ImportSerializer},
    )
    @idempotent
    def post(self, request: Request, draft: str) -> Response:
        """A new import that brings back what stood before; to be applied as any other."""
        opposite = imports.draft_undo(viewer=viewer_of(request), draft=draft)
        return _answer(request, opposite, status=status.HTTP_201_CREATED)


class AnyFile(BaseRenderer):
    """Downloads answer whatever is accepted."""

    media_type = "*/*"
    format = "file"

    def render(self, data: Any, *_more: Any, **_others: Any) -> bytes:
        return JSONRenderer().render(data)


class ExportView(APIView):
    permission_classes = [IsMember]
    renderer_classes = [AnyFile]

    @extend_schema(
        operation_id="exports_retrieve",
        parameters=[
            OpenApiParameter(
                "file",
                str,
                location=OpenApiParameter.PATH,
                enum=["all.xlsx", *(f"{key}.{end}" for key in SHEETS for end in ("csv", "xlsx"))],
            )
        ],
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request, file: str) -> HttpResponse:
        """What stands now, in the form that is read: all sheets as Excel, or one as CSV or Excel."""
        name, _dot, end = file.rpartition(".")
        kinds = [] if name == "all" else [name]
        if end not in ("csv", "xlsx") or (name not in SHEETS and file != "all.xlsx"):
            raise NotFound(_("There is no such file."))
        pages = imports.export_pages(viewer=viewer_of(request), kinds=kinds, now=clock.now())
        if end == "xlsx":
            return xlsx_response(name=file, pages=pages)
        return csv_response(name=file, header=pages[0].header, rows=pages[0].rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A plan, the version of the draft (which knows of no removals), and the own jobs the plan removes."""

    plan: Plan
    version: str
    remove: list[str]


def _looked_at(request: Request, draft: ImportDraft, *, remove_vanished: bool = False) -> _Look:
    """What the draft would do, without the vanished own jobs if they are to go."""
    plan = imports.look(viewer=viewer_of(request), draft=draft, now=clock.now())
    version = plan.version
    remove = [one.taken for one in plan.findings.vanished] if remove_vanished else []
    if remove:
        plan = imports.look(viewer=viewer_of(request), draft=draft, now=clock.now(), remove=remove)
    return _Look(plan=plan, version=version, remove=remove)


def _apply(request: Request, draft: ImportDraft, *, version: str, remove: list[str]) -> ImportDraft:
    return imports.apply_draft(
        viewer=viewer_of(request), draft=draft.public_id, version=version, now=clock.now(), remove=remove
    )


def _answer(
    request: Request, draft: ImportDraft, *, look: _Look | None = None, status: int = status.HTTP_200_OK
) -> Response:
    if look is None and draft.applied_at is None:
        look = _looked_at(request, draft)
    findings = look.plan.findings if look else None
    counts = {key: found for key, found in (draft.result or {}).items() if isinstance(found, dict)}
    rows = [one for one in findings.rows if one.outcome is not Outcome.UNCHANGED] if findings else []
    body = {
        "id": draft.public_id,
        "file_name": draft.file_name,
        "version": look.version if look and draft.applied_at is None else None,
        "applied_at": draft.applied_at,
        "expires_at": draft.expires_at,
        "counts": counts or (findings.counts() if findings else {}),
        "faults": findings.faults[:MOST_ROWS_TOLD] if findings else [],
        "rows": rows[:MOST_ROWS_TOLD],
        "vanished": findings.vanished[:MOST_ROWS_TOLD] if findings else [],
        "ignored": [name for sheet in draft.content["sheets"].values() for name in sheet["ignored"]],
    }
    return Response(ImportSerializer(body).data, status=status)
