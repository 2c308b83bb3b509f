"""What an order's own money does not cover: a difference the platform bears until it, or who owes it, has put it in."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person
from marketplace.common.errors import NotFound
from marketplace.orders.models import Order
from marketplace.payments.errors import NotCovered, WrongAmount, WrongCurrency
from marketplace.payments.ledger import Move, balance_of_all, balances, post
from marketplace.payments.models import Account, BankLine, Entry
from marketplace.payments.services.bank_lines import BankDraft, write_bank_line
from marketplace.payments.services.receiving import after_payment
from marketplace.payments.services.settlers import refusals_logged, require_settler


@transaction.atomic
def cover_difference(*, by: Person, order_public_id: str, draft: BankDraft, now: datetime) -> BankLine:
    """A person saw money come in for what the platform bears of an order, from the platform or from who owed it.

    Raises `WrongAmount` for more than is borne, `WrongCurrency`, `AlreadyConfirmed`, `InvalidInput` or `NotFound`.
    """
    with refusals_logged("cover difference", by=by, order=order_public_id, bank_id=draft.bank_id[:64]):
        require_settler(by)
        draft.check(now=now)
        order = Order.objects.select_for_update(no_key=True).filter(public_id=order_public_id).first()
        if order is None:
            raise NotFound(_("There is no such order."))
        _require_borne(order, draft)
        line = write_bank_line(draft, by=by, order=order, sign=1, covers=True, now=now)
        _book(line, now=now)
        after_payment(order, now=now)
        return line


def require_covered(order: Order, *, cents: int, free_cents: int) -> None:
    """Raise `NotCovered` where the order has less than that to give. The order is locked."""
    if cents > free_cents:
        raise NotCovered(
            _("The order's own money does not cover this: put in first what the platform bears of it."),
            field="amount_cents",
            free_cents=max(0, free_cents),
        )


def _require_borne(order: Order, draft: BankDraft) -> None:
    if draft.currency != order.currency:
        raise WrongCurrency(
            _("This order is in %(currency)s.") % {"currency": order.currency}, field="currency"
        )
    borne = balance_of_all(order, Account.Kind.ALLOWANCE)
    if draft.amount_cents > borne:
        raise WrongAmount(
            _("The platform bears less than that of this order."), field="amount_cents", borne_cents=borne
        )


def _book(line: BankLine, *, now: datetime) -> None:
    """For what factories keep beyond their shares first, since others wait for it; then for credited differences."""
    left, parts = line.amount_cents, []
    for (kind, pk), borne in sorted(balances(line.order).items(), key=str):
        if kind == Account.Kind.ALLOWANCE and pk is not None and (cents := min(left, borne)) > 0:
            parts.append(Move(kind=kind, enterprise_id=pk, amount_cents=-cents))
            left -= cents
    post(
        order=line.order,
        key=f"covered:{line.public_id}",
        kind=Entry.Kind.COVERED,
        at=now,
        lines=[
            Move(kind=Account.Kind.BANK, amount_cents=line.amount_cents),
            *parts,
            Move(kind=Account.Kind.ALLOWANCE, amount_cents=-left),
        ],
    )
