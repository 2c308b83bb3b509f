"""Whose clock and calendar the papers of an order follow on the buyer's side."""

from django.conf import settings

from marketplace.accounts.places import nearest_city
from marketplace.orders.models import Order


def buyer_zone(order: Order) -> str:
    """IANA name: of the buyer's first site, else of the city nearest to the first place of delivery."""
    site = order.buyer.sites.order_by("pk").values_list("time_zone", flat=True).first()
    if site is not None:
        return site
    drop = order.drops.order_by("pk").first()
    return settings.TIME_ZONE if drop is None else nearest_city(lat=drop.lat, lon=drop.lon).time_zone


def buyer_country(order: Order) -> str:
    """ISO 3166, whose public holidays count: as `buyer_zone`; empty where nothing says it."""
    site = order.buyer.sites.order_by("pk").values_list("country", flat=True).first()
    if site is not None:
        return site
    drop = order.drops.order_by("pk").first()
    return "" if drop is None else nearest_city(lat=drop.lat, lon=drop.lon).country
