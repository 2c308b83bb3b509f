"""Who is told when something came damaged or not at all: the sender and the buyer, once."""

from datetime import datetime

from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.delivery.models import Shipment

NEWS = "delivery.difference"


def tell_difference(shipment: Shipment, *, damaged: int, missing: int, now: datetime) -> None:
    """Pieces of the whole shipment. Called when its receipt is closed."""
    tell(
        {shipment.from_site.enterprise_id, shipment.order.buyer_id},
        key=f"delivery:difference:{shipment.public_id}:{damaged}:{missing}",
        kind=NEWS,
        facts={"shipment": shipment.public_id, "damaged": damaged, "missing": missing},
        url=reverse("delivery:shipment", args=[shipment.public_id]),
        now=now,
    )
