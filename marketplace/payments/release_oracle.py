"""What can never be true of pay that was released: that neither the buyer nor anybody else had put in the money for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from marketplace.payments.models import Account, Entry, Line

OWED = (Account.Kind.UNBILLED, Account.Kind.RECEIVABLE)


def pay_is_released_with_cover() -> Iterator[str]:
    """When pay was released, the buyer had paid for as much of it, or the rest was put in. The ledger is read again from
    its beginning, entry by entry, since what an order comes to may have fallen later.
    """
    orders = Line.objects.filter(entry__kind=Entry.Kind.RELEASED).order_by().values("entry__order_id")
    lines = (
        Line.objects.filter(entry__order__in=orders)
        .select_related("entry__order", "account")
        .order_by("entry__order_id", "entry_id", "id")
    )
    for _order_id, of_order in groupby(lines, key=lambda line: line.entry.order_id):
        yield from _replayed(list(of_order))


@dataclass
class _Books:
    """Cents, as far as the ledger was read."""

    pay: int = 0  # of all factories that the buyer owes: earned, but for what the platform bears
    put_in: int = 0
    released: int = 0
    owed: int = 0  # by the buyer: invoiced or not
    pay_at: dict[str, int] = field(default_factory=dict)  # by key of the entry of an invoice

    def read(self, entry: Entry, lines: list[Line]) -> None:
        if entry.kind == Entry.Kind.INVOICED:
            self.pay_at[entry.key] = self.pay
        for line in lines:
            kind, cents = line.account.kind, line.amount_cents
            if kind in OWED:
                self.owed += cents
            elif kind == Account.Kind.EARNED and entry.kind == Entry.Kind.RELEASED:
                self.released += cents
            elif kind in (Account.Kind.EARNED, Account.Kind.ALLOWANCE) and entry.kind in Entry.EARNING:
                self.pay -= cents
            elif kind == Account.Kind.ALLOWANCE and entry.kind == Entry.Kind.COVERED:
                self.put_in -= cents

    def paid_for(self, entry: Entry) -> int:
        """At most so much may be released by this entry and all before it."""
        invoiced = entry.key.replace("released", "invoiced", 1).split(":")[:2]
        by_then = self.pay if self.owed <= 0 else self.pay_at.get(":".join(invoiced), 0)
        return min(self.pay, by_then) + self.put_in


def _replayed(lines: list[Line]) -> Iterator[str]:
    books = _Books()
    for _pk, found in groupby(lines, key=lambda line: line.entry_id):
        of_entry = list(found)
        entry = of_entry[0].entry
        books.read(entry, of_entry)
        if entry.kind == Entry.Kind.RELEASED and books.released > (paid := books.paid_for(entry)):
            yield (
                f"order {entry.order.public_id}: {books.released} cents of pay were released by {entry.public_id}, "
                f"and {paid} were paid for"
            )
