"""Giving a buyer back what it paid ahead or too much: by Stripe where it came by card, else by bank transfer."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.accounts.services import tell
from marketplace.common.checks import require_whole
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.common.money import MAX_CENTS, format_cents
from marketplace.orders.models import Order
from marketplace.payments import stripe_gateway
from marketplace.payments.errors import NotDue, NothingToRefund
from marketplace.payments.ledger import Move, post
from marketplace.payments.models import Account, BankLine, Charge, Entry, Refund, StripeCall
from marketplace.payments.models.movement import Method, MovementStatus
from marketplace.payments.services.bank_lines import BankDraft, write_bank_line
from marketplace.payments.services.covering import require_covered
from marketplace.payments.services.outbox import queue_call
from marketplace.payments.services.payouts import at_stripe
from marketplace.payments.services.receiving import free_credit
from marketplace.payments.services.releasing import covered_cents
from marketplace.payments.services.settlers import refusals_logged, require_settler


@transaction.atomic
def refund_credit(*, by: Person, order_public_id: str, amount_cents: int, now: datetime) -> Refund:
    """Give back so much of what the order's buyer has paid ahead. Raises `NothingToRefund` where that is less.

    Raises `NotCovered` where the money has gone to factories: the platform bears that and puts it in first.
    """
    with refusals_logged("refund", by=by, order=order_public_id, amount_cents=amount_cents):
        require_settler(by)
        require_whole(amount_cents, field="amount_cents", least=1, most=MAX_CENTS)
        order = Order.objects.select_for_update(no_key=True).filter(public_id=order_public_id).first()
        if order is None:
            raise NotFound(_("There is no such order."))
        if amount_cents > (free := free_credit(order)):
            raise NothingToRefund(
                _("The buyer has not paid so much ahead."), field="amount_cents", free_cents=free
            )
        require_covered(order, cents=amount_cents, free_cents=covered_cents(order) + free)
        charge = _charge_for(order, amount_cents)
        refund = Refund.objects.create(
            order=order,
            enterprise_id=order.buyer_id,
            charge=charge,
            amount_cents=amount_cents,
            currency=order.currency,
            method=Method.TRANSFER if charge is None else Method.STRIPE,
            status=MovementStatus.DUE if charge is None else MovementStatus.SENDING,
            asked_by=by,
            asked_at=now,
        )
        if charge is not None:
            _send(refund, charge)
        return refund


@transaction.atomic
def confirm_refund(*, by: Person, refund_public_id: str, draft: BankDraft, now: datetime) -> BankLine:
    """A person saw the refund leave our account. Raises `NotDue`, `WrongAmount`, `AlreadyConfirmed`."""
    with refusals_logged("confirm refund", by=by, refund=refund_public_id, bank_id=draft.bank_id):
        require_settler(by)
        refund = _locked(refund_public_id)
        if refund.status != MovementStatus.DUE:
            raise NotDue(_("This refund is not waiting for a bank transfer."))
        draft.require_exact(owed_cents=refund.amount_cents, currency=refund.currency)
        line = write_bank_line(draft, by=by, order=refund.order, refund=refund, sign=-1, now=now)
        book_refund(refund, out_of=Account.Kind.BANK, now=now)
        return line


def book_refund(refund: Refund, *, out_of: str, now: datetime) -> None:
    """It left: the buyer's credit is so much less. The order is locked; booked once."""
    post(
        order=refund.order,
        key=f"refunded:{refund.public_id}",
        kind=Entry.Kind.REFUNDED,
        at=now,
        lines=[
            Move(
                kind=Account.Kind.CREDIT, enterprise_id=refund.enterprise_id, amount_cents=refund.amount_cents
            ),
            Move(kind=out_of, amount_cents=-refund.amount_cents),
        ],
    )
    refund.status, refund.paid_at, refund.error = MovementStatus.PAID, now, ""
    refund.save(update_fields=["status", "paid_at", "error", "refund_id"])
    tell(
        [refund.enterprise_id],
        key=f"refund-paid:{refund.public_id}",
        kind="payments.refund-paid",
        facts={"amount": format_cents(refund.amount_cents, refund.currency), "title": refund.order.title},
        url=reverse("payments:order", args=[refund.order.public_id]),
        now=now,
    )
    push_after_commit(f"order:{refund.order.public_id}")


def fail_refund(refund: Refund, *, error: str, now: datetime) -> None:
    """It did not reach the buyer: what had left came back, and the credit is there again. The order is locked."""
    if refund.status == MovementStatus.PAID:
        post(
            order=refund.order,
            key=f"returned:{refund.public_id}",
            kind=Entry.Kind.RETURNED,
            at=now,
            lines=[
                Move(kind=Account.Kind.STRIPE, amount_cents=refund.amount_cents),
                Move(
                    kind=Account.Kind.CREDIT,
                    enterprise_id=refund.enterprise_id,
                    amount_cents=-refund.amount_cents,
                ),
            ],
        )
    refund.status, refund.error = MovementStatus.FAILED, error[:240]
    refund.save(update_fields=["status", "error", "refund_id"])


def _charge_for(order: Order, amount_cents: int) -> Charge | None:
    """A payment by card from which so much can be given back, if Stripe still has it.

    Where it could not give back once, it is not asked again: that money goes back by the bank.
    """
    if not stripe_gateway.is_enabled() or at_stripe(order) < amount_cents:
        return None
    paid = order.charges.filter(received_cents__gte=amount_cents)
    for charge in paid.exclude(refunds__status=MovementStatus.FAILED):
        given = charge.refunds.aggregate(cents=Sum("amount_cents"))
        if charge.received_cents - (given["cents"] or 0) >= amount_cents:
            return charge
    return None


def _send(refund: Refund, charge: Charge) -> None:
    queue_call(
        StripeCall.Kind.REFUND,
        subject=refund.public_id,
        params={
            "payment_intent": charge.intent_id,
            "amount": refund.amount_cents,
            "metadata": {"refund": refund.public_id},
        },
    )


def _locked(public_id: str) -> Refund:
    order_id = Refund.objects.filter(public_id=public_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound(_("There is no such refund."))
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    return Refund.objects.select_related("order", "charge").get(public_id=public_id)
