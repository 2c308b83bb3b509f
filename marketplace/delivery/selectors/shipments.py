"""Shipments as somebody: who sends sees its own, who receives what comes, the buyer all of its order."""

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Count,
    DateTimeField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.delivery.models import Box, Shipment
from marketplace.orders.models import Order

S = Shipment.Status
ON_THE_WAY = (S.DISPATCHED, S.ARRIVED)
OPEN = (S.PLANNED, S.PACKING, S.DISPATCHED, S.ARRIVED)
EXPECTED = ExpressionWrapper(
    Coalesce("dispatched_at", "departs_at") + (F("arrives_at") - F("departs_at")),
    output_field=DateTimeField(),
)
LEFT = (S.DISPATCHED, S.ARRIVED, S.RECEIVED)


def sent_by(viewer: Viewer) -> Q:
    return Q(from_site__enterprise_id=viewer.enterprise_id)


def coming_to(viewer: Viewer) -> Q:
    """To a site of the viewer's, or to a drop of its order."""
    return Q(to_site__enterprise_id=viewer.enterprise_id) | Q(
        to_drop__isnull=False, order__buyer_id=viewer.enterprise_id
    )


def ordered_by(viewer: Viewer) -> Q:
    return Q(order__buyer_id=viewer.enterprise_id)


def shipments(viewer: Viewer) -> QuerySet[Shipment]:
    """All that the viewer's enterprise sends, receives or has ordered; nothing for a visitor."""
    if viewer.enterprise_id is None:
        return Shipment.objects.none()
    return (
        Shipment.objects.filter(sent_by(viewer) | coming_to(viewer) | ordered_by(viewer))
        .select_related(
            "order__product", "order__buyer", "from_site__enterprise", "to_site__enterprise", "to_drop"
        )
        .order_by("departs_at", "id")
    )


def with_boxes(found: QuerySet[Shipment]) -> QuerySet[Shipment]:
    """`num_boxes`, `num_packed` (pieces in them) and `num_boxes_received` beside each shipment.

    Counted for the rows that are read, not for all that are looked through to sort and page them.
    """
    boxes = Box.objects.filter(shipment=OuterRef("pk")).order_by().values("shipment")

    def told(what: Aggregate) -> Coalesce:
        return Coalesce(Subquery(boxes.annotate(num=what).values("num")), 0, output_field=BigIntegerField())

    return found.annotate(
        num_boxes=told(Count("pk")),
        num_packed=told(Sum("quantity")),
        num_boxes_received=told(Count("received_at")),
    )


def to_send(viewer: Viewer) -> QuerySet[Shipment]:
    """By departure."""
    return with_boxes(shipments(viewer).filter(sent_by(viewer), status__in=[S.PLANNED, S.PACKING]))


def under_way(viewer: Viewer) -> QuerySet[Shipment]:
    """Sent by the viewer's enterprise and not received yet, by expected arrival."""
    return with_boxes(shipments(viewer).filter(sent_by(viewer), status__in=ON_THE_WAY)).order_by(
        EXPECTED, "id"
    )


def expected(viewer: Viewer) -> QuerySet[Shipment]:
    """What is to arrive at the viewer's, arrived and dispatched first, then by expected arrival."""
    return (
        with_boxes(shipments(viewer).filter(coming_to(viewer), status__in=OPEN))
        .annotate(is_under_way=Q(status__in=ON_THE_WAY))
        .order_by("-is_under_way", EXPECTED, "id")
    )


def history(viewer: Viewer) -> QuerySet[Shipment]:
    """Received, newest first, then what was called off, by planned departure, newest first."""
    return with_boxes(shipments(viewer).filter(status__in=[S.RECEIVED, S.CANCELLED])).order_by(
        F("received_at").desc(nulls_last=True), "-departs_at", "-id"
    )


def shipment(viewer: Viewer, *, public_id: str) -> Shipment:
    """`NotFound` for a foreign one as for one that does not exist."""
    found = with_boxes(shipments(viewer)).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such shipment."))
    return found


def box(viewer: Viewer, *, public_id: str) -> Box:
    """A box of a shipment the viewer may see; of one that comes to the viewer only once it has left."""
    found = (
        Box.objects.filter(public_id=public_id, shipment__in=shipments(viewer).values("pk"))
        .select_related(
            "shipment__order__product", "shipment__from_site", "shipment__to_site", "shipment__to_drop"
        )
        .first()
    )
    if found is None or not sees_boxes(viewer, found.shipment):
        raise NotFound(_("There is no such box."))
    return found


def sees_boxes(viewer: Viewer, shipment: Shipment) -> bool:
    """A neighbour in the flow learns quantity and boxes from dispatch on; sender and buyer know them before."""
    is_own = viewer.enterprise_id in (shipment.from_site.enterprise_id, shipment.order.buyer_id)
    return is_own or shipment.status in LEFT


def is_only_sent_by(viewer: Viewer, shipment: Shipment) -> bool:
    """Sent by the viewer's enterprise, and not to itself."""
    own = Shipment.objects.filter(sent_by(viewer), pk=shipment.pk)
    return viewer.enterprise_id is not None and own.exclude(coming_to(viewer)).exists()


def order_of(viewer: Viewer, *, public_id: str) -> Order:
    """The viewer's own order. Raises `NotFound`."""
    found = (
        Order.objects.filter(public_id=public_id, buyer_id=viewer.enterprise_id)
        .select_related("product", "buyer")
        .first()
    )
    if found is None or viewer.enterprise_id is None:
        raise NotFound(_("There is no such order."))
    return found


def shipments_of(order: Order) -> QuerySet[Shipment]:
    """All of an order, by planned departure. The caller has shown that the order is the viewer's."""
    return with_boxes(
        Shipment.objects.filter(order=order)
        .select_related("order__product", "from_site", "to_site", "to_drop")
        .order_by("departs_at", "id")
    )
