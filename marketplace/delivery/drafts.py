"""New shipments: with their public id and the hash of their tracking link, so that many can be written at once."""

from typing import Any

from marketplace.common.hashing import hash_token
from marketplace.common.ids import new_public_id
from marketplace.delivery.links import tracking_token
from marketplace.delivery.models import Shipment


def new_shipment(**values: Any) -> Shipment:
    """Not saved; `values` are the fields of `Shipment`."""
    public_id = new_public_id("shp")
    return Shipment(public_id=public_id, tracking_hash=hash_token(tracking_token(public_id)), **values)
