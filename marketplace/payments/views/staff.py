"""The desk of staff who settle money: transfers that came, pay-outs and refunds to be made, calls that were lost."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.errors import NotFound
from marketplace.common.forms import refusals_in
from marketplace.common.money import format_cents
from marketplace.payments import desk, services
from marketplace.payments.forms import BankLineForm, CreditForm, RefundForm, TransferForm
from marketplace.payments.services import Confirmed

Page = Callable[..., HttpResponse]


def _for_settlers(page: Page) -> Callable[..., HttpResponse]:
    """For anybody else the page does not exist."""

    @login_required
    @wraps(page)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not services.may_settle(request.user):  # type: ignore[arg-type]
            raise NotFound(_("There is no such page."))
        return page(request, *args, **kwargs)

    return shown


@require_safe
@_for_settlers
def money(request: ViewerRequest) -> HttpResponse:
    return _desk(request, TransferForm(initial={"booked_on": clock.now().date()}))


@require_POST
@_for_settlers
def confirm_transfer(request: ViewerRequest) -> HttpResponse:
    form = TransferForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            done = services.confirm_transfer(
                by=request.user, reference=form.cleaned_data["reference"], draft=form.draft, now=clock.now()
            )
    if form.is_valid():
        messages.success(request, _in_words(done))
        return redirect("payments:desk")
    return _desk(request, form, status=400)


@require_POST
@_for_settlers
def confirm_payout(request: ViewerRequest, payout: str) -> HttpResponse:
    form = BankLineForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.confirm_payout(
                by=request.user, payout_public_id=payout, draft=form.draft, now=clock.now()
            )
    return _back(request, form, said=_("The pay-out is confirmed."))


@require_POST
@_for_settlers
def move_payout(request: ViewerRequest, payout: str) -> HttpResponse:
    """After Stripe refused: there again, or by bank transfer."""
    if request.POST.get("by") == "transfer":
        services.pay_by_transfer(by=request.user, payout_public_id=payout)
    else:
        services.resend_payout(by=request.user, payout_public_id=payout)
    messages.success(request, _("The pay-out is on its way again."))
    return redirect("payments:desk")


@require_POST
@_for_settlers
def refund(request: ViewerRequest, order: str) -> HttpResponse:
    form = RefundForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.refund_credit(
                by=request.user,
                order_public_id=order,
                amount_cents=form.cleaned_data["amount"],
                now=clock.now(),
            )
    return _back(request, form, said=_("The refund is prepared."))


@require_POST
@_for_settlers
def confirm_refund(request: ViewerRequest, refund: str) -> HttpResponse:
    form = BankLineForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.confirm_refund(
                by=request.user, refund_public_id=refund, draft=form.draft, now=clock.now()
            )
    return _back(request, form, said=_("The refund is confirmed."))


@require_POST
@_for_settlers
def cover(request: ViewerRequest, order: str) -> HttpResponse:
    form = BankLineForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.cover_difference(
                by=request.user, order_public_id=order, draft=form.draft, now=clock.now()
            )
    return _back(request, form, said=_("The difference is covered."))


@require_POST
@_for_settlers
def credit(request: ViewerRequest, invoice: str) -> HttpResponse:
    form = CreditForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            services.credit_invoice(
                by=request.user,
                invoice_public_id=invoice,
                net_cents=form.cleaned_data["net"],
                reason=form.cleaned_data["reason"],
                now=clock.now(),
            )
    return _back(request, form, said=_("The credit note is issued."))


@require_POST
@_for_settlers
def revive(request: ViewerRequest, call: str) -> HttpResponse:
    services.revive_call(by=request.user, public_id=call)
    messages.success(request, _("The call is sent again, under the same key."))
    return redirect("payments:desk")


@require_POST
@_for_settlers
def look_again(request: ViewerRequest, event: str) -> HttpResponse:
    services.revive_event(by=request.user, event_id=event)
    messages.success(request, _("What the news is about is looked at again."))
    return redirect("payments:desk")


def _desk(request: ViewerRequest, form: TransferForm, *, status: int = 200) -> HttpResponse:
    payouts, refunds, lost = desk.open_payouts(), desk.open_refunds(), desk.lost_calls()
    context = {
        "form": form,
        "invoices": desk.open_invoices(),
        "payouts": payouts,
        "refunds": refunds,
        "credits": desk.credits(),
        "borne": desk.borne(),
        "calls": lost,
        "events": desk.lost_events(),
        "lines": desk.last_lines(),
        "num_waiting": len(payouts) + len(refunds),
        "today": clock.now().date().isoformat(),
    }
    return render(request, "payments/desk.html", context, status=status)


def _back(request: ViewerRequest, form: BankLineForm | RefundForm | CreditForm, *, said: str) -> HttpResponse:
    """To the desk, with what was done or why it was not."""
    if form.is_valid():
        messages.success(request, said)
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("payments:desk")


def _in_words(done: Confirmed) -> str:
    facts = {
        "number": done.invoice.number,
        "open": format_cents(done.open_cents, done.invoice.currency),
        "credit": format_cents(done.credit_cents, done.invoice.currency),
    }
    if done.credit_cents:
        return _("Invoice %(number)s is paid; %(credit)s too much is now a credit of the buyer.") % facts
    if done.open_cents:
        return _("Booked; %(open)s of invoice %(number)s is still open.") % facts
    return _("Invoice %(number)s is paid.") % facts
