"""What a worker does with a row of the outbox or inbox: lease it, talk to Stripe outside any transaction, end it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from marketplace.common import clock
from marketplace.payments import stripe_gateway
from marketplace.payments.models import Charge, ConnectedAccount, Payout, Refund, StripeCall, StripeEvent
from marketplace.payments.models.movement import MovementStatus
from marketplace.payments.services import effects, inbox, outbox
from marketplace.payments.stripe_gateway import Refused, Shown, Unanswered

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=10)  # real time; events may be lost
TRANSFERS_EVERY = timedelta(days=1)  # they are done; that they were taken back may have been told in vain
TRANSFERS_FOR = timedelta(days=30)
AT_ONCE = 50  # of a kind
Apply = Callable[[str, Shown, datetime, datetime], None]

# beginning of an event's type → kind of object, name of our row in its metadata, what it means for that
LOOKS: dict[str, tuple[str, str, Apply]] = {
    "checkout.session.": ("session", "charge", effects.apply_session),
    "payment_intent.": ("intent", "charge", effects.apply_intent),
    "transfer.": ("transfer", "payout", effects.apply_transfer),
    "refund.": ("refund", "refund", effects.apply_refund),
    "account.": ("account", "account", effects.apply_account),
}

# kind of object → the call that makes such an object
CALL_OF: dict[str, str] = {
    "session": StripeCall.Kind.CHECKOUT,
    "transfer": StripeCall.Kind.TRANSFER,
    "refund": StripeCall.Kind.REFUND,
    "account": StripeCall.Kind.ACCOUNT,
}


def send_call(public_id: str) -> None:
    """Send a call that is due. Every end is written to its row."""
    call = outbox.lease_call(public_id=public_id)
    if call is None:
        return
    began = clock.real_now()
    try:
        shown = _made_before(call)
        if shown is None:
            outbox.note_sending(call)
            shown = stripe_gateway.create(call.kind, call.params, key=call.public_id)
    except Refused as error:
        log.warning("call %s (%s) refused: %s", public_id, call.kind, error)
        effects.refuse_call(call, error=str(error), now=clock.now())
    except Unanswered as error:
        log.warning("call %s (%s) unanswered, attempt %s: %s", public_id, call.kind, call.attempts, error)
        outbox.postpone_call(call, error=str(error))
    else:
        _finish(call, shown, began=began)


def _made_before(call: StripeCall) -> Shown | None:
    """What a call whose key Stripe may have forgotten has made. That we may not look is no word on whether it happened."""
    if not outbox.is_key_old(call):
        return None
    try:
        return stripe_gateway.find(call.kind, call.params)
    except Refused as error:
        raise Unanswered(f"looking it up: {error}") from error


def _finish(call: StripeCall, shown: Shown, *, began: datetime) -> None:
    """What does not fit its row waits for a person: sent again it would not fit either."""
    try:
        effects.finish_call(call, shown, now=clock.now(), real_now=began)
    except effects.Mismatch as error:
        log.error("call %s: %s", call.public_id, error)  # noqa: TRY400 - no traceback tells more
        outbox.close_call(call, state=StripeCall.State.DEAD, object_id=str(shown["id"]), error=str(error))


def look_at_event(pk: int) -> None:
    """Ask again how the object of an event is now, and bring our row there."""
    event = inbox.lease_event(pk=pk)
    if event is None:
        return
    look = next((look for start, look in LOOKS.items() if event.kind.startswith(start)), None)
    if look is None:
        inbox.close_event(event, state=StripeEvent.State.IGNORED)
        return
    try:
        is_ours = look_at(look, event.object_id)
    except effects.Mismatch as error:
        log.error("event %s: %s", event.event_id, error)  # noqa: TRY400 - no traceback tells more
        inbox.close_event(event, state=StripeEvent.State.DEAD, error=str(error))
    except Refused as error:
        inbox.close_event(event, state=StripeEvent.State.IGNORED, error=str(error))
    except Unanswered as error:
        inbox.postpone_event(event, error=str(error))
    else:
        inbox.close_event(event, state=StripeEvent.State.DONE if is_ours else StripeEvent.State.IGNORED)


def look_at(look: tuple[str, str, Apply], object_id: str) -> bool:
    """Fetch and apply; False for an object that names none of our rows."""
    kind, name, apply = look
    began = clock.real_now()
    shown = stripe_gateway.fetch(kind, object_id)
    public_id = (shown.get("metadata") or {}).get(name)
    if not public_id:
        return False
    apply(public_id, shown, clock.now(), began)
    if kind in CALL_OF:
        outbox.close_by_event(kind=CALL_OF[kind], subject=public_id, object_id=shown["id"])
    return True


def look_again() -> None:
    """Events may be lost: look at everything that should have ended by now. One look at each every ten minutes.

    At transfers, which have ended, once a day for a month: they may have been taken back. The kinds take turns, and
    whatever is wrong with one object stands in no other's way.
    """
    now = clock.real_now()
    before = now - LOOK_EVERY
    accounts = ConnectedAccount.objects.filter(payouts_enabled=False).exclude(account_id="")
    open_charges = Charge.objects.filter(status=Charge.Status.OPEN).exclude(session_id="")
    batches = (
        [("checkout.session.", one) for one in _longest_ago(open_charges, "session_id", before=before)],
        [("refund.", one) for one in _longest_ago(_open_refunds(), "object_id", before=before)],
        [("account.", one) for one in _longest_ago(accounts, "account_id", before=before)],
        [
            ("transfer.", one)
            for one in _longest_ago(_transfers(), "transfer_id", before=now - TRANSFERS_EVERY)
        ],
    )
    for start, object_id in filter(None, chain.from_iterable(zip_longest(*batches))):
        try:
            look_at(LOOKS[start], object_id)
        except (Refused, Unanswered, effects.Mismatch) as error:
            log.warning("looking again at %s: %s", object_id, error)
        except Exception:
            log.exception("looking again at %s", object_id)


def _open_refunds() -> QuerySet[Refund]:
    made = StripeCall.objects.filter(
        kind=StripeCall.Kind.REFUND, state=StripeCall.State.DONE, subject=OuterRef("public_id")
    )
    sent = Refund.objects.filter(status=MovementStatus.SENDING)
    return sent.annotate(object_id=Subquery(made.values("object_id")[:1])).exclude(object_id=None)


def _transfers() -> QuerySet[Payout]:
    """Of the last month, and not taken back whole."""
    recent = StripeCall.objects.filter(
        kind=StripeCall.Kind.TRANSFER,
        state=StripeCall.State.DONE,
        finished_at__gt=clock.real_now() - TRANSFERS_FOR,
    )
    sent = Payout.objects.filter(public_id__in=recent.values("subject"), returned_cents__lt=F("amount_cents"))
    return sent.exclude(transfer_id="")


def _longest_ago(rows: QuerySet[Any], name: str, *, before: datetime) -> list[str]:
    """Stripe's names of the rows that nobody has looked at since `before`, those looked at longest ago first.

    They count as looked at whatever comes of it: none is looked at again before the others had their turn.
    """
    waiting = rows.filter(Q(looked_at=None) | Q(looked_at__lt=before))
    by_look = waiting.order_by(F("looked_at").asc(nulls_first=True), "pk")
    found = dict(by_look.values_list("pk", name)[:AT_ONCE])
    rows.model._default_manager.filter(pk__in=found).update(looked_at=clock.real_now())
    return list(found.values())
