"""The books follow what is accepted and what is agreed: each party is brought to what stands earned by now."""

from datetime import datetime

from django.db.models import Max, Sum

from marketplace.orders.models import Order
from marketplace.payments.earnings import Earnings, earnings_at
from marketplace.payments.ledger import Move, booked_to, post
from marketplace.payments.models import Account, Entry, Line
from marketplace.payments.services.following import booked_price
from marketplace.trading.models import Deal


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
    return _sums(order, entry__kind=Entry.Kind.RELEASED, account__kind=Account.Kind.EARNED)


def covered_by(order: Order) -> dict[int, int]:
    """All that was ever put in for what a factory kept beyond its share, by its key."""
    sums = _sums(
        order,
        entry__kind=Entry.Kind.COVERED,
        account__kind=Account.Kind.ALLOWANCE,
        account__enterprise__isnull=False,
    )
    return {key: -cents for key, cents in sums.items()}


def put_in_cents(order: Order) -> int:
    """All that was ever put in for what factories kept; earlier, covering named no factory and no difference."""
    of_nobody = Line.objects.filter(
        entry__order=order,
        entry__kind__in=[Entry.Kind.COVERED, Entry.Kind.CREDITED],
        account__kind=Account.Kind.ALLOWANCE,
        account__enterprise=None,
    ).aggregate(cents=Sum("amount_cents"))["cents"]
    return sum(covered_by(order).values()) + max(0, -(of_nobody or 0))


def standing(order: Order, *, deal: Deal, pieces: int) -> Earnings:
    """What stands earned at `pieces`, by the deal as the books follow it."""
    return earnings_at(
        booked_price(deal),
        pieces=pieces,
        of=order.quantity,
        released=released_cents(order),
        covered=covered_by(order),
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
    borne = booked_to(order, Account.Kind.ALLOWANCE)
    moves += [
        Move(
            kind=Account.Kind.ALLOWANCE,
            enterprise_id=pk,
            amount_cents=borne.get(pk, 0) + wanted.borne.get(pk or 0, 0),
        )
        for pk in sorted({*borne, *wanted.borne}, key=str)
    ]
    for account, cents in (
        (Account.Kind.TRANSPORT, wanted.transport_cents),
        (Account.Kind.FEE, wanted.fee_cents),
    ):
        moves.append(Move(kind=account, amount_cents=booked_to(order, account).get(None, 0) - cents))
    total = -sum(move.amount_cents for move in moves)
    moves.append(Move(kind=Account.Kind.UNBILLED, enterprise_id=order.buyer_id, amount_cents=total))
    if any(move.amount_cents for move in moves):  # so few pieces of so little money that no cent is full yet
        memo = f"{pieces} of {order.quantity}"
        post(order=order, key=key, kind=kind, at=now, lines=moves, memo=memo)
    return total


def _sums(order: Order, **lines: object) -> dict[int, int]:
    """Cents by key of the enterprise whose account it is."""
    found = Line.objects.filter(entry__order=order, **lines).order_by()
    return dict(found.values_list("account__enterprise_id").annotate(cents=Sum("amount_cents")))
