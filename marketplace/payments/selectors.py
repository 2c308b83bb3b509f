"""Reading money: a buyer its orders' invoices, a factory what it earned, each its own contracts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.orders.models import Order
from marketplace.payments.models import (
    Account,
    Charge,
    ConnectedAccount,
    Contract,
    Document,
    Entry,
    Invoice,
    Line,
    Payout,
)
from marketplace.payments.models.movement import Method, MovementStatus
from marketplace.payments.owed import Owed, owed_to_buyer
from marketplace.trading.models import Deal, Package, Run

CAME = (Entry.Kind.TRANSFER_IN, Entry.Kind.CARD)
MOVED = (*CAME, Entry.Kind.REFUNDED, Entry.Kind.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvoice:
    """An invoice with what is still to be paid of it, in cents."""

    invoice: Invoice
    open_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money of the buyer that came (positive) or went back."""

    entry: Entry
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMoney:
    """All there is to say to the buyer about one order's money. Cents of the order's currency."""

    order: Order
    invoices: tuple[OpenInvoice, ...]
    movements: tuple[Movement, ...]
    charges: tuple[Charge, ...]
    unbilled_cents: int  # accepted, not invoiced, net; negative where more is invoiced
    owed: Owed  # of what was paid ahead or too much

    @property
    def ahead_cents(self) -> int:
        """Invoiced for pieces that are still to be accepted, net: the price has fallen since."""
        return max(0, -self.unbilled_cents)

    @property
    def open_cents(self) -> int:
        return sum(one.open_cents for one in self.invoices)

    @property
    def next_due_on(self) -> date | None:
        return min((one.invoice.due_on for one in self.invoices if one.open_cents > 0), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """A factory's pay for one deal: agreed, earned by accepted pieces, released, paid out; and when. Cents."""

    deal: Deal
    agreed_cents: int
    earned_cents: int
    due_cents: int
    paid_cents: int
    pay_on: date  # of the money that is due; before, when it is expected

    @property
    def kept_cents(self) -> int:
        """Released beyond what is agreed now: that was before the deal was changed."""
        return max(0, min(self.earned_cents, self.due_cents + self.paid_cents) - self.agreed_cents)

    @property
    def is_due(self) -> bool:
        return self.due_cents > 0

    @property
    def is_paid(self) -> bool:
        return self.paid_cents > 0 and self.paid_cents >= self.agreed_cents


def contracts(viewer: Viewer) -> QuerySet[Contract]:
    """The newest version of each contract of the viewer's enterprise, newest first."""
    newest = (
        Contract.objects.filter(
            deal=OuterRef("deal"), enterprise=OuterRef("enterprise"), role=OuterRef("role")
        )
        .order_by("-version")
        .values("pk")[:1]
    )
    return all_contracts(viewer).filter(pk=Subquery(newest))


def all_contracts(viewer: Viewer) -> QuerySet[Contract]:
    """Every version, newest first. Nothing for a visitor."""
    if viewer.enterprise_id is None:
        return Contract.objects.none()
    return (
        Contract.objects.filter(enterprise_id=viewer.enterprise_id)
        .select_related("deal__order")
        .order_by("-id")
    )


def contract_document(viewer: Viewer, *, public_id: str, language: str) -> Document:
    """The PDF of a contract of the viewer's, of any version."""
    found = Document.objects.filter(contract__in=all_contracts(viewer).filter(public_id=public_id))
    return _in(found, language)


def invoices(viewer: Viewer) -> QuerySet[Invoice]:
    """The viewer's invoices and credit notes, newest first."""
    if viewer.enterprise_id is None:
        return Invoice.objects.none()
    return (
        Invoice.objects.filter(buyer_id=viewer.enterprise_id)
        .select_related("order__buyer", "credits")
        .order_by("-id")
    )


def invoice(viewer: Viewer, *, public_id: str) -> OpenInvoice:
    found = invoices(viewer).filter(public_id=public_id).first()
    if found is None:
        raise no_such_invoice()
    return with_open([found])[0]


def invoice_document(viewer: Viewer, *, public_id: str, language: str) -> Document:
    """The PDF of an invoice of the viewer's."""
    return _in(Document.objects.filter(invoice__in=invoices(viewer).filter(public_id=public_id)), language)


def with_open(found: list[Invoice]) -> list[OpenInvoice]:
    """One query for all of them."""
    sums = dict(
        Line.objects.filter(invoice__in=found)
        .order_by()
        .values_list("invoice_id")
        .annotate(cents=Sum("amount_cents"))
    )
    return [OpenInvoice(invoice=one, open_cents=sums.get(one.pk, 0)) for one in found]


def order_money(viewer: Viewer, *, order_public_id: str) -> OrderMoney:
    """Of an order of the viewer's; seven queries, two more where something is given back.

    Raises `NotFound` for a foreign one as for an unknown one.
    """
    order = (
        Order.objects.filter(public_id=order_public_id, buyer_id=viewer.enterprise_id)
        .select_related("buyer", "product")
        .first()
    )
    if order is None or viewer.enterprise_id is None:
        raise NotFound(_("There is no such order."))
    sums = dict(
        Line.objects.filter(entry__order=order, account__enterprise_id=viewer.enterprise_id)
        .order_by()
        .values_list("account__kind")
        .annotate(cents=Sum("amount_cents"))
    )
    cash = (
        Line.objects.filter(
            entry__order=order,
            entry__kind__in=MOVED,
            account__kind__in=[Account.Kind.BANK, Account.Kind.STRIPE],
        )
        .exclude(entry__lines__account__kind=Account.Kind.PAYABLE)
        .select_related("entry")
        .order_by("-entry_id")
    )
    unbilled = sums.get(Account.Kind.UNBILLED, 0)
    return OrderMoney(
        order=order,
        invoices=tuple(with_open(list(invoices(viewer).filter(order=order)))),
        movements=tuple(Movement(entry=line.entry, cents=line.amount_cents) for line in cash),
        charges=tuple(order.charges.order_by("-id")),
        unbilled_cents=unbilled,
        owed=owed_to_buyer(order, credit_cents=-sums.get(Account.Kind.CREDIT, 0), unbilled_cents=unbilled),
    )


def pays(viewer: Viewer) -> list[Pay]:
    """What the viewer's factory gets for each agreed deal, newest first; also where a change left it no run but what
    it had earned. Four queries.
    """
    if viewer.enterprise_id is None:
        return []
    is_booked = Q(runs__status=Run.Status.BOOKED)
    agreed = {
        row["deal_id"]: row
        for row in Package.objects.filter(enterprise_id=viewer.enterprise_id, deal__status=Deal.Status.AGREED)
        .order_by()
        .values("deal_id")
        .annotate(
            cents=Sum("runs__pay_cents", filter=is_booked, default=0),
            num_runs=Count("runs", filter=is_booked),
            on=Max("pay_on"),
        )
    }
    own_payouts = Prefetch(
        "order__payouts", Payout.objects.filter(enterprise_id=viewer.enterprise_id), to_attr="own_payouts"
    )
    deals = (
        Deal.objects.filter(pk__in=agreed)
        .select_related("order")
        .prefetch_related(own_payouts)
        .order_by("-id")
    )
    earned = _earned(viewer.enterprise_id, order_ids=[deal.order_id for deal in deals])
    return [
        _pay(deal, agreed[deal.pk], earned_cents=earned.get(deal.order_id, 0))
        for deal in deals
        if agreed[deal.pk]["num_runs"] or earned.get(deal.order_id)
    ]


def payouts(viewer: Viewer) -> QuerySet[Payout]:
    """The viewer's pay-outs, newest first."""
    if viewer.enterprise_id is None:
        return Payout.objects.none()
    return (
        Payout.objects.filter(enterprise_id=viewer.enterprise_id)
        .select_related("order", "invoice")
        .order_by("-id")
    )


def connected_account(viewer: Viewer) -> ConnectedAccount | None:
    return ConnectedAccount.objects.filter(enterprise=viewer.enterprise_id).first()


def balances(viewer: Viewer) -> list[Mapping[str, object]]:
    """Kind, currency and cents of each account of the viewer's enterprise, over all its orders.

    What the platform bears for it is the platform's own account.
    """
    if viewer.enterprise_id is None:
        return []
    return list(
        Line.objects.filter(account__enterprise_id=viewer.enterprise_id)
        .exclude(account__kind=Account.Kind.ALLOWANCE)
        .order_by("account__kind", "currency")
        .values("account__kind", "currency")
        .annotate(cents=Sum("amount_cents"))
    )


def no_such_invoice() -> NotFound:
    return NotFound(_("There is no such invoice."))


def _earned(enterprise_id: int, *, order_ids: list[int]) -> dict[int, int]:
    rows = (
        Line.objects.filter(
            account__enterprise_id=enterprise_id,
            account__kind=Account.Kind.EARNED,
            entry__kind__in=Entry.EARNING,
            entry__order_id__in=order_ids,
        )
        .order_by()
        .values_list("entry__order_id")
        .annotate(cents=Sum("amount_cents"))
    )
    return {order_id: -cents for order_id, cents in rows}


def _pay(deal: Deal, agreed: Mapping[str, object], *, earned_cents: int) -> Pay:
    own: list[Payout] = deal.order.own_payouts  # type: ignore[attr-defined]
    due = [one for one in own if one.status != MovementStatus.PAID]
    expected = agreed["on"]
    assert isinstance(expected, date) and isinstance(agreed["cents"], int)
    return Pay(
        deal=deal,
        agreed_cents=agreed["cents"],
        earned_cents=earned_cents,
        due_cents=sum(one.amount_cents for one in due),
        paid_cents=sum(
            one.amount_cents - (one.returned_cents if one.method == Method.STRIPE else 0)
            for one in own
            if one.status == MovementStatus.PAID
        ),
        pay_on=min((one.due_on for one in due), default=expected),
    )


def _in(found: QuerySet[Document], language: str) -> Document:
    """In this language, else in English. Raises `NotFound` where there is none."""
    by_language = {one.language: one for one in found}
    document = by_language.get(language) or by_language.get("en")
    if document is None:
        raise NotFound(_("There is no such document."))
    return document
