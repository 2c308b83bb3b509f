"""Shipments of which each word of a search stands in what the viewer is shown of them: goods, cities, own names, state."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from marketplace.accounts.places import place_name
from marketplace.accounts.viewer import Viewer
from marketplace.delivery.models import Shipment
from marketplace.orders.models import Product
from marketplace.planning.goods import goods_names

LONGEST = 200


def matching(viewer: Viewer, found: QuerySet[Shipment], text: str) -> QuerySet[Shipment]:
    """All of `found` for an empty text. At most four queries, and two for each product, before the search itself.

    Nothing is looked at that the viewer's pages do not show: of factories the city, of own sites and drops the name.
    """
    words = text[:LONGEST].casefold().split()
    if not words:
        return found
    pairs = set(found.order_by().values_list("order__product_id", "item").distinct())
    cities = set(found.order_by().values_list("from_site__city", "to_site__city", "to_drop__city").distinct())
    goods = _goods(pairs)
    towns = {city for three in cities for city in three if city}
    for word in words:
        found = found.filter(_holds(viewer, word, goods=goods, towns=towns))
    return found


def _holds(viewer: Viewer, word: str, *, goods: dict[tuple[int, str], str], towns: set[str]) -> Q:
    there = {town for town in towns if word in town.casefold() or word in place_name(town).casefold()}
    states = [value for value, label in Shipment.Status.choices if word in str(label).casefold()]
    wanted = (
        Q(public_id__icontains=word)
        | Q(status__in=states)
        | Q(from_site__city__in=there)
        | Q(to_site__city__in=there)
        | Q(to_drop__city__in=there)
        | Q(from_site__name__icontains=word, from_site__enterprise_id=viewer.enterprise_id)
        | Q(to_site__name__icontains=word, to_site__enterprise_id=viewer.enterprise_id)
        | Q(to_drop__name__icontains=word, order__buyer_id=viewer.enterprise_id)
    )
    for (product_id, item), name in goods.items():
        if word in name.casefold():
            wanted |= Q(order__product_id=product_id, item=item)
    return wanted


def _goods(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """Goods in words, by key of the product and item."""
    pairs = list(pairs)
    products = Product.objects.in_bulk({product_id for product_id, _item in pairs})
    names = {pk: goods_names(product) for pk, product in products.items()}
    return {(pk, item): names[pk].get(item, item) for pk, item in pairs}
