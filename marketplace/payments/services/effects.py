"""What an object of Stripe means for our rows. Each may be applied any number of times and in any order: states only
go forward, money is booked under the key of the row it belongs to.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from django.db import transaction

from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.payments.ledger import Move, post
from marketplace.payments.models import (
    Account,
    Charge,
    ConnectedAccount,
    Entry,
    Payout,
    Refund,
    StripeCall,
)
from marketplace.payments.models.movement import MovementStatus
from marketplace.payments.services.onboarding import ask_for_link
from marketplace.payments.services.outbox import close_call
from marketplace.payments.services.payouts import book_payout
from marketplace.payments.services.receiving import receive
from marketplace.payments.services.refunds import book_refund, fail_refund
from marketplace.payments.services.releasing import next_part
from marketplace.payments.stripe_gateway import Shown

Row = TypeVar("Row", Charge, Payout, Refund)


class Mismatch(Exception):
    """An object of Stripe names a row of ours and does not fit it: another sum, or a second object for one effect."""


@transaction.atomic
def finish_call(call: StripeCall, shown: Shown, *, now: datetime, real_now: datetime) -> bool:
    """The call is done; what it made is written into its row. False if another worker has taken the call over."""
    _lock_order_of(call)
    if not close_call(call, state=StripeCall.State.DONE, object_id=str(shown.get("id") or "")):
        return False
    _APPLY[call.kind](call.subject, shown, now, real_now)
    return True


@transaction.atomic
def refuse_call(call: StripeCall, *, error: str, now: datetime) -> bool:
    """Stripe said no: nothing happened, and the row says so."""
    _lock_order_of(call)
    if not close_call(call, state=StripeCall.State.FAILED, error=error):
        return False
    text = error[:240]
    if call.kind == StripeCall.Kind.CHECKOUT:
        Charge.objects.filter(public_id=call.subject, status=Charge.Status.WANTED).update(
            status=Charge.Status.FAILED, error=text
        )
    elif call.kind == StripeCall.Kind.TRANSFER:
        Payout.objects.filter(public_id=call.subject, status=MovementStatus.SENDING).update(
            status=MovementStatus.FAILED, error=text
        )
    elif call.kind == StripeCall.Kind.REFUND:
        refund = Refund.objects.select_related("order").get(public_id=call.subject)
        fail_refund(refund, error=text, now=now)
    return True


@transaction.atomic
def apply_session(public_id: str, shown: Shown, now: datetime, real_now: datetime) -> None:
    """A payment page: where it is, whether it was paid, whether its time is over."""
    charge = _charge(public_id)
    if charge is None:
        return
    charge.session_id, charge.looked_at = shown["id"], real_now
    if charge.status == Charge.Status.WANTED:
        charge.status, charge.url = Charge.Status.OPEN, _safe_url(shown.get("url"))
    if shown.get("status") == "expired" and charge.status == Charge.Status.OPEN:
        charge.status = Charge.Status.EXPIRED
    charge.save(update_fields=["session_id", "looked_at", "status", "url"])
    push_after_commit(f"order:{charge.order.public_id}")
    intent = shown.get("payment_intent")
    if isinstance(intent, dict):
        apply_intent(public_id, intent, now, real_now)


@transaction.atomic
def apply_intent(public_id: str, shown: Shown, now: datetime, real_now: datetime) -> None:
    """A payment: what was captured is booked once."""
    charge = _charge(public_id)
    received = int(shown.get("amount_received") or 0)
    if charge is None or received == 0 or shown.get("status") != "succeeded":
        return
    if shown["currency"].upper() != charge.currency or received != charge.amount_cents:
        raise Mismatch(f"{shown['id']} brought {received} {shown['currency']} for {charge.public_id}")
    if charge.intent_id not in ("", shown["id"]):
        raise Mismatch(f"{shown['id']} brought money for {charge.public_id}, which {charge.intent_id} paid")
    charge.intent_id, charge.received_cents, charge.status = shown["id"], received, Charge.Status.PAID
    charge.save(update_fields=["intent_id", "received_cents", "status"])
    receive(
        order=charge.order,
        cents=received,
        into=Account.Kind.STRIPE,
        key=f"card:{charge.public_id}",
        kind=Entry.Kind.CARD,
        now=now,
        first=charge.invoice,
    )


@transaction.atomic
def apply_transfer(public_id: str, shown: Shown, now: datetime, real_now: datetime) -> None:
    """A transfer to a factory: made, or taken back whole or in part. What came back is cumulative at Stripe."""
    payout = _of_order(Payout, public_id)
    if payout is None:
        return
    if shown["currency"].upper() != payout.currency or shown["amount"] != payout.amount_cents:
        raise Mismatch(f"{shown['id']} moved {shown['amount']} {shown['currency']} for {public_id}")
    if payout.transfer_id not in ("", shown["id"]):
        raise Mismatch(f"{shown['id']} moved money for {public_id}, for which {payout.transfer_id} did")
    if not payout.transfer_id and payout.status != MovementStatus.SENDING:
        raise Mismatch(f"{shown['id']} moved money for {public_id}, which is {payout.status} otherwise")
    back = int(shown.get("amount_reversed") or 0)
    if back > payout.amount_cents:
        raise Mismatch(f"{shown['id']} gave back {back} of {payout.amount_cents} cents for {public_id}")
    Payout.objects.filter(pk=payout.pk).update(looked_at=real_now)
    payout.transfer_id = shown["id"]
    if payout.status == MovementStatus.SENDING:
        book_payout(payout, out_of=Account.Kind.STRIPE, now=now)
    if back > payout.returned_cents:
        _take_back(payout, back=back, now=now)


@transaction.atomic
def apply_refund(public_id: str, shown: Shown, now: datetime, real_now: datetime) -> None:
    """A refund: on its way, with the buyer, or failed."""
    refund = _of_order(Refund, public_id)
    if refund is None:
        return
    if shown["currency"].upper() != refund.currency or shown["amount"] != refund.amount_cents:
        raise Mismatch(f"{shown['id']} gave back {shown['amount']} {shown['currency']} for {public_id}")
    if refund.refund_id not in ("", shown["id"]):
        raise Mismatch(f"{shown['id']} gave money back for {public_id}, for which {refund.refund_id} did")
    has_failed = shown.get("status") in {"failed", "canceled"}
    if refund.status == MovementStatus.FAILED and not refund.refund_id and not has_failed:
        raise Mismatch(f"{shown['id']} gives money back for {public_id}, which was refused")
    Refund.objects.filter(pk=refund.pk).update(looked_at=real_now, refund_id=shown["id"])
    refund.refund_id = shown["id"]
    if refund.status == MovementStatus.FAILED:
        return  # the last word on a refund
    if has_failed:
        fail_refund(refund, error=str(shown.get("failure_reason") or shown["status"]), now=now)
    elif shown.get("status") == "succeeded" and refund.status == MovementStatus.SENDING:
        book_refund(refund, out_of=Account.Kind.STRIPE, now=now)


@transaction.atomic
def apply_account(public_id: str, shown: Shown, now: datetime, real_now: datetime) -> None:
    """A factory's account. `real_now` is when the look began: an older look does not overwrite a newer one."""
    account = ConnectedAccount.objects.select_for_update(no_key=True).filter(public_id=public_id).first()
    if account is None or (account.looked_at is not None and account.looked_at > real_now):
        return
    is_new = not account.account_id
    account.account_id, account.looked_at = shown["id"], real_now
    account.payouts_enabled = bool(shown.get("payouts_enabled"))
    account.details_submitted = bool(shown.get("details_submitted"))
    account.save(update_fields=["account_id", "looked_at", "payouts_enabled", "details_submitted"])
    if is_new and not account.details_submitted:
        ask_for_link(account)
    push_after_commit(f"enterprise:{account.enterprise.public_id}")


def _apply_link(public_id: str, shown: Shown, now: datetime, real_now: datetime) -> None:
    account = ConnectedAccount.objects.select_for_update(no_key=True).get(public_id=public_id)
    account.link_url = _safe_url(shown.get("url"))
    account.link_expires_at = datetime.fromtimestamp(shown["expires_at"], tz=UTC)
    account.save(update_fields=["link_url", "link_expires_at"])
    push_after_commit(f"enterprise:{account.enterprise.public_id}")


def _take_back(payout: Payout, *, back: int, now: datetime) -> None:
    """Stripe has reversed `back` cents of the transfer in all: what is new of it is owed again, by a row of its own.

    The row waits for a person, who pays it by bank transfer.
    """
    cents = back - payout.returned_cents
    post(
        order=payout.order,
        key=f"returned:{payout.public_id}:{back}",
        kind=Entry.Kind.RETURNED,
        at=now,
        lines=[
            Move(kind=Account.Kind.STRIPE, amount_cents=cents),
            Move(kind=Account.Kind.PAYABLE, enterprise_id=payout.enterprise_id, amount_cents=-cents),
        ],
    )
    payout.returned_cents = back
    payout.save(update_fields=["returned_cents"])
    Payout.objects.create(
        order=payout.order,
        enterprise_id=payout.enterprise_id,
        invoice=payout.invoice,
        part=next_part(payout.invoice, enterprise_id=payout.enterprise_id),
        again_for=payout,
        amount_cents=cents,
        currency=payout.currency,
        status=MovementStatus.FAILED,
        due_on=now.date(),
        error="reversed",
    )


def _safe_url(url: object) -> str:
    text = str(url or "")
    return text if urlsplit(text).scheme in {"https", "http"} and len(text) <= 1000 else ""


def _lock_order_of(call: StripeCall) -> None:
    """The order's lock comes before all others."""
    for model in (Charge, Payout, Refund):
        found = model._default_manager.filter(public_id=call.subject).values_list("order_id", flat=True)
        if (order_id := found.first()) is not None:
            Order.objects.select_for_update(no_key=True).get(pk=order_id)


def _charge(public_id: str) -> Charge | None:
    return _of_order(Charge, public_id)


def _of_order(model: type[Row], public_id: str) -> Row | None:
    """The row, read after its order was locked."""
    order_id = model._default_manager.filter(public_id=public_id).values_list("order_id", flat=True).first()
    if order_id is None:
        return None
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    return model._default_manager.select_related("order").get(public_id=public_id)


_APPLY: dict[str, Callable[[str, Shown, datetime, datetime], None]] = {
    StripeCall.Kind.ACCOUNT: apply_account,
    StripeCall.Kind.ACCOUNT_LINK: _apply_link,
    StripeCall.Kind.CHECKOUT: apply_session,
    StripeCall.Kind.TRANSFER: apply_transfer,
    StripeCall.Kind.REFUND: apply_refund,
}
