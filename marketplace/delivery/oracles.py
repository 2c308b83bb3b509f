"""What may never be true of goods; asked by `manage.py verify`."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, Sum

from marketplace.delivery.models import Box, ReceiptLine, Shipment, VisibilityEvent
from marketplace.delivery.selectors.drops import drops_of
from marketplace.delivery.stock import stock_of_order
from marketplace.orders.models import Order

S = Shipment.Status
HAS_BOXES = (S.PACKING, S.DISPATCHED, S.ARRIVED, S.RECEIVED)


def find_faults() -> list[str]:
    """One line for each fault."""
    faults = [*_boxes(), *_receipts(), *_events()]
    moved = Order.objects.filter(Exists(Shipment.objects.filter(order=OuterRef("pk"))))
    for order in moved.order_by("pk"):
        faults += account_faults(order)
    return faults


def account_faults(order: Order) -> list[str]:
    """What the account of an order cannot explain.

    While it runs pieces may be used before their receipt is recorded: no item may then be short over all sites and
    ways together. When it is done no site may be short, no shipment open and no drop waiting.
    """
    stock = stock_of_order(order.pk)
    if order.status == Order.Status.DONE:
        short = [
            f"{item} at site {site}: {-one.lying} pieces short"
            for (site, item), one in stock.items()
            if one.lying < 0
        ]
        return [f"{order.public_id} is done, {text}" for text in [*short, *_open_ends(order)]]
    totals: dict[str, int] = defaultdict(int)
    for (_site, item), one in stock.items():
        totals[item] += one.lying + one.coming
    return [
        f"{order.public_id}: {item} {-num} pieces short over all sites"
        for item, num in totals.items()
        if num < 0
    ]


def _open_ends(order: Order) -> Iterable[str]:
    for drop in drops_of(order):
        if drop.open:
            yield f"drop {drop.public_id} waits for {drop.open} pieces"
    open_ones = Shipment.objects.filter(order=order).exclude(status__in=[S.RECEIVED, S.CANCELLED])
    for public_id, status in open_ones.order_by("pk").values_list("public_id", "status"):
        yield f"shipment {public_id} is {status}"


def _boxes() -> Iterable[str]:
    """A shipment that is packed or left has boxes, no other has; more than its plan is never in them."""
    packed = Shipment.objects.annotate(num=Sum("boxes__quantity", default=0))
    for one in packed.filter(status__in=HAS_BOXES, num=0):
        yield f"{one.public_id} is {one.status} and has no box"
    for one in packed.exclude(status__in=HAS_BOXES).filter(num__gt=0):
        yield f"{one.public_id} is {one.status} and has boxes"
    for one in packed.filter(num__gt=F("quantity")):
        yield f"{one.public_id} holds more than planned"


def _receipts() -> Iterable[str]:
    """Of a received shipment every piece sent is counted good, damaged or missing; of a closed receipt only it."""
    sums = (
        ReceiptLine.objects.order_by()
        .values("receipt__shipment_id")
        .annotate(num=Sum(F("good") + F("damaged") + F("missing")))
    )
    counted = {row["receipt__shipment_id"]: row["num"] for row in sums}
    sent = dict(Box.objects.order_by().values_list("shipment_id").annotate(num=Sum("quantity")))
    received = Shipment.objects.filter(status=S.RECEIVED).order_by("pk")
    for pk, public_id in received.values_list("pk", "public_id"):
        if counted.get(pk, 0) != sent.get(pk, 0):
            yield f"{public_id}: {sent.get(pk, 0)} pieces sent and {counted.get(pk, 0)} counted"
    torn = Shipment.objects.filter(
        Q(status=S.RECEIVED, receipt__closed_at=None)
        | ~Q(status=S.RECEIVED) & Q(receipt__closed_at__isnull=False)
    )
    for public_id in torn.order_by("pk").values_list("public_id", flat=True):
        yield f"{public_id}: its receipt and its state disagree"


def _events() -> Iterable[str]:
    """Each step of a shipment left its event."""
    for field, step in (
        ("dispatched_at", "departing"),
        ("arrived_at", "arriving"),
        ("received_at", "receiving"),
    ):
        said = VisibilityEvent.objects.filter(shipment=OuterRef("pk"), biz_step=step)
        silent = Shipment.objects.filter(~Exists(said), **{f"{field}__isnull": False})
        for public_id in silent.order_by("pk").values_list("public_id", flat=True):
            yield f"{public_id} has no event of {step}"
