"""The factory's side: what is earned, due and paid, and the account at Stripe where there is one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.money import format_cents
from marketplace.common.parts import part_of
from marketplace.common.sheets import csv_response
from marketplace.payments import selectors, services, stripe_gateway
from marketplace.payments.selectors import Pay


@require_safe
@login_required
def payouts(request: ViewerRequest) -> HttpResponse:
    """Each deal with its pay: agreed, earned, due, paid, and the day."""
    pays = selectors.pays(request.viewer)
    account = selectors.connected_account(request.viewer)
    now = clock.real_now()
    context = {
        "pays": pays,
        "title": _title(pays),
        "payouts": selectors.payouts(request.viewer)[:200],
        "has_stripe": stripe_gateway.is_enabled() and request.viewer.is_factory,
        "account": account,
        "is_link_good": account is not None
        and account.link_url != ""
        and account.link_expires_at is not None
        and account.link_expires_at > now,
    }
    return render(request, "payments/payouts.html", context)


@require_safe
@login_required
@part_of("trading:home")
def next_pay(request: ViewerRequest) -> HttpResponse:
    """The line of the factory's home that says what is paid next."""
    waiting = [pay for pay in selectors.pays(request.viewer) if not pay.is_paid]
    due = [pay for pay in waiting if pay.is_due]
    return render(
        request,
        "payments/next_pay.html",
        {"pay": min(due or waiting, key=lambda pay: (pay.pay_on, pay.deal.pk), default=None)},
    )


@require_safe
@login_required
def export(request: ViewerRequest) -> HttpResponse:
    """The pay of each deal as CSV; money in cents."""
    header = (
        "order",
        "title",
        "agreed_cents",
        "earned_cents",
        "due_cents",
        "paid_cents",
        "currency",
        "pay_on",
    )
    rows = (
        (
            pay.deal.order.public_id, pay.deal.order.title, pay.agreed_cents, pay.earned_cents, pay.due_cents,
            pay.paid_cents, pay.deal.currency, pay.pay_on.isoformat(),
        )
        for pay in selectors.pays(request.viewer)
    )  # fmt: skip
    return csv_response(name="payouts.csv", header=header, rows=rows)


@require_POST
@login_required
def connect(request: ViewerRequest) -> HttpResponse:
    services.connect_stripe(viewer=request.viewer, real_now=clock.real_now())
    messages.success(request, _("The link to Stripe is being prepared; it appears here."))
    return redirect("payments:payouts")


def _title(pays: list[Pay]) -> str:
    """The sum that is due in each currency; else what is earned."""
    due, earned = _sums(pays, "due_cents"), _sums(pays, "earned_cents")
    if due:
        return _("%(amount)s will be paid out to you") % {"amount": due}
    if not pays:
        return _("No pay yet")
    if earned:
        return _("%(amount)s earned, nothing due") % {"amount": earned}
    return _("Nothing is earned yet")


def _sums(pays: list[Pay], field: str) -> str:
    sums: dict[str, int] = {}
    for pay in pays:
        sums[pay.deal.currency] = sums.get(pay.deal.currency, 0) + getattr(pay, field)
    return " + ".join(format_cents(cents, currency) for currency, cents in sorted(sums.items()) if cents)
