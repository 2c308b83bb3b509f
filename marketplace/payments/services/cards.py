"""Paying by card on Stripe's own page: a deposit once all is agreed, or what an invoice leaves open."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.common.links import public_url
from marketplace.common.live import push_after_commit
from marketplace.common.money import BASIS_POINTS
from marketplace.orders.models import Order
from marketplace.payments import stripe_gateway
from marketplace.payments.errors import ChargeUnderWay, NoCardPayment, NotDue
from marketplace.payments.ledger import open_cents
from marketplace.payments.models import Charge, Invoice, StripeCall
from marketplace.payments.services.outbox import queue_call
from marketplace.payments.services.terms import agreed_deal, terms_of
from marketplace.payments.worth import worth_of

LIVING = (Charge.Status.WANTED, Charge.Status.OPEN)


@transaction.atomic
def pay_deposit(*, viewer: Viewer, order_public_id: str, now: datetime) -> Charge:
    """Prepare a page on which the buyer pays its deposit; the one that is there is given again.

    Raises `NoCardPayment` without keys, for a public body, for a sum that Stripe does not take, or once something
    was invoiced; `NotFound` for a foreign order.
    """
    viewer.require_planner()
    order = _own_order(viewer, order_public_id)
    cents = deposit_cents(order)
    if cents == 0:
        raise NoCardPayment(gettext_lazy("This order has no deposit to pay by card."))
    found = order.charges.filter(kind=Charge.Kind.DEPOSIT, status__in=[*LIVING, Charge.Status.PAID]).first()
    return found or _prepare(order, kind=Charge.Kind.DEPOSIT, cents=cents, invoice=None, now=now)


@transaction.atomic
def pay_invoice_by_card(*, viewer: Viewer, invoice_public_id: str, now: datetime) -> Charge:
    """Prepare a page for what is open of an invoice; the one that is there is given again."""
    viewer.require_planner()
    invoice = Invoice.objects.filter(
        public_id=invoice_public_id, buyer_id=viewer.enterprise_id, credits=None
    ).first()
    if invoice is None:
        raise NotFound(gettext_lazy("There is no such invoice."))
    order = _own_order(viewer, invoice.order.public_id)
    cents = open_cents(invoice)
    if cents <= 0:
        raise NotDue(gettext_lazy("Nothing is open of this invoice."))
    if not _takes_cards(order, cents):
        raise NoCardPayment(gettext_lazy("This invoice is paid by bank transfer."))
    found = invoice.charges.filter(status__in=LIVING).first()
    if found is None and order.charges.filter(status__in=LIVING).exists():
        raise ChargeUnderWay(
            gettext_lazy("Another payment page of this order is still open; pay there first.")
        )
    return found or _prepare(order, kind=Charge.Kind.BALANCE, cents=cents, invoice=invoice, now=now)


def deposit_cents(order: Order) -> int:
    """What the buyer may pay ahead by card; 0 where that is not offered (any more)."""
    deal = agreed_deal(order)
    if deal is None or not stripe_gateway.is_enabled() or order.invoices.exists():
        return 0
    terms = terms_of(deal)
    cents = worth_of(deal, terms=terms).total_cents * terms.deposit_bp // BASIS_POINTS
    return cents if cents > 0 and _takes_cards(order, cents) else 0


def may_pay_by_card(invoice: Invoice, *, open_cents: int) -> bool:
    """Of an invoice of which so much is open."""
    return not invoice.is_credit_note and _takes_cards(invoice.order, open_cents)


def _takes_cards(order: Order, cents: int) -> bool:
    return (
        stripe_gateway.is_enabled()
        and not order.buyer.is_public_body
        and 0 < cents <= stripe_gateway.MOST_CENTS
    )


def _prepare(
    order: Order, *, kind: Charge.Kind, cents: int, invoice: Invoice | None, now: datetime
) -> Charge:
    charge = Charge.objects.create(
        order=order, invoice=invoice, kind=kind, amount_cents=cents, currency=order.currency, asked_at=now
    )
    back = public_url(reverse("payments:order", args=[order.public_id]))
    name = _("Invoice %(number)s") % {"number": invoice.number} if invoice else _("Deposit")
    price = {
        "currency": order.currency.lower(),
        "unit_amount": cents,
        "product_data": {"name": f"{name}: {order.title}"[:250]},
    }
    queue_call(
        StripeCall.Kind.CHECKOUT,
        subject=charge.public_id,
        params={
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "client_reference_id": charge.public_id,
            "metadata": {"charge": charge.public_id},
            "payment_intent_data": {
                "metadata": {"charge": charge.public_id},
                "transfer_group": order.public_id,
            },
            "success_url": back,
            "cancel_url": back,
        },
    )
    push_after_commit(f"order:{order.public_id}")
    return charge


def _own_order(viewer: Viewer, public_id: str) -> Order:
    """Locked. Raises `NotFound`."""
    order = (
        Order.objects.select_for_update(no_key=True)
        .filter(public_id=public_id, buyer_id=viewer.enterprise_id)
        .first()
    )
    if order is None:
        raise NotFound(gettext_lazy("There is no such order."))
    return order
