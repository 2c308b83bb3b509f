"""What can never be true of money. `manage.py verify` asks; each is shown red in tests/payments/test_oracles.py."""

from collections.abc import Callable, Iterator

from django.db.models import Count, F, Max, Min, Q, Sum

from marketplace.orders.models import Order
from marketplace.payments.ledger import booked_to
from marketplace.payments.models import (
    Account,
    BankLine,
    Charge,
    Entry,
    Invoice,
    InvoiceSeries,
    Line,
    Payout,
    Refund,
    StripeCall,
)
from marketplace.payments.models.movement import Method, MovementStatus
from marketplace.payments.services.accept import accepted_pieces
from marketplace.payments.services.receiving import status_of
from marketplace.payments.services.terms import terms_of
from marketplace.payments.shares import share_cents
from marketplace.payments.worth import worth_of
from marketplace.trading.models import Deal

CASH = (Account.Kind.BANK, Account.Kind.STRIPE)


def open_faults() -> list[str]:
    """One line for each fault of the ledger, the invoices and what moved outside."""
    return [fault for oracle in ORACLES for fault in oracle()]


def entries_sum_to_zero() -> Iterator[str]:
    """For each entry and currency, and with as many lines as it was posted with."""
    sums = (
        Line.objects.order_by()
        .values("entry__public_id", "currency")
        .annotate(cents=Sum("amount_cents"))
        .exclude(cents=0)
    )
    for row in sums:
        yield f"entry {row['entry__public_id']} is off by {row['cents']} {row['currency']} cents"
    counted = Entry.objects.annotate(there=Count("lines")).exclude(there=F("num_lines"))
    for entry in counted:
        yield f"entry {entry.public_id} has {entry.there} lines and was posted with {entry.num_lines}"


def cash_is_what_moved() -> Iterator[str]:
    """captured = released + refunded + held + fees, for each order: what rows say moved is what the ledger holds.

    Captured are bank lines in and charges received; released are pay-outs paid, refunded are refunds paid. What the
    ledger still has in the bank and at Stripe must be the rest; it is held for others or our fee.
    """
    held = dict(
        Line.objects.filter(account__kind__in=CASH)
        .order_by()
        .values_list("entry__order_id")
        .annotate(cents=Sum("amount_cents"))
    )
    captured = _sums(BankLine.objects.filter(amount_cents__gt=0), "amount_cents")
    by_card = _sums(Charge.objects.all(), "received_cents")
    released = _sums(Payout.objects.filter(status=MovementStatus.PAID), "amount_cents")
    refunded = _sums(Refund.objects.filter(status=MovementStatus.PAID), "amount_cents")
    for order_id in sorted({*held, *captured, *by_card, *released, *refunded}):
        came = captured.get(order_id, 0) + by_card.get(order_id, 0)
        rest = came - released.get(order_id, 0) - refunded.get(order_id, 0)
        if rest != held.get(order_id, 0):
            yield (
                f"order {_name(order_id)}: captured {came}, released {released.get(order_id, 0)}, refunded "
                f"{refunded.get(order_id, 0)}, but {held.get(order_id, 0)} cents are held"
            )


def cash_is_never_negative() -> Iterator[str]:
    """Of no order more went out than came in, nor more at Stripe; no buyer's credit or factory's pay is overdrawn.

    What came by card may go out by the bank: Stripe pays what lies there to our account, which no order sees.
    """
    lines = Line.objects.order_by()
    for what, kinds, sign in (
        ("cash", CASH, 1),
        ("stripe", (Account.Kind.STRIPE,), 1),
        ("credit", (Account.Kind.CREDIT,), -1),
        ("payable", (Account.Kind.PAYABLE,), -1),
    ):
        by = ["entry__order_id"] if sign > 0 else ["entry__order_id", "account__enterprise_id"]
        sums = lines.filter(account__kind__in=kinds).values(*by).annotate(cents=Sum("amount_cents"))
        for row in sums:
            if sign * row["cents"] < 0:
                yield f"order {_name(row['entry__order_id'])}: {what} is overdrawn by {abs(row['cents'])} cents"


def earned_is_what_was_accepted() -> Iterator[str]:
    """Each factory has earned its cumulative share of the accepted pieces, to the cent."""
    deals = Deal.objects.filter(status=Deal.Status.AGREED, order__acceptances__isnull=False).distinct()
    for deal in deals.select_related("order__buyer"):
        pay = worth_of(deal, terms=terms_of(deal)).pay_cents
        order = deal.order
        pieces = min(accepted_pieces(order), order.quantity)
        if pieces < order.quantity:
            continue  # a deal that changed since is put right by the next pieces
        earned = booked_to(order, Account.Kind.EARNED)
        for pk in sorted({*pay, *earned}, key=str):
            wanted = share_cents(pay.get(pk or 0, 0), pieces=pieces, of=order.quantity)
            if earned.get(pk, 0) != wanted:
                yield f"order {order.public_id}: a factory earned {earned.get(pk, 0)} and its share is {wanted} cents"


def invoice_numbers_have_no_gap() -> Iterator[str]:
    """From 1 to the series' last, none twice (that is a constraint)."""
    series = {one.year: one.last for one in InvoiceSeries.objects.all()}
    rows = (
        Invoice.objects.order_by()
        .values("year")
        .annotate(first=Min("sequence"), last=Max("sequence"), count=Count("pk"))
    )
    for row in rows:
        is_whole = row["first"] == 1 and row["last"] == row["count"] == series.get(row["year"])
        if not is_whole:
            yield (
                f"invoices of {row['year']}: {row['count']} numbers from {row['first']} to {row['last']}, "
                f"the series is at {series.get(row['year'])}"
            )


def invoices_stand_as_the_ledger_says() -> Iterator[str]:
    """Each invoice is booked with its total, and its status follows from what is open."""
    for invoice in Invoice.objects.filter(credits=None).annotate(
        booked=Sum("lines__amount_cents", filter=Q(lines__entry__kind=Entry.Kind.INVOICED))
    ):
        if invoice.booked != invoice.total_cents:
            yield f"invoice {invoice.number} is booked with {invoice.booked} of {invoice.total_cents} cents"
        elif (status := status_of(invoice)) != invoice.status:
            yield f"invoice {invoice.number} is {invoice.status} and the ledger says {status}"


def each_effect_has_one_object() -> Iterator[str]:
    """Of each effect at most one call was answered, no object answered two calls, and what is paid names its object."""
    done = StripeCall.objects.filter(state=StripeCall.State.DONE)
    effects = done.exclude(kind=StripeCall.Kind.ACCOUNT_LINK).order_by()
    made = effects.values_list("kind", "subject").annotate(count=Count("pk")).filter(count__gt=1)
    for kind, subject, count in made:
        yield f"{kind} for {subject} was made {count} times"
    answers = effects.values_list("object_id").annotate(count=Count("pk")).filter(count__gt=1)
    for object_id, count in answers:
        yield f"object {object_id} of Stripe answered {count} calls"
    for payout in Payout.objects.filter(status=MovementStatus.PAID, method=Method.STRIPE, transfer_id=""):
        yield f"pay-out {payout.public_id} is paid by Stripe and names no transfer"
    for payout in Payout.objects.filter(
        status=MovementStatus.PAID, method=Method.TRANSFER, bank_line__isnull=True
    ):
        yield f"pay-out {payout.public_id} is paid and no bank line says so"


def _sums(rows: object, field: str) -> dict[int, int]:
    return dict(rows.order_by().values_list("order_id").annotate(cents=Sum(field)))  # type: ignore[attr-defined]


def _name(order_id: int) -> str:
    return Order.objects.values_list("public_id", flat=True).get(pk=order_id)


ORACLES: tuple[Callable[[], Iterator[str]], ...] = (
    entries_sum_to_zero,
    cash_is_what_moved,
    cash_is_never_negative,
    earned_is_what_was_accepted,
    invoice_numbers_have_no_gap,
    invoices_stand_as_the_ledger_says,
    each_effect_has_one_object,
)
