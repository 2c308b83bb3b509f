"""Disclosure over HTTP: the matrix for everybody, firms as the caller may see them, grants and looks of one's own."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.common.api.pagination import CursorPages
from marketplace.common.api.strict import StrictSerializer, TextField
from marketplace.disclosure import selectors, services
from marketplace.disclosure.matrix import decide
from marketplace.disclosure.models import Grant, Look
from marketplace.disclosure.services import GrantDraft
from marketplace.disclosure.words import Audience, Group


class MatrixCellSerializer(serializers.Serializer[Any]):
    audience = serializers.CharField()
    word = serializers.CharField()
    in_words = serializers.CharField()


class MatrixRowSerializer(serializers.Serializer[Any]):
    group = serializers.CharField()
    cells = MatrixCellSerializer(many=True)


class FirmFactSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class FirmSectionSerializer(serializers.Serializer[Any]):
    group = serializers.CharField(source="cell.group.value")
    word = serializers.CharField(source="cell.word.value")
    facts = FirmFactSerializer(many=True)


class FirmProfileSerializer(serializers.Serializer[Any]):
    """A factory as the caller sees it; sections of which nothing is shown have no facts."""

    id = serializers.CharField(source="owner.public_id")
    audience = serializers.CharField(source="audience.value")
    sections = FirmSectionSerializer(many=True)


class GrantSerializer(serializers.ModelSerializer[Grant]):
    """`ended_at` is set where it was ended before `ends_at`."""

    id = serializers.CharField(source="public_id", read_only=True)
    to_enterprise = serializers.CharField(source="to_enterprise.public_id", default=None, read_only=True)
    to_audience = serializers.CharField(read_only=True)
    group = serializers.CharField(read_only=True)
    is_live = serializers.SerializerMethodField()

    class Meta:
        model = Grant
        fields = (
            "id", "to_enterprise", "to_audience", "group", "scope", "purpose", "starts_at", "ends_at", "ended_at",
            "is_live",
        )  # fmt: skip
        read_only_fields = fields

    def get_is_live(self, grant: Grant) -> bool:
        return grant.ended_at is None and grant.starts_at <= clock.now() < grant.ends_at


class GrantWriteSerializer(StrictSerializer):
    """`to_enterprise` is a public id; or `to_audience`, for `identity` only."""

    group = TextField()
    purpose = TextField()
    ends_at = serializers.DateTimeField()
    to_enterprise = TextField(required=False)
    to_audience = TextField(required=False)
    scope = TextField(required=False)


class LookSerializer(serializers.ModelSerializer[Look]):
    """`reader` is null for the platform's staff."""

    group = serializers.CharField(read_only=True)
    audience = serializers.CharField(read_only=True)
    reader = serializers.CharField(source="reader.public_id", default=None, read_only=True)
    grant = serializers.CharField(source="grant.public_id", default=None, read_only=True)

    class Meta:
        model = Look
        fields = ("group", "audience", "reader", "grant", "at")
        read_only_fields = fields


class MatrixView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(operation_id="disclosure_matrix", responses=MatrixRowSerializer(many=True))
    def get(self, request: Request) -> Response:
        rows = [
            {
                "group": group.value,
                "cells": [
                    {"audience": one.value, "word": cell.word.value, "in_words": str(cell.in_words)}
                    for one in Audience
                    for cell in [decide(group, one)]
                ],
            }
            for group in Group
        ]
        return Response(MatrixRowSerializer(rows, many=True).data)


class FirmView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="firms_retrieve", responses=FirmProfileSerializer)
    def get(self, request: Request, firm: str) -> Response:
        """What rests on a grant is logged for the owner."""
        viewer, now = viewer_of(request), clock.now()
        profile = selectors.firm_seen_by(viewer, firm=firm, now=now)
        services.note_looks(viewer=viewer, profile=profile, now=now)
        return Response(FirmProfileSerializer(profile).data)


class GrantListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="grants_list", responses=GrantSerializer(many=True))
    def get(self, request: Request) -> Response:
        return _page(selectors.grants_of(viewer_of(request)), GrantSerializer, request, self)

    @extend_schema(
        operation_id="grants_create",
        request=GrantWriteSerializer,
        responses={201: GrantSerializer},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """By an owner; it begins now and ends by itself."""
        asked = GrantWriteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        draft = GrantDraft(**asked.validated_data)
        grant = services.give_grant(viewer=viewer_of(request), draft=draft, now=clock.now())
        return Response(GrantSerializer(grant).data, status=status.HTTP_201_CREATED)


class GrantView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="grants_retrieve", responses=GrantSerializer)
    def get(self, request: Request, grant: str) -> Response:
        return Response(GrantSerializer(selectors.grant_of(viewer_of(request), grant=grant)).data)


class GrantEndView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="grants_end", request=None, responses=GrantSerializer, parameters=[KEY_PARAMETER]
    )
    @idempotent
    def post(self, request: Request, grant: str) -> Response:
        """At once."""
        ended = services.end_grant(viewer=viewer_of(request), grant=grant, now=clock.now())
        return Response(GrantSerializer(ended).data)


class LookListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="looks_list", responses=LookSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Who was shown what of the caller's enterprise, newest first."""
        return _page(selectors.looks_at(viewer_of(request)), LookSerializer, request, self)


def _page(
    rows: QuerySet[Any], serializer: type[serializers.ModelSerializer[Any]], request: Request, view: APIView
) -> Response:
    pages = CursorPages()
    found = pages.paginate_queryset(rows, request, view=view)
    return pages.get_paginated_response(serializer(found, many=True).data)
