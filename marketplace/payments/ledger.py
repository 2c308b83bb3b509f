"""The only writer of the ledger, and the sums it is read by.

An entry is posted under a key that names its effect: posted again it is the same entry, so that every step above can
be repeated. That lines sum to zero and that nothing is ever changed is held by the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from marketplace.common.clock import real_now
from marketplace.common.errors import Conflict, InvalidInput
from marketplace.common.money import MAX_CENTS
from marketplace.orders.models import Order
from marketplace.payments.models import Account, Entry, Invoice, Line


class KeyReused(Conflict):
    """The effect was booked before, with another content."""

    code = "payments:ledger-key-reused"


class Unbalanced(InvalidInput):
    """The lines do not sum to zero, or an amount is beyond all sense."""

    code = "payments:unbalanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """So many cents to (positive) or from (negative) the account of this kind, and of this enterprise if it has one."""

    kind: str
    amount_cents: int
    enterprise_id: int | None = None
    invoice: Invoice | None = None


@transaction.atomic
def post(*, order: Order, key: str, kind: str, at: datetime, lines: Sequence[Move], memo: str = "") -> Entry:
    """Book an effect in the order's currency; moves of nothing are left out. The caller holds the order's lock.

    The same key again returns the entry that is there. Raises `KeyReused` if that has another content and
    `Unbalanced` where the lines do not sum to zero.
    """
    moves = [move for move in lines if move.amount_cents]
    _require_balance(moves)
    found = Entry.objects.filter(key=key).first()
    if found is not None:
        _require_same(found, order=order, kind=kind, moves=moves)
        return found
    entry = Entry.objects.create(
        order=order, key=key, kind=kind, at=at, recorded_at=real_now(), memo=memo, num_lines=len(moves)
    )
    accounts = _accounts(moves, currency=order.currency)
    Line.objects.bulk_create(
        Line(
            entry=entry,
            account=accounts[move.kind, move.enterprise_id],
            amount_cents=move.amount_cents,
            currency=order.currency,
            invoice=move.invoice,
        )
        for move in moves
    )
    return entry


def balances(order: Order) -> dict[tuple[str, int | None], int]:
    """Cents by kind of account and key of its enterprise (None for the platform's own), of this order."""
    sums = (
        Line.objects.filter(entry__order=order)
        .order_by()
        .values_list("account__kind", "account__enterprise_id")
        .annotate(cents=Sum("amount_cents"))
    )
    return {(kind, enterprise_id): cents for kind, enterprise_id, cents in sums}


def balance(order: Order, kind: str, *, enterprise_id: int | None = None) -> int:
    """Cents of the order in one account."""
    return balances(order).get((kind, enterprise_id), 0)


def open_cents(invoice: Invoice) -> int:
    """What is still to be paid of an invoice."""
    return Line.objects.filter(invoice=invoice).aggregate(cents=Sum("amount_cents"))["cents"] or 0


def balance_of_all(order: Order, kind: str) -> int:
    """Cents of the order in all accounts of a kind, whoever's they are."""
    return sum(cents for (of, _pk), cents in balances(order).items() if of == kind)


def balance_by(order: Order, kind: str, entry_kind: str) -> int:
    """Cents of the order in all accounts of a kind, by entries of one kind."""
    lines = Line.objects.filter(entry__order=order, entry__kind=entry_kind, account__kind=kind)
    return lines.aggregate(cents=Sum("amount_cents"))["cents"] or 0


def booked_to(order: Order, kind: str, *, before: Entry | None = None) -> dict[int | None, int]:
    """All that accounts of this kind were credited with by accepted pieces and changes of the deal.

    In cents by enterprise, as positive sums; by what was booked `before` an entry, or ever.
    """
    lines = Line.objects.filter(entry__order=order, entry__kind__in=Entry.EARNING, account__kind=kind)
    if before is not None:
        lines = lines.filter(entry_id__lt=before.pk)
    sums = lines.order_by().values_list("account__enterprise_id").annotate(cents=Sum("amount_cents"))
    return {enterprise_id: -cents for enterprise_id, cents in sums}


def _require_balance(moves: Sequence[Move]) -> None:
    if len(moves) < 2 or sum(move.amount_cents for move in moves) != 0:
        raise Unbalanced(_("The lines of an entry must sum to zero."), field="lines")
    if any(abs(move.amount_cents) > MAX_CENTS for move in moves):
        raise Unbalanced(_("This amount is too large."), field="lines")


def _require_same(entry: Entry, *, order: Order, kind: str, moves: Sequence[Move]) -> None:
    there = sorted(
        (line.account.kind, line.account.enterprise_id or 0, line.amount_cents, line.invoice_id or 0)
        for line in entry.lines.select_related("account")
    )
    wanted = sorted(
        (move.kind, move.enterprise_id or 0, move.amount_cents, move.invoice.pk if move.invoice else 0)
        for move in moves
    )
    if entry.order_id != order.pk or entry.kind != kind or there != wanted:
        raise KeyReused(_("This was booked before, with other amounts."), key=entry.key)


def _accounts(moves: Iterable[Move], *, currency: str) -> dict[tuple[str, int | None], Account]:
    """The accounts of these moves, opened where they are not there yet."""
    wanted = sorted({(move.kind, move.enterprise_id) for move in moves}, key=str)
    Account.objects.bulk_create(
        [Account(kind=kind, enterprise_id=pk, currency=currency) for kind, pk in wanted],
        ignore_conflicts=True,
    )
    found = Account.objects.filter(currency=currency, kind__in={kind for kind, _pk in wanted})
    return {(account.kind, account.enterprise_id): account for account in found}
