"""What follows from receipts at the drops: accepted pieces are paid for, and an order with nothing left to come is done."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import tell
from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_text, require_whole
from marketplace.common.errors import InvalidInput, NotFound
from marketplace.common.live import push_after_commit
from marketplace.common.show.amounts import quantity_text
from marketplace.delivery.errors import LineReused
from marketplace.delivery.models import Settlement, Shipment
from marketplace.delivery.selectors.drops import accepted_total, drops_of
from marketplace.delivery.selectors.shipments import ON_THE_WAY
from marketplace.delivery.services.batch import require_living
from marketplace.orders.models import MAX_QUANTITY, Order, OrderDrop
from marketplace.orders.services import change_status
from marketplace.payments.services import accept_delivery
from marketplace.trading.models import Deal

NEWS_DONE = "delivery.order-complete"
S = Shipment.Status


def after_receipts(shipments: Iterable[Shipment], *, now: datetime) -> None:
    """For each order of which a shipment to a drop was received. Its row is locked by the caller."""
    orders = {one.order_id: one.order for one in shipments if one.to_drop_id is not None}
    for pk in sorted(orders):
        conclude(orders[pk], now=now)


def conclude(order: Order, *, now: datetime) -> bool:
    """Have what was accepted paid for, and end the order if nothing is left to come; True where it ended.

    Called with the order's row locked. Doing it again does nothing.
    """
    if not Deal.objects.filter(order=order, status=Deal.Status.AGREED).exists():
        return False  # it is being re-planned; the sweep comes back
    total = accepted_total(order.pk)
    if total:
        accept_delivery(
            order_id=order.pk, key=f"delivery:{order.public_id}:{total}", accepted_total=total, now=now
        )
    return _end(order, now=now)


@transaction.atomic
def settle(
    *, viewer: Viewer, order: str, drop: str, quantity: int, reason: str, key: str, now: datetime
) -> Settlement:
    """The buyer does without `quantity` pieces of a drop, which then are not waited for. The same key does it once.

    Raises `NotFound`, and `InvalidInput` for more than is still to come.
    """
    viewer.require_planner()
    require_text(key, field="key", least=1, most=128)
    require_text(reason, field="reason", least=1, most=240)
    require_whole(quantity, field="quantity", least=1, most=MAX_QUANTITY)
    found = (
        Order.objects.select_for_update(of=("self",), no_key=True)
        .filter(public_id=order, buyer_id=viewer.enterprise_id)
        .select_related("buyer", "product")
        .first()
    )
    place = OrderDrop.objects.filter(public_id=drop, order=found).first() if found else None
    if found is None or place is None:
        raise NotFound(_("There is no such place."))
    before = Settlement.objects.filter(drop=place, key=key).first()
    if before is not None:
        if before.quantity != quantity:
            raise LineReused(_("This key was used for another count."), field="key")
        return before
    require_living(found)
    open_pieces = next(one.open for one in drops_of(found) if one.public_id == drop)
    if quantity > open_pieces:
        raise InvalidInput(
            _("%(open)s are still to come; do without at most as much.")
            % {"open": quantity_text(open_pieces, found.product.unit)},
            field="quantity",
            value=quantity,
        )
    made = Settlement.objects.create(
        drop=place,
        key=key,
        quantity=quantity,
        reason=reason.strip(),
        settled_by_id=viewer.person_id,
        settled_at=now,
    )
    conclude(found, now=now)
    push_after_commit(f"order:{found.public_id}")
    return made


def _end(order: Order, *, now: datetime) -> bool:
    """Done when each drop has all it waits for and nothing is on the way; what is only planned is called off."""
    if order.status not in {Order.Status.PLACED, Order.Status.RUNNING}:
        return False
    if any(drop.open > 0 for drop in drops_of(order)):
        return False
    if Shipment.objects.filter(order=order, status__in=[*ON_THE_WAY, S.PACKING]).exists():
        return False
    Shipment.objects.filter(order=order, status=S.PLANNED).update(status=S.CANCELLED)
    if order.status == Order.Status.PLACED:
        change_status(order=order, to=Order.Status.RUNNING)
    change_status(order=order, to=Order.Status.DONE)
    accepted = Settlement.objects.filter(drop__order=order).aggregate(num=Sum("quantity"))["num"] or 0
    tell(
        [order.buyer_id],
        key=f"delivery:complete:{order.public_id}",
        kind=NEWS_DONE,
        facts={
            "title": order.title,
            "received": accepted_total(order.pk),
            "without": accepted,
            "unit": order.product.unit,
        },
        url=reverse("orders:order", args=[order.public_id]),
        now=now,
    )
    return True
