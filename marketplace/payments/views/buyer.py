"""The buyer's side: invoices and payments of an order, contracts, paying by card."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.kept_pdf import language_of, pdf_response
from marketplace.common.money import format_cents
from marketplace.common.sheets import csv_response
from marketplace.common.show.times import day_text
from marketplace.payments import selectors, services
from marketplace.payments.selectors import OrderMoney


@require_safe
@login_required
def order(request: ViewerRequest, order: str) -> HttpResponse:
    """Invoices, payments and contract of one order."""
    money = selectors.order_money(request.viewer, order_public_id=order)
    return render(
        request,
        "payments/order.html",
        {
            "money": money,
            "order": money.order,
            "title": _title(money),
            "invoices": [
                (
                    one,
                    services.may_pay_by_card(one.invoice, open_cents=one.open_cents),
                )
                for one in money.invoices
            ],
            "deposit_cents": services.deposit_cents(money.order),
            "bank": settings.PLATFORM_BANK,
            "contracts": selectors.all_contracts(request.viewer).filter(deal__order=money.order),
        },
    )


@require_safe
@login_required
def export(request: ViewerRequest, order: str) -> HttpResponse:
    """The order's invoices as CSV; money in cents."""
    money = selectors.order_money(request.viewer, order_public_id=order)
    header = (
        "number", "kind", "reference", "status", "issued_at", "due_on", "net_cents", "fee_cents", "tax_cents",
        "total_cents", "open_cents", "currency",
    )  # fmt: skip
    rows = (
        (
            one.invoice.number, "credit note" if one.invoice.is_credit_note else "invoice", one.invoice.reference,
            one.invoice.status, one.invoice.issued_at.isoformat(), one.invoice.due_on.isoformat(), one.invoice.net_cents,
            one.invoice.fee_cents, one.invoice.tax_cents, one.invoice.total_cents, one.open_cents, one.invoice.currency,
        )
        for one in money.invoices
    )  # fmt: skip
    return csv_response(name=f"invoices-{order}.csv", header=header, rows=rows)


@require_safe
@login_required
def invoice_pdf(request: ViewerRequest, invoice: str) -> HttpResponse:
    found = selectors.invoice_document(request.viewer, public_id=invoice, language=language_of(request))
    return pdf_response(found, name=invoice)


@require_safe
@login_required
def contracts(request: ViewerRequest) -> HttpResponse:
    """The newest version of each contract of the enterprise."""
    return render(
        request, "payments/contracts.html", {"contracts": selectors.contracts(request.viewer)[:200]}
    )


@require_safe
@login_required
def contract(request: ViewerRequest, contract: str) -> HttpResponse:
    found = selectors.contract_document(request.viewer, public_id=contract, language=language_of(request))
    return pdf_response(found, name=contract)


@require_POST
@login_required
def deposit(request: ViewerRequest, order: str) -> HttpResponse:
    services.pay_deposit(viewer=request.viewer, order_public_id=order, now=clock.now())
    messages.success(request, _("The payment page is being prepared; a link to it appears here."))
    return redirect("payments:order", order)


@require_POST
@login_required
def pay_by_card(request: ViewerRequest, invoice: str) -> HttpResponse:
    charge = services.pay_invoice_by_card(viewer=request.viewer, invoice_public_id=invoice, now=clock.now())
    messages.success(request, _("The payment page is being prepared; a link to it appears here."))
    return redirect("payments:order", charge.order.public_id)


def _title(money: OrderMoney) -> str:
    """What the page answers: how much is to be paid by when."""
    currency = money.order.currency
    if money.open_cents > 0 and money.next_due_on is not None:
        return _("%(amount)s to be paid by %(date)s") % {
            "amount": format_cents(money.open_cents, currency),
            "date": day_text(money.next_due_on, today=clock.now().date()),
        }
    if money.owed.is_given_back and money.owed.by is not None:
        return _("%(amount)s will be given back to you by %(date)s") % {
            "amount": format_cents(money.owed.free_cents, currency),
            "date": day_text(money.owed.by, today=clock.now().date()),
        }
    if money.invoices:
        return _("Every invoice is paid")
    if money.unbilled_cents:
        return _("%(amount)s accepted, not invoiced yet") % {
            "amount": format_cents(money.unbilled_cents, currency)
        }
    return _("Nothing to be paid yet")
