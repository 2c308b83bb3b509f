"""Who is told when something came damaged or not at all: the sender and the buyer, once."""

from datetime import datetime

from django.db.models import Sum
from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.delivery.models import ReceiptLine, Shipment

NEWS = "delivery.difference"


def tell_difference(shipment: Shipment, *, now: datetime) -> None:
    """Nothing where all came good. Called when the receipt is closed."""
    counted = ReceiptLine.objects.filter(receipt__shipment=shipment).aggregate(
        damaged=Sum("damaged"), missing=Sum("missing")
    )
    damaged, missing = counted["damaged"] or 0, counted["missing"] or 0
    if not damaged and not missing:
        return
    tell(
        {shipment.from_site.enterprise_id, shipment.order.buyer_id},
        key=f"delivery:difference:{shipment.public_id}:{damaged}:{missing}",
        kind=NEWS,
        facts={"shipment": shipment.public_id, "damaged": damaged, "missing": missing},
        url=reverse("delivery:shipment", args=[shipment.public_id]),
        now=now,
    )
