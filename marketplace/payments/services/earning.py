"""The books follow what is accepted and what is agreed: each party is brought to what stands earned by now."""

from datetime import datetime

from django.db.models import Max, Sum

from marketplace.orders.models import Order
from marketplace.payments.earnings import Earnings, earnings_at
from marketplace.payments.ledger import Move, booked_to, post
from marketplace.payments.models import Account, Entry, Line
from marketplace.payments.services.terms import terms_of
from marketplace.payments.worth import worth_of
from marketplace.trading.models import Deal, Package


def book_acceptance(order: Order, *, deal: Deal, pieces: int, now: datetime) -> int:
    """`pieces` are accepted, more than ever before; returns what the buyer owes by it, in cents without tax."""
    key = f"accepted:{order.public_id}:{pieces}"
    return _bring_up(order, deal=deal, pieces=pieces, kind=Entry.Kind.ACCEPTED, key=key, now=now)


def book_change(order: Order, *, deal: Deal, now: datetime) -> int:
    """The deal is another than the books follow. Doing it again does nothing. The caller holds the order's lock."""
    pieces = min(accepted_pieces(order), order.quantity)
    if pieces == 0:
        return 0
    before = Entry.objects.filter(order=order, kind=Entry.Kind.CHANGED).count()
    key = f"changed:{order.public_id}:{before + 1}"
    return _bring_up(order, deal=deal, pieces=pieces, kind=Entry.Kind.CHANGED, key=key, now=now)


def accepted_pieces(order: Order) -> int:
    """The most that was ever said to be accepted."""
    return order.acceptances.aggregate(most=Max("accepted_total"))["most"] or 0


def released_cents(order: Order) -> dict[int, int]:
    """All that was ever given free for pay-out, by key of the factory."""
    sums = (
        Line.objects.filter(
            entry__order=order, entry__kind=Entry.Kind.RELEASED, account__kind=Account.Kind.EARNED
        )
        .order_by()
        .values_list("account__enterprise_id")
        .annotate(cents=Sum("amount_cents"))
    )
    return dict(sums)


def standing(order: Order, *, deal: Deal, pieces: int) -> Earnings:
    """What stands earned at `pieces`, by the deal as it is agreed now."""
    return earnings_at(
        worth_of(deal, terms=terms_of(deal)).price,
        pieces=pieces,
        of=order.quantity,
        released=released_cents(order),
    )


def is_settled(deal: Deal) -> bool:
    """Every factory has answered: no offer of a change is still open."""
    return (
        deal.status == Deal.Status.AGREED and not deal.packages.filter(status=Package.Status.OFFERED).exists()
    )


def _bring_up(order: Order, *, deal: Deal, pieces: int, kind: str, key: str, now: datetime) -> int:
    """Book the difference between what stands earned and what is booked; nothing where there is none."""
    wanted = standing(order, deal=deal, pieces=pieces)
    booked = booked_to(order, Account.Kind.EARNED)
    moves = [
        Move(
            kind=Account.Kind.EARNED,
            enterprise_id=pk,
            amount_cents=booked.get(pk, 0) - wanted.factories.get(pk or 0, 0),
        )
        for pk in sorted({*booked, *wanted.factories}, key=str)
    ]
    for account, cents in (
        (Account.Kind.TRANSPORT, wanted.transport_cents),
        (Account.Kind.FEE, wanted.fee_cents),
        (Account.Kind.ALLOWANCE, -wanted.borne_cents),
    ):
        moves.append(Move(kind=account, amount_cents=booked_to(order, account).get(None, 0) - cents))
    total = -sum(move.amount_cents for move in moves)
    moves.append(Move(kind=Account.Kind.UNBILLED, enterprise_id=order.buyer_id, amount_cents=total))
    if any(move.amount_cents for move in moves):  # so few pieces of so little money that no cent is full yet
        memo = f"{pieces} of {order.quantity}"
        post(order=order, key=key, kind=kind, at=now, lines=moves, memo=memo)
    return total
