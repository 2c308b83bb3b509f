"""Paying factories what was released: by Stripe where both sides have it, else by a transfer a person confirms."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.payments import stripe_gateway
from marketplace.payments.errors import NotDue
from marketplace.payments.ledger import Move, balance, post
from marketplace.payments.models import Account, BankLine, ConnectedAccount, Entry, Payout, Refund, StripeCall
from marketplace.payments.models.movement import Method, MovementStatus
from marketplace.payments.services.bank_lines import BankDraft, write_bank_line
from marketplace.payments.services.outbox import queue_call
from marketplace.payments.services.settlers import refusals_logged, require_settler


def route_payout(payout: Payout) -> None:
    """Send it by Stripe if the factory is paid there and the order's money lies there. The order is locked.

    Never twice: what Stripe sent and took back again is paid by bank transfer.
    """
    if payout.transfer_id or payout.again_for_id:
        return
    account = ConnectedAccount.objects.filter(enterprise=payout.enterprise, payouts_enabled=True).first()
    if account is None or not stripe_gateway.is_enabled() or at_stripe(payout.order) < payout.amount_cents:
        return
    payout.method, payout.status, payout.error = Method.STRIPE, MovementStatus.SENDING, ""
    payout.save(update_fields=["method", "status", "error"])
    queue_call(
        StripeCall.Kind.TRANSFER,
        subject=payout.public_id,
        params={
            "amount": payout.amount_cents,
            "currency": payout.currency.lower(),
            "destination": account.account_id,
            "transfer_group": payout.order.public_id,
            "metadata": {"payout": payout.public_id},
        },
    )


def at_stripe(order: Order) -> int:
    """Cents of the order that lie at Stripe and are not on their way elsewhere."""
    leaving = {"order": order, "method": Method.STRIPE, "status": MovementStatus.SENDING}
    on_their_way = sum(
        model._default_manager.filter(**leaving).aggregate(cents=Sum("amount_cents"))["cents"] or 0
        for model in (Payout, Refund)
    )
    return balance(order, Account.Kind.STRIPE) - on_their_way


def book_payout(payout: Payout, *, out_of: str, now: datetime) -> None:
    """It left: the factory is owed so much less. The order is locked; booked once."""
    post(
        order=payout.order,
        key=f"paid-out:{out_of}:{payout.public_id}",  # by the bank once more where Stripe took it back
        kind=Entry.Kind.PAID_OUT,
        at=now,
        lines=[
            Move(
                kind=Account.Kind.PAYABLE,
                enterprise_id=payout.enterprise_id,
                amount_cents=payout.amount_cents,
            ),
            Move(kind=out_of, amount_cents=-payout.amount_cents),
        ],
    )
    payout.status, payout.paid_at, payout.error = MovementStatus.PAID, now, ""
    payout.save(update_fields=["status", "paid_at", "error", "transfer_id"])
    push_after_commit(f"enterprise:{payout.enterprise.public_id}", f"order:{payout.order.public_id}")


@transaction.atomic
def confirm_payout(*, by: Person, payout_public_id: str, draft: BankDraft, now: datetime) -> BankLine:
    """A person saw the transfer to the factory leave our account. Raises `NotDue`, `WrongAmount`, `AlreadyConfirmed`."""
    with refusals_logged("confirm payout", by=by, payout=payout_public_id, bank_id=draft.bank_id):
        require_settler(by)
        payout = _locked(payout_public_id)
        if payout.status != MovementStatus.DUE:
            raise NotDue(_("This pay-out is not waiting for a bank transfer."))
        draft.require_exact(owed_cents=payout.amount_cents, currency=payout.currency)
        line = write_bank_line(draft, by=by, order=payout.order, payout=payout, sign=-1, now=now)
        book_payout(payout, out_of=Account.Kind.BANK, now=now)
        return line


@transaction.atomic
def resend_payout(*, by: Person, payout_public_id: str) -> Payout:
    """After Stripe refused: try it there again, or, where that cannot be, by bank transfer. Raises `NotDue`."""
    payout = pay_by_transfer(by=by, payout_public_id=payout_public_id)
    route_payout(payout)
    return payout


@transaction.atomic
def pay_by_transfer(*, by: Person, payout_public_id: str) -> Payout:
    """After Stripe refused: this one is paid by bank transfer. Raises `NotDue`."""
    require_settler(by)
    payout = _locked(payout_public_id)
    if payout.status != MovementStatus.FAILED:
        raise NotDue(_("This pay-out has not failed."))
    payout.method, payout.status = Method.TRANSFER, MovementStatus.DUE
    payout.save(update_fields=["method", "status"])
    return payout


def _locked(public_id: str) -> Payout:
    """With the order locked first. Raises `NotFound`."""
    order_id = Payout.objects.filter(public_id=public_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound(_("There is no such pay-out."))
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    return Payout.objects.select_related("order", "enterprise").get(public_id=public_id)
