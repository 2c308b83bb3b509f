"""Pieces are accepted at a drop: money is earned by them."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from marketplace.common.checks import require_whole
from marketplace.common.clock import real_now
from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.orders.models import MAX_QUANTITY, Order
from marketplace.payments.errors import AcceptanceReused, NotAgreed
from marketplace.payments.ledger import Move, booked_to, post
from marketplace.payments.models import Acceptance, Account, Entry
from marketplace.payments.services.terms import agreed_deal, terms_of
from marketplace.payments.shares import share_cents
from marketplace.payments.worth import Worth, worth_of

BILL_TASK = "payments.bill"
OWN = (Account.Kind.TRANSPORT, Account.Kind.FEE)
Party = int | None  # key of an enterprise; None is the platform


@transaction.atomic
def accept_delivery(*, order_id: int, key: str, accepted_total: int, now: datetime) -> int:
    """`accepted_total` pieces of the order are accepted since its beginning; returns what was earned by it, in cents.

    `order_id` is the order's database key, `key` the caller's name of this news. Calls may be repeated and come in
    any order: only what is more than ever before counts. Pieces beyond the ordered quantity earn nothing. Raises
    `InvalidInput` for a number beyond all sense, `AcceptanceReused` for the same key with another number and
    `NotAgreed` for an order without an agreed deal.
    """
    require_whole(accepted_total, field="accepted_total", least=0, most=MAX_QUANTITY)
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    if _is_known(order, key=key, accepted_total=accepted_total):
        return 0
    deal = agreed_deal(order)
    if deal is None:
        raise NotAgreed(_("This order has no agreed deal; nothing of it can be accepted."))
    before = accepted_pieces(order)
    Acceptance.objects.create(
        order=order, key=key, accepted_total=accepted_total, at=now, recorded_at=real_now()
    )
    pieces = min(accepted_total, order.quantity)
    if pieces <= min(before, order.quantity):
        return 0
    earned = _earn(order, worth=worth_of(deal, terms=terms_of(deal)), pieces=pieces, now=now)
    push_after_commit(f"order:{order.public_id}")
    if pieces >= order.quantity:
        start_after_commit(BILL_TASK, order.public_id)
    return earned


def accepted_pieces(order: Order) -> int:
    """The most that was ever said to be accepted."""
    return order.acceptances.aggregate(most=Max("accepted_total"))["most"] or 0


def _is_known(order: Order, *, key: str, accepted_total: int) -> bool:
    said = Acceptance.objects.filter(order=order, key=key).first()
    if said is not None and said.accepted_total != accepted_total:
        raise AcceptanceReused(
            _("This acceptance was told before, with another number of pieces."),
            before=said.accepted_total,
            now=accepted_total,
        )
    return said is not None


def _earn(order: Order, *, worth: Worth, pieces: int, now: datetime) -> int:
    """Bring every party to its share of `pieces`. What a changed deal gave or took is put right with it."""
    targets: dict[Party, int] = {
        pk: share_cents(cents, pieces=pieces, of=order.quantity) for pk, cents in worth.pay_cents.items()
    }
    moves = [
        Move(kind=Account.Kind.EARNED, enterprise_id=pk, amount_cents=-cents)
        for pk, cents in _differences(targets, booked_to(order, Account.Kind.EARNED)).items()
    ]
    for kind, whole in zip(OWN, (worth.transport_cents, worth.fee_cents), strict=True):
        target: dict[Party, int] = {None: share_cents(whole, pieces=pieces, of=order.quantity)}
        moves += [
            Move(kind=kind, amount_cents=-cents)
            for cents in _differences(target, booked_to(order, kind)).values()
        ]
    total = -sum(move.amount_cents for move in moves)
    moves.append(Move(kind=Account.Kind.UNBILLED, enterprise_id=order.buyer_id, amount_cents=total))
    if not any(move.amount_cents for move in moves):
        return 0  # so few pieces of so little money that no cent is full yet
    post(
        order=order,
        key=f"accepted:{order.public_id}:{pieces}",
        kind=Entry.Kind.ACCEPTED,
        at=now,
        lines=moves,
        memo=f"{pieces} of {order.quantity}",
    )
    return total


def _differences(targets: Mapping[Party, int], booked: Mapping[Party, int]) -> dict[Party, int]:
    """What is missing to each target; a party that is no target any more goes back to nothing."""
    return {party: targets.get(party, 0) - booked.get(party, 0) for party in {*targets, *booked}}
