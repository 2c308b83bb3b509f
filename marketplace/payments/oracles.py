"""What can never be true of money. `manage.py verify` asks; each is shown red in tests/payments/test_oracles.py."""

from collections.abc import Callable, Iterator

from django.db.models import Count, F, Max, Min, Q, Sum

from marketplace.orders.models import Order
from marketplace.payments.ledger import balance, booked_to
from marketplace.payments.models import (
    Account,
    BankLine,
    Charge,
    ContractsFollow,
    Entry,
    Invoice,
    InvoiceSeries,
    Line,
    Payout,
    Refund,
    StripeCall,
)
from marketplace.payments.models.movement import Method, MovementStatus
from marketplace.payments.release_oracle import pay_is_released_with_cover
from marketplace.payments.services.crediting import most_of
from marketplace.payments.services.earning import accepted_pieces, standing
from marketplace.payments.services.following import deals_behind, may_follow
from marketplace.payments.services.numbering import billed
from marketplace.payments.services.receiving import status_of
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

    Captured are bank lines in and charges received; released are pay-outs that left, less what Stripe took back;
    refunded are refunds paid. What the ledger still has in the bank and at Stripe must be the rest; it is held for
    others or our fee.
    """
    held = dict(
        Line.objects.filter(account__kind__in=CASH)
        .order_by()
        .values_list("entry__order_id")
        .annotate(cents=Sum("amount_cents"))
    )
    captured = _sums(BankLine.objects.filter(amount_cents__gt=0), "amount_cents")
    by_card = _sums(Charge.objects.all(), "received_cents")
    released = _paid_out()
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

    Nor was more released to a factory than it has earned, nor more put in than the platform bears.

    What came by card may go out by the bank: Stripe pays what lies there to our account, which no order sees.
    """
    lines = Line.objects.order_by()
    for what, kinds, sign in (
        ("cash", CASH, 1),
        ("stripe", (Account.Kind.STRIPE,), 1),
        ("credit", (Account.Kind.CREDIT,), -1),
        ("earned", (Account.Kind.EARNED,), -1),
        ("payable", (Account.Kind.PAYABLE,), -1),
        ("allowance", (Account.Kind.ALLOWANCE,), 1),
    ):
        by = ["entry__order_id"] if sign > 0 else ["entry__order_id", "account__enterprise_id"]
        sums = lines.filter(account__kind__in=kinds).values(*by).annotate(cents=Sum("amount_cents"))
        for row in sums:
            if sign * row["cents"] < 0:
                yield f"order {_name(row['entry__order_id'])}: {what} is overdrawn by {abs(row['cents'])} cents"


def earned_is_what_was_accepted() -> Iterator[str]:
    """Each factory has earned its cumulative share of the accepted pieces, and no less than what was released to it.

    What it keeps beyond its share is borne by the platform, and by nobody else: the buyer owes the shares. While a
    change waits for answers they are the shares of the deal as it was agreed before.
    """
    for deal in _followed(order__acceptances__isnull=False):
        order = deal.order
        wanted = standing(order, deal=deal, pieces=min(accepted_pieces(order), order.quantity))
        earned = booked_to(order, Account.Kind.EARNED)
        for pk in sorted({*wanted.factories, *earned}, key=str):
            share = wanted.factories.get(pk or 0, 0)
            if earned.get(pk, 0) != share:
                yield f"order {order.public_id}: a factory earned {earned.get(pk, 0)} and its share is {share} cents"
        borne = -sum(booked_to(order, Account.Kind.ALLOWANCE).values())
        if borne != wanted.borne_cents:
            yield (
                f"order {order.public_id}: factories keep {wanted.borne_cents} cents beyond their shares and the "
                f"platform bears {borne}"
            )
        unbilled = balance(order, Account.Kind.UNBILLED, enterprise_id=order.buyer_id)
        owed = billed(order).untaxed_cents + unbilled
        if owed != wanted.billable_cents:
            yield f"order {order.public_id}: its buyer owes {wanted.billable_cents} and {owed} cents are booked, untaxed"


def done_orders_have_followed_their_changes() -> Iterator[str]:
    """Of an order that is done nothing is changed any more: its books stand where its deal was last agreed."""
    for deal in deals_behind().filter(order__status=Order.Status.DONE).select_related("order"):
        yield f"order {deal.order.public_id} is done and money has not followed the change that was agreed"


def nothing_is_invoiced_beyond_an_order() -> Iterator[str]:
    """What is invoiced and not credited again is at most what the order can come to."""
    for deal in _followed(order__invoices__isnull=False):
        before, most = billed(deal.order), most_of(deal.order, deal=deal)
        over = before.untaxed_cents - most.untaxed_cents
        if over > 0:
            yield f"order {deal.order.public_id}: {over} cents are invoiced beyond what it comes to"


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


def credit_notes_are_booked_and_within_their_invoices() -> Iterator[str]:
    """Each is booked with its total, and those of an invoice take off no more than was invoiced."""
    for note in Invoice.objects.exclude(credits=None):
        sides = Line.objects.filter(
            entry__key=f"credited:{note.public_id}",
            account__kind__in=(Account.Kind.RECEIVABLE, Account.Kind.CREDIT),
        )
        booked = -(sides.aggregate(cents=Sum("amount_cents"))["cents"] or 0)
        if booked != note.total_cents:
            yield f"credit note {note.number} is booked with {booked} of {note.total_cents} cents"
    sums = Invoice.objects.filter(credits=None).annotate(off=Sum("credit_notes__total_cents"))
    for invoice in sums.filter(off__gt=F("total_cents")):
        yield f"invoice {invoice.number} over {invoice.total_cents} is credited with {invoice.off} cents"


def payable_is_what_waits() -> Iterator[str]:
    """A factory is owed, in the ledger, exactly the pay-outs that were not paid yet."""
    owed: dict[tuple[int, int | None], int] = {}
    for order_id, pk, cents in (
        Line.objects.filter(account__kind=Account.Kind.PAYABLE)
        .order_by()
        .values_list("entry__order_id", "account__enterprise_id")
        .annotate(cents=Sum("amount_cents"))
    ):
        owed[order_id, pk] = -cents
    waiting: dict[tuple[int, int | None], int] = {}
    for order_id, pk, cents in (
        Payout.objects.exclude(status=MovementStatus.PAID)
        .order_by()
        .values_list("order_id", "enterprise_id")
        .annotate(cents=Sum("amount_cents"))
    ):
        waiting[order_id, pk] = cents
    for key in sorted({*owed, *waiting}, key=str):
        if owed.get(key, 0) != waiting.get(key, 0):
            yield (
                f"order {_name(key[0])}: a factory is owed {owed.get(key, 0)} cents and pay-outs over "
                f"{waiting.get(key, 0)} wait"
            )


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


def _followed(**of: object) -> Iterator[Deal]:
    """Agreed deals of which it is known by which price the books stand."""
    deals = Deal.objects.filter(status=Deal.Status.AGREED, **of).distinct()
    for deal in deals.select_related("order__buyer"):
        row = ContractsFollow.objects.filter(deal=deal).first()
        is_known = row is not None and row.price is not None
        if is_known or (may_follow(deal) and (row is None or row.plan_run_id == deal.plan_run_id)):
            yield deal


def _paid_out() -> dict[int, int]:
    """Cents by order: what Stripe moved and kept moved, and what left the bank."""
    moved: dict[int, int] = {}
    by_stripe = Payout.objects.exclude(transfer_id="").annotate(left=F("amount_cents") - F("returned_cents"))
    for sums in (
        _sums(by_stripe, "left"),
        {
            order_id: -cents
            for order_id, cents in _sums(
                BankLine.objects.filter(payout__isnull=False), "amount_cents"
            ).items()
        },
    ):
        for order_id, cents in sums.items():
            moved[order_id] = moved.get(order_id, 0) + cents
    return moved


def _sums(rows: object, field: str) -> dict[int, int]:
    return dict(rows.order_by().values_list("order_id").annotate(cents=Sum(field)))  # type: ignore[attr-defined]


def _name(order_id: int) -> str:
    return Order.objects.values_list("public_id", flat=True).get(pk=order_id)


ORACLES: tuple[Callable[[], Iterator[str]], ...] = (
    entries_sum_to_zero,
    cash_is_what_moved,
    cash_is_never_negative,
    earned_is_what_was_accepted,
    pay_is_released_with_cover,
    done_orders_have_followed_their_changes,
    invoice_numbers_have_no_gap,
    invoices_stand_as_the_ledger_says,
    nothing_is_invoiced_beyond_an_order,
    credit_notes_are_booked_and_within_their_invoices,
    payable_is_what_waits,
    each_effect_has_one_object,
)
