"""Money over HTTP, to read: contracts, invoices, pay-outs, balances; documents as PDF."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.accounts.permissions import IsMember, viewer_of
from marketplace.common.api.pagination import CursorPages
from marketplace.common.kept_pdf import language_of, pdf_response
from marketplace.payments import selectors
from marketplace.payments.models import Account, Contract, Invoice, Payout

LANGUAGE = OpenApiParameter("language", str, description="`en` or `zh-hans`; else the caller's")
PDF = {(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="`ETag` is its SHA-256")}


class ContractSerializer(serializers.ModelSerializer[Contract]):
    """`terms` is what was agreed, as it was then: cents, RFC 3339 moments, public ids."""

    id = serializers.CharField(source="public_id", read_only=True)
    deal = serializers.CharField(source="deal.public_id", read_only=True)
    order = serializers.CharField(source="deal.order.public_id", read_only=True)
    terms = serializers.DictField(read_only=True)

    class Meta:
        model = Contract
        fields = ("id", "deal", "order", "role", "version", "made_at", "terms", "terms_sha256")
        read_only_fields = fields


class InvoiceSerializer(serializers.Serializer[Any]):
    """An invoice, or a credit note where `credits` names the invoice it takes its total off."""

    id = serializers.CharField(source="invoice.public_id", read_only=True)
    number = serializers.CharField(source="invoice.number", read_only=True)
    order = serializers.CharField(source="invoice.order.public_id", read_only=True)
    credits = serializers.CharField(
        source="invoice.credits.public_id", read_only=True, allow_null=True, default=None
    )
    status = serializers.ChoiceField(source="invoice.status", choices=Invoice.Status.choices, read_only=True)
    reference = serializers.CharField(source="invoice.reference", read_only=True)
    accepted_total = serializers.IntegerField(source="invoice.accepted_total", read_only=True)
    net_cents = serializers.IntegerField(source="invoice.net_cents", read_only=True)
    fee_cents = serializers.IntegerField(source="invoice.fee_cents", read_only=True)
    tax_bp = serializers.IntegerField(source="invoice.tax_bp", read_only=True)
    tax_cents = serializers.IntegerField(source="invoice.tax_cents", read_only=True)
    total_cents = serializers.IntegerField(source="invoice.total_cents", read_only=True)
    open_cents = serializers.IntegerField(read_only=True)
    currency = serializers.CharField(source="invoice.currency", read_only=True)
    because = serializers.CharField(
        source="invoice.because",
        read_only=True,
        help_text="of a credit note: `difference` (see `reason`) or `less` (the order comes to less than was invoiced)",
    )
    reason = serializers.CharField(source="invoice.reason", read_only=True)
    issued_at = serializers.DateTimeField(source="invoice.issued_at", read_only=True)
    due_on = serializers.DateField(source="invoice.due_on", read_only=True)


class PayoutSerializer(serializers.ModelSerializer[Payout]):
    """`returned_cents` of it were taken back by Stripe and are paid again by another pay-out."""

    id = serializers.CharField(source="public_id", read_only=True)
    order = serializers.CharField(source="order.public_id", read_only=True)

    class Meta:
        model = Payout
        fields = (
            "id",
            "order",
            "amount_cents",
            "returned_cents",
            "currency",
            "method",
            "status",
            "due_on",
            "paid_at",
        )
        read_only_fields = fields


class BalanceSerializer(serializers.Serializer[Any]):
    """Positive: owed by the enterprise or not invoiced to it yet; negative: owed to it."""

    account = serializers.ChoiceField(source="account__kind", choices=Account.Kind.choices, read_only=True)
    currency = serializers.CharField(read_only=True)
    cents = serializers.IntegerField(read_only=True)


class ContractListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="contracts_list", responses=ContractSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The newest version of each."""
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.contracts(viewer_of(request)), request, view=self)
        return pages.get_paginated_response(ContractSerializer(page, many=True).data)


class InvoiceListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="invoices_list", responses=InvoiceSerializer(many=True))
    def get(self, request: Request) -> Response:
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.invoices(viewer_of(request)), request, view=self)
        found = selectors.with_open(list(page or ()))
        return pages.get_paginated_response(InvoiceSerializer(found, many=True).data)


class InvoiceView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="invoices_retrieve", responses=InvoiceSerializer)
    def get(self, request: Request, invoice: str) -> Response:
        return Response(InvoiceSerializer(selectors.invoice(viewer_of(request), public_id=invoice)).data)


class PayoutListView(APIView):
    permission_classes = [IsMember]
    pagination_class = CursorPages  # for the description of the interface

    @extend_schema(operation_id="payouts_list", responses=PayoutSerializer(many=True))
    def get(self, request: Request) -> Response:
        pages = CursorPages()
        page = pages.paginate_queryset(selectors.payouts(viewer_of(request)), request, view=self)
        return pages.get_paginated_response(PayoutSerializer(page, many=True).data)


class BalanceListView(APIView):
    permission_classes = [IsMember]

    @extend_schema(operation_id="balances_list", responses=BalanceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Of the enterprise's own accounts, over all its orders; read-only."""
        return Response(BalanceSerializer(selectors.balances(viewer_of(request)), many=True).data)


class DocumentView(APIView):
    """A PDF whatever the caller accepts; refusals are JSON as everywhere."""

    permission_classes = [IsMember]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return JSONRenderer(), JSONRenderer.media_type


class ContractDocumentView(DocumentView):
    @extend_schema(operation_id="contracts_pdf", parameters=[LANGUAGE], responses=PDF)
    def get(self, request: Request, contract: str) -> HttpResponse:
        language = language_of(request._request)
        found = selectors.contract_document(viewer_of(request), public_id=contract, language=language)
        return pdf_response(found, name=contract)


class InvoiceDocumentView(DocumentView):
    @extend_schema(operation_id="invoices_pdf", parameters=[LANGUAGE], responses=PDF)
    def get(self, request: Request, invoice: str) -> HttpResponse:
        language = language_of(request._request)
        found = selectors.invoice_document(viewer_of(request), public_id=invoice, language=language)
        return pdf_response(found, name=invoice)
