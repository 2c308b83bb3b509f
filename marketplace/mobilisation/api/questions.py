"""Asking firms over HTTP: questions, answers, answers on behalf; programmes and ratings."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common import clock
from marketplace.common.api.idempotency import KEY_PARAMETER, idempotent
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.models import Answer, Question
from marketplace.mobilisation.rows import QuestionRow, question_row


class AskedSerializer(serializers.Serializer[Any]):
    """A firm that was asked; `state` is its last word. Links are shown on the page only."""

    id = serializers.CharField(source="ask.public_id")
    firm = serializers.CharField(source="ask.firm.name")
    state = serializers.ChoiceField(choices=("yes", "part", "no", "silent"))
    quantity = serializers.IntegerField(source="answer.quantity", allow_null=True, default=None)
    reason = serializers.CharField(source="answer.reason", allow_null=True, default=None)
    answered_at = serializers.DateTimeField(source="answer.answered_at", allow_null=True, default=None)
    told_by = serializers.CharField(source="answer.told_by", allow_null=True, default=None)


class QuestionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="question.public_id")
    goods = serializers.CharField(source="question.goods")
    quantity = serializers.IntegerField(source="question.quantity")
    unit = serializers.CharField(source="question.unit")
    needed_by = serializers.DateTimeField(source="question.needed_by")
    asked_at = serializers.DateTimeField(source="question.asked_at")
    closes_at = serializers.DateTimeField(source="question.closes_at")
    is_open = serializers.BooleanField()
    promised = serializers.IntegerField(source="tally.promised")
    num_silent = serializers.IntegerField(source="tally.num_silent")
    asked = AskedSerializer(many=True)


class QuestionDraftSerializer(serializers.Serializer[Any]):
    """`firms` are ids of the office's book; `declaration` is empty for a question in normal times."""

    declaration = serializers.CharField(max_length=24, default="", allow_blank=True)
    goods = serializers.CharField(max_length=160)
    quantity = serializers.IntegerField(min_value=1)
    unit = serializers.CharField(max_length=16, default="piece")
    needed_by = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    words = serializers.CharField(max_length=500, default="", allow_blank=True)
    firms = serializers.ListField(child=serializers.CharField(max_length=24), max_length=2000)


class RecordedAnswerSerializer(serializers.Serializer[Any]):
    """What a firm said by word; `told_by` is whom the office heard it from, and how."""

    kind = serializers.ChoiceField(choices=Answer.Kind.choices)
    quantity = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    reason = serializers.CharField(max_length=240, default="", allow_blank=True)
    told_by = serializers.CharField(max_length=120)


class FirmSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    registration_number = serializers.CharField()
    city = serializers.CharField()
    is_claimed = serializers.BooleanField(source="enterprise.is_claimed")


class QuestionListView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="questions_list", responses=QuestionSerializer(many=True))
    def get(self, request: Request) -> Response:
        rows = [_row(one) for one in selectors.questions(viewer_of(request))[:100]]
        return Response(QuestionSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="questions_create",
        request=QuestionDraftSerializer,
        responses={201: QuestionSerializer},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = QuestionDraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        made = services.ask_firms(
            viewer=viewer_of(request),
            firms=values.pop("firms"),
            declaration_public_id=values.pop("declaration"),
            draft=services.QuestionDraft(**values),
            now=clock.now(),
        )
        return Response(QuestionSerializer(_row(made)).data, status=status.HTTP_201_CREATED)


class QuestionView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="questions_retrieve", responses=QuestionSerializer)
    def get(self, request: Request, question: str) -> Response:
        return Response(
            QuestionSerializer(_row(selectors.question(viewer_of(request), public_id=question))).data
        )


class RecordView(APIView):
    permission_classes = [IsMember]

    @extend_schema(
        operation_id="asks_record",
        request=RecordedAnswerSerializer,
        responses={201: RecordedAnswerSerializer},
        parameters=[KEY_PARAMETER],
    )
    @idempotent
    def post(self, request: Request, ask: str) -> Response:
        """On a firm's behalf: evidence R0, with who wrote it down and when."""
        asked = RecordedAnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        told_by = values.pop("told_by")
        written = services.record_answer(
            viewer=viewer_of(request),
            ask_public_id=ask,
            said=services.Said(**values),
            told_by=told_by,
            now=clock.now(),
        )
        return Response(RecordedAnswerSerializer(written).data, status=status.HTTP_201_CREATED)


class FirmListView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="firms_list", responses=FirmSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(FirmSerializer(selectors.firms(viewer_of(request))[:2000], many=True).data)


def _row(question: Question) -> QuestionRow:
    return question_row(question, now=clock.now())
