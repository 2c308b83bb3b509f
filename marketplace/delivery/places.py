"""What the two ends of a shipment are called, and how much of an address is shown, to whoever looks.

An own site is called by its name. A neighbour in the flow is a city until the shipment leaves, and from then on the
address of the dock under a neutral label. The buyer knows its drops; factories that have accepted it reads by name, with
their city.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from marketplace.accounts.models import Site
from marketplace.accounts.places import place_name
from marketplace.accounts.viewer import Viewer
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors.shipments import LEFT
from marketplace.orders.models import OrderDrop
from marketplace.trading.models import Package
from marketplace.trading.parties import parties_of


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """`address` is empty where the viewer may not know it (yet)."""

    name: str
    city: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factories:
    """What factories are called, by keys of the order and the enterprise: neutral `labels` A, B, …, and the `parties`
    whose names the order's buyer reads."""

    labels: Mapping[tuple[int, int], str]
    parties: Collection[tuple[int, int]]

    def neutral(self, order_id: int, enterprise_id: int) -> str:
        return _("Factory %(label)s") % {"label": self.labels.get((order_id, enterprise_id), "?")}

    def for_buyer(self, order_id: int, site: Site) -> str:
        if (order_id, site.enterprise_id) in self.parties:
            return site.enterprise.name
        return self.neutral(order_id, site.enterprise_id)


def factories_of(order_ids: Collection[int]) -> Factories:
    """Two queries."""
    found = Package.objects.filter(deal__order__in=order_ids).order_by("pk")
    labels = {
        (order_id, enterprise_id): label
        for order_id, enterprise_id, label in found.values_list("deal__order_id", "enterprise_id", "label")
    }
    return Factories(labels=labels, parties=parties_of(order_ids))


def ends_for(viewer: Viewer, shipment: Shipment, *, factories: Factories) -> tuple[End, End]:
    """Where it comes from and where it goes, as far as the viewer may know."""
    start = _site_end(viewer, shipment, shipment.from_site, factories=factories)
    if shipment.to_site is not None:
        return start, _site_end(viewer, shipment, shipment.to_site, factories=factories)
    assert shipment.to_drop is not None
    return start, _drop_end(viewer, shipment, shipment.to_drop, has_left=shipment.status in LEFT)


def _site_end(viewer: Viewer, shipment: Shipment, site: Site, *, factories: Factories) -> End:
    city, order_id = place_name(site.city), shipment.order_id
    if site.enterprise_id == viewer.enterprise_id:
        return End(name=site.name, city=city, address=site.address)
    if viewer.enterprise_id == shipment.order.buyer_id:
        return End(name=factories.for_buyer(order_id, site), city=city)
    if shipment.status in LEFT:
        return End(name=factories.neutral(order_id, site.enterprise_id), city=city, address=site.address)
    return End(name=city, city=city)


def _drop_end(viewer: Viewer, shipment: Shipment, drop: OrderDrop, *, has_left: bool) -> End:
    city = place_name(drop.city)
    if viewer.enterprise_id == shipment.order.buyer_id:
        return End(name=drop.name, city=city, address=drop.address)
    if has_left:
        return End(name=_("Receiving dock"), city=city, address=drop.address)
    return End(name=city, city=city)
