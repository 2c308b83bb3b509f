"""What befalls an order's money, one word each: accepted, invoiced, paid, paid out, covered."""

from datetime import timedelta

from marketplace.payments import services
from marketplace.payments.ledger import balances, open_cents
from marketplace.payments.models import Account, BankLine, Invoice, Payout
from tests.builders import NOW
from tests.payments.agreed import Agreed

MONTH = NOW + timedelta(days=30)


def accept(agreed: Agreed, total: int) -> None:
    services.accept_delivery(order_id=agreed.order.pk, key=f"box-{total}", accepted_total=total, now=NOW)


def bill(agreed: Agreed, *, now=MONTH) -> Invoice | None:
    return services.issue_invoice(order_public_id=agreed.order.public_id, now=now)


def a_line(bank_id: str, cents: int, currency: str = "CNY") -> services.BankDraft:
    return services.BankDraft(bank_id=bank_id, amount_cents=cents, currency=currency, booked_on=NOW.date())


def pay(cashier, invoice: Invoice) -> None:
    services.confirm_transfer(
        by=cashier,
        reference=invoice.reference,
        draft=a_line(f"IN{invoice.pk}", open_cents(invoice)),
        now=MONTH,
    )


def pay_out(cashier, payout: Payout) -> None:
    draft = a_line(f"OUT{payout.pk}", payout.amount_cents)
    services.confirm_payout(by=cashier, payout_public_id=payout.public_id, draft=draft, now=MONTH)


def cover(cashier, agreed: Agreed, cents: int, *, bank_id: str = "C1") -> None:
    services.cover_difference(
        by=cashier, order_public_id=agreed.order.public_id, draft=a_line(bank_id, cents), now=MONTH
    )
    assert BankLine.objects.filter(covers=True).exists()


def in_all(agreed: Agreed, kind: str) -> int:
    """Cents of the order in all accounts of a kind, whoever's they are."""
    return sum(cents for (of, _pk), cents in balances(agreed.order).items() if of == kind)


def borne(agreed: Agreed) -> int:
    return in_all(agreed, Account.Kind.ALLOWANCE)


def released(agreed: Agreed, factory) -> list[int]:
    """The amounts of its pay-outs, oldest first."""
    own = Payout.objects.filter(order=agreed.order, enterprise_id=factory.enterprise_id)
    return [one.amount_cents for one in own.order_by("pk")]
