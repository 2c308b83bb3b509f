"""What the two ends of a shipment are called, and how much of an address is shown, to whoever looks.

An own site is called by its name. A neighbour in the flow is a city until the shipment leaves, and from then on the
address of the dock under a neutral label. The buyer knows its drops and sees factories as A, B, … with their city.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from marketplace.accounts.models import Site
from marketplace.accounts.places import place_name
from marketplace.accounts.viewer import Viewer
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors.shipments import LEFT
from marketplace.orders.models import OrderDrop
from marketplace.trading.models import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """`address` is empty where the viewer may not know it (yet)."""

    name: str
    city: str
    address: str = ""


def labels_of(order_ids: set[int]) -> dict[tuple[int, int], str]:
    """Neutral labels of factories: A, B, … by keys of order and enterprise. One query."""
    found = Package.objects.filter(deal__order__in=order_ids).order_by("pk")
    return {
        (order_id, enterprise_id): label
        for order_id, enterprise_id, label in found.values_list("deal__order_id", "enterprise_id", "label")
    }


def ends_for(viewer: Viewer, shipment: Shipment, *, labels: Mapping[tuple[int, int], str]) -> tuple[End, End]:
    """Where it comes from and where it goes, as far as the viewer may know."""
    has_left = shipment.status in LEFT
    start = _site_end(viewer, shipment, shipment.from_site, has_left=has_left, labels=labels)
    if shipment.to_site is not None:
        return start, _site_end(viewer, shipment, shipment.to_site, has_left=has_left, labels=labels)
    assert shipment.to_drop is not None
    return start, _drop_end(viewer, shipment, shipment.to_drop, has_left=has_left)


def _site_end(
    viewer: Viewer, shipment: Shipment, site: Site, *, has_left: bool, labels: Mapping[tuple[int, int], str]
) -> End:
    city = place_name(site.city)
    if site.enterprise_id == viewer.enterprise_id:
        return End(name=site.name, city=city, address=site.address)
    label = labels.get((shipment.order_id, site.enterprise_id), "?")
    is_buyers = viewer.enterprise_id == shipment.order.buyer_id
    if is_buyers:
        return End(name=_("Factory %(label)s") % {"label": label}, city=city)
    if has_left:
        return End(name=_("Factory %(label)s") % {"label": label}, city=city, address=site.address)
    return End(name=city, city=city)


def _drop_end(viewer: Viewer, shipment: Shipment, drop: OrderDrop, *, has_left: bool) -> End:
    city = place_name(drop.city)
    if viewer.enterprise_id == shipment.order.buyer_id:
        return End(name=drop.name, city=city, address=drop.address)
    if has_left:
        return End(name=_("Receiving dock"), city=city, address=drop.address)
    return End(name=city, city=city)
