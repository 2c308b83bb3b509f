"""Whose name the buyer of an order reads: by the disclosure matrix that of a contract party, a factory that has accepted
once all was agreed. Whoever is only asked, or said no, is a letter and a city."""

from collections.abc import Collection

from marketplace.trading.facets import ACCEPTED
from marketplace.trading.models import Deal, Package


def parties_of(order_ids: Collection[int]) -> frozenset[tuple[int, int]]:
    """Keys of the order and the enterprise. One query. The caller has shown that the orders are the viewer's."""
    found = Package.objects.filter(
        deal__order__in=order_ids, deal__status=Deal.Status.AGREED, status__in=ACCEPTED
    )
    return frozenset(found.order_by().values_list("deal__order_id", "enterprise_id"))


def parties_of_deal(deal: Deal) -> frozenset[int]:
    """Keys of the enterprises. One query."""
    return frozenset(enterprise_id for _order_id, enterprise_id in parties_of([deal.order_id]))
