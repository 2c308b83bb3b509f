"""What a lost nudge left: agreed deals with ways that have no shipment, and receipts that nobody drew conclusions from."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from marketplace.delivery.models import Settlement, Shipment
from marketplace.delivery.services.finish import conclude
from marketplace.delivery.services.plan import plan_shipments
from marketplace.orders.models import Order
from marketplace.trading.models import Deal, Leg

LIVING = (Order.Status.PLACED, Order.Status.RUNNING)


def sweep(*, now: datetime) -> int:
    """How many deals and orders were looked at because something of them may be left."""
    deals = _deals_to_plan()
    for public_id in deals:
        plan_shipments(deal_public_id=public_id)
    orders = _orders_to_conclude()
    for pk in orders:
        _conclude(pk, now=now)
    return len(deals) + len(orders)


def _deals_to_plan() -> list[str]:
    """Agreed deals with a leg that wants a shipment and has none, or with a planned shipment whose leg is gone."""
    lost = Leg.objects.filter(deal=OuterRef("pk"), shipment=None, covered=None)
    gone = Shipment.objects.filter(
        order=OuterRef("order"), status=Shipment.Status.PLANNED, leg=None, rest_of=None, is_extra=False
    )
    agreed = Deal.objects.filter(status=Deal.Status.AGREED, order__status__in=LIVING)
    wanted = agreed.filter(Q(Exists(lost)) | Q(Exists(gone)))
    return list(wanted.order_by("pk").values_list("public_id", flat=True))


def _orders_to_conclude() -> list[int]:
    received = Shipment.objects.filter(
        order=OuterRef("pk"), to_drop__isnull=False, status=Shipment.Status.RECEIVED
    )
    settled = Settlement.objects.filter(drop__order=OuterRef("pk"))
    living = Order.objects.filter(status__in=LIVING).filter(Q(Exists(received)) | Q(Exists(settled)))
    return list(living.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _conclude(order_id: int, *, now: datetime) -> None:
    order = (
        Order.objects.select_for_update(of=("self",), no_key=True).select_related("buyer").get(pk=order_id)
    )
    conclude(order, now=now)
