"""Under which declaration an order is rated: what machines asked when it was approved is the most they are paid."""

from marketplace.mobilisation.models import Programme
from marketplace.orders.models import Order


def occasion_of(order: Order) -> str:
    """Public id of the declaration; empty for an unrated order."""
    if not order.rating:
        return ""
    found = Programme.objects.filter(public_id=order.programme)
    return found.values_list("declaration__public_id", flat=True).first() or ""
