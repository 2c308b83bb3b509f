"""What the public link of a shipment shows: goods, pieces, from city to city, milestones. Nothing else is read into it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import NotFound
from marketplace.common.hashing import hash_token
from marketplace.delivery.links import is_driver_token
from marketplace.delivery.models import Shipment
from marketplace.planning.goods import goods_of

SHOWN_AFTER_RECEIPT = timedelta(days=30)  # business time
LONGEST_TOKEN = 64
S = Shipment.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """`quantity` (in `unit`) is what left, or the plan before that; `eta` is None once it has arrived.

    Cities in English; `zone` is that of the place it leaves.
    """

    status: str
    is_template: bool  # the product is one that everybody knows
    product: str
    quantity: int
    unit: str
    from_city: str
    to_city: str
    zone: str
    departs_at: datetime
    arrives_at: datetime
    dispatched_at: datetime | None
    arrived_at: datetime | None
    received_at: datetime | None
    eta: datetime | None


def tracked(*, token: str, now: datetime) -> Tracked:
    """`NotFound` for a token that is unknown, forged, expired or of a shipment that was called off."""
    found = _by_token(token)
    if found is None or _is_expired(found, now=now):
        raise NotFound(_("There is no such shipment."))
    sent = sum(found.boxes.values_list("quantity", flat=True))
    product = found.order.product
    is_final = found.to_drop_id is not None
    return Tracked(
        status=found.status,
        is_template=product.owner_id is None and is_final,
        product=product.name if product.owner_id is None and is_final else "",
        quantity=sent or found.quantity,
        unit=unit_of(found),
        from_city=found.from_site.city,
        to_city=found.to_site.city if found.to_site is not None else found.to_drop.city,  # type: ignore[union-attr]
        zone=found.from_site.time_zone,
        departs_at=found.departs_at,
        arrives_at=found.arrives_at,
        dispatched_at=found.dispatched_at,
        arrived_at=found.arrived_at,
        received_at=found.received_at,
        eta=eta_of(found, now=now),
    )


def eta_of(shipment: Shipment, *, now: datetime) -> datetime | None:
    """When it is expected; None once it has arrived or was called off."""
    return None if shipment.arrived_at is not None else expected_at(shipment, now=now)


def expected_at(shipment: Shipment, *, now: datetime) -> datetime | None:
    """It travels as long as planned and has left, or leaves now at the earliest. Of one that has arrived, when it was
    expected; None of one that was called off.
    """
    if shipment.status == S.CANCELLED:
        return None
    on_way = shipment.arrives_at - shipment.departs_at
    if shipment.dispatched_at is None:
        return max(now, shipment.departs_at) + on_way
    expected = shipment.dispatched_at + on_way
    return expected if shipment.arrived_at is not None else max(now, expected)


def unit_of(shipment: Shipment) -> str:
    """What 1 of its goods is. Two queries."""
    goods = goods_of(shipment.order.product).get(shipment.item)
    return goods.unit if goods else "piece"


def for_driver(*, shipment: str, token: str) -> Shipment:
    """What the driver's link opens, while the goods are on the way or not received yet. Raises `NotFound`."""
    found = None
    if is_driver_token(shipment, token):
        found = (
            Shipment.objects.filter(public_id=shipment, status__in=[S.DISPATCHED, S.ARRIVED])
            .select_related("order__product", "from_site", "to_site", "to_drop")
            .first()
        )
    if found is None:
        raise NotFound(_("There is no such shipment."))
    return found


def _by_token(token: str) -> Shipment | None:
    if len(token) > LONGEST_TOKEN:
        return None
    return (
        Shipment.objects.filter(tracking_hash=hash_token(token))
        .exclude(status=S.CANCELLED)
        .select_related("order__product", "from_site", "to_site", "to_drop")
        .first()
    )


def _is_expired(shipment: Shipment, *, now: datetime) -> bool:
    return shipment.received_at is not None and now > shipment.received_at + SHOWN_AFTER_RECEIPT
