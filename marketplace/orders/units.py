"""What steps of products are counted in, for those who know machines only."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import Q

from marketplace.capacity.units import Pair
from marketplace.orders.models import Operation


def units_told(pairs: Collection[Pair]) -> Mapping[Pair, str]:
    """Of a product's steps of the process; without a product, of those of the products that everybody orders. One
    query; "" where they differ, nothing where there are none.
    """
    codes = {code for _process, code in pairs if code}
    wanted = Q(product__owner=None) | Q(product__code__in=codes)
    rows = Operation.objects.filter(wanted, process__in={process for process, _code in pairs})
    found: dict[Pair, set[str]] = defaultdict(set)
    for process, code, owner, unit in rows.values_list("process", "product__code", "product__owner", "unit"):
        found[process, code].add(unit)
        if owner is None:
            found[process, ""].add(unit)
    return {pair: units.pop() if len(units) == 1 else "" for pair, units in found.items() if pair in pairs}
