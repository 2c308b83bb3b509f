"""Phones at machines, for tests."""

from django.test import Client

from marketplace.production import services
from marketplace.production.station_token import token_of
from tests.builders import NOW

PIN = "4711"


def set_pin(shop, *, pin=PIN):
    site = shop.first.equipment.site
    return services.set_pin(viewer=shop.owner, site=site.public_id, pin=pin, real_now=NOW)


def token(shop) -> str:
    return token_of(shop.first.station_link)


def path(shop, name="") -> str:
    return f"/w/{token(shop)}/{name}"


def a_phone(shop, *, pin=PIN) -> Client:
    """A phone that told the PIN."""
    phone = Client()
    phone.post(path(shop, "pin/"), {"pin": pin})
    return phone
