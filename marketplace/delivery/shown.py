"""A shipment as its viewer sees it: both ends, goods and pieces as far as the viewer may know, and what it may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import Membership
from marketplace.accounts.viewer import Viewer
from marketplace.delivery.models import Shipment
from marketplace.delivery.places import End, Factories, ends_for, factories_of
from marketplace.delivery.selectors.shipments import ON_THE_WAY, sees_boxes
from marketplace.delivery.selectors.tracking import expected_at
from marketplace.orders.models import Product
from marketplace.planning.goods import Goods, goods_of

S = Shipment.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`quantity` (in `unit`: what is packed, else the plan) and `carrier` are None and empty where the viewer may not
    know them yet. `expected_at` is None where it was called off.
    """

    shipment: Shipment
    start: End
    end: End
    goods: str
    unit: str
    quantity: int | None
    planned: int | None
    num_boxes: int
    carrier: str
    expected_at: datetime | None
    is_sender: bool
    is_receiver: bool
    may_act: bool

    @property
    def may_pack(self) -> bool:
        return self.may_act and self.is_sender and self.shipment.status == S.PLANNED

    @property
    def may_dispatch(self) -> bool:
        return self.may_act and self.is_sender and self.shipment.status in {S.PLANNED, S.PACKING}

    @property
    def may_receive(self) -> bool:
        return self.may_act and self.is_receiver and self.shipment.status in ON_THE_WAY


def shown(viewer: Viewer, shipments: Iterable[Shipment], *, now: datetime) -> list[Shown]:
    """`shipments` come from `selectors.shipments`, with their boxes counted. Three queries, and two for each product."""
    found = list(shipments)
    factories = factories_of({one.order_id for one in found})
    names: dict[int, dict[str, Goods]] = {}
    return [
        _shown(viewer, one, factories=factories, goods=_goods(one.order.product, one.item, names), now=now)
        for one in found
    ]


def _goods(product: Product, item: str, names: dict[int, dict[str, Goods]]) -> Goods:
    if product.pk not in names:
        names[product.pk] = goods_of(product)
    return names[product.pk].get(item, Goods(name=item, unit="piece"))


def _shown(viewer: Viewer, one: Shipment, *, factories: Factories, goods: Goods, now: datetime) -> Shown:
    start, end = ends_for(viewer, one, factories=factories)
    sees = sees_boxes(viewer, one)
    packed: int = one.num_packed  # type: ignore[attr-defined]
    is_buyer = viewer.enterprise_id == one.order.buyer_id
    is_receiver = is_buyer if one.to_site is None else one.to_site.enterprise_id == viewer.enterprise_id
    return Shown(
        shipment=one,
        start=start,
        end=end,
        goods=goods.name,
        unit=goods.unit,
        quantity=(packed or one.quantity) if sees else None,
        planned=one.quantity if sees else None,
        num_boxes=one.num_boxes if sees else 0,  # type: ignore[attr-defined]
        carrier=one.carrier if sees else "",
        expected_at=expected_at(one, now=now),
        is_sender=one.from_site.enterprise_id == viewer.enterprise_id,
        is_receiver=is_receiver,
        may_act=viewer.may_write and viewer.role != Membership.Role.VIEWER,
    )
