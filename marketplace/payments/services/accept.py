"""Pieces are accepted at a drop: money is earned by them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.common.checks import require_whole
from marketplace.common.clock import real_now
from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.orders.models import MAX_QUANTITY, Order
from marketplace.payments.errors import AcceptanceReused, NotAgreed
from marketplace.payments.models import Acceptance
from marketplace.payments.services.earning import accepted_pieces, book_acceptance
from marketplace.payments.services.receiving import after_payment
from marketplace.payments.services.terms import agreed_deal

BILL_TASK = "payments.bill"


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
    earned = book_acceptance(order, deal=deal, pieces=pieces, now=now)
    push_after_commit(f"order:{order.public_id}")
    if order.invoices.exists():
        after_payment(order, now=now)  # these pieces may have been invoiced before a change of the deal
    if pieces >= order.quantity:
        start_after_commit(BILL_TASK, order.public_id)
    return earned


def _is_known(order: Order, *, key: str, accepted_total: int) -> bool:
    said = Acceptance.objects.filter(order=order, key=key).first()
    if said is not None and said.accepted_total != accepted_total:
        raise AcceptanceReused(
            _("This acceptance was told before, with another number of pieces."),
            before=said.accepted_total,
            now=accepted_total,
        )
    return said is not None
