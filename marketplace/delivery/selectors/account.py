"""The account of an order: every item at every site from blank to receipt, for its buyer."""

from dataclasses import dataclass

from marketplace.accounts.models import Site
from marketplace.accounts.places import place_name
from marketplace.delivery.places import factories_of
from marketplace.delivery.stock import stock_of_order
from marketplace.orders.models import Order
from marketplace.planning.goods import goods_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """How much (in `unit`) of an item at a site: made - used + received - sent = lying."""

    site_id: int
    place: str  # the factory, as the buyer may read it, and its city
    item: str
    goods: str  # the item in words
    unit: str
    made: int
    used: int
    received: int
    sent: int
    lying: int
    coming: int  # packed elsewhere, not counted here yet
    damaged: int
    missing: int


def account_of_order(order_id: int) -> list[AccountLine]:
    """In the order of the routing, then by place. The caller has shown who may see it."""
    order = Order.objects.select_related("product").get(pk=order_id)
    stock = stock_of_order(order_id)
    sites = Site.objects.select_related("enterprise").in_bulk({site for site, _item in stock})
    factories = factories_of({order_id})
    names = goods_of(order.product)
    steps = {code: position for position, code in enumerate(names)}
    lines = [
        AccountLine(
            site_id=site_id,
            place=f"{factories.for_buyer(order_id, sites[site_id])}, {place_name(sites[site_id].city)}",
            item=item,
            goods=names[item].name if item in names else item,
            unit=names[item].unit if item in names else "piece",
            made=one.made,
            used=one.used,
            received=one.received,
            sent=one.sent,
            lying=one.lying,
            coming=one.coming,
            damaged=one.damaged,
            missing=one.missing,
        )
        for (site_id, item), one in stock.items()
        if site_id is not None
    ]
    return sorted(lines, key=lambda line: (steps.get(line.item, len(steps)), line.place, line.site_id))
