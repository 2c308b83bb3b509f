"""What of a plan has happened at a minute: the goods that lie or travel somewhere then. Pure.

It takes the plan at its word; who knows better (a count, a receipt) corrects the work before asking. A lot that has
begun has used its needs, one that has ended has made its pieces; a running lot stays a lot (the contract's
`fixed_lots`, begun before minute 0).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matching.problem import ItemId, OrderId, SiteId, Stock

Place = tuple[OrderId, ItemId, SiteId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A lot with what it uses and makes, for `position_at`; minutes as there."""

    order: OrderId
    makes: ItemId
    site: SiteId
    start_min: int
    end_min: int
    hold_min: int
    quantity: int
    uses: Mapping[ItemId, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Goods on a way; `to_site` is None on the way to a buyer."""

    order: OrderId
    item: ItemId
    from_site: SiteId
    to_site: SiteId | None
    depart_min: int
    arrive_min: int
    quantity: int


def position_at(works: Iterable[Work], sendings: Iterable[Sending], *, at_min: int) -> tuple[Stock, ...]:
    """Stock in minutes from `at_min`: 0 lies there, more is on its way or held until then.

    What was used or sent is taken from what was there first; where more left than came, from what comes next.
    """
    there: dict[Place, list[tuple[int, int]]] = defaultdict(list)
    gone: dict[Place, int] = defaultdict(int)
    for work in works:
        if work.start_min >= at_min:
            continue
        for item, units in work.uses.items():
            gone[work.order, item, work.site] += units
        if work.end_min <= at_min:
            there[work.order, work.makes, work.site].append((work.end_min + work.hold_min, work.quantity))
    for way in sendings:
        if way.depart_min < at_min:
            gone[way.order, way.item, way.from_site] += way.quantity
            if way.to_site is not None:
                there[way.order, way.item, way.to_site].append((way.arrive_min, way.quantity))
    return tuple(_left(there, gone, at_min=at_min))


def _left(
    there: dict[Place, list[tuple[int, int]]], gone: dict[Place, int], *, at_min: int
) -> Iterable[Stock]:
    """One row for each place and moment, sorted; nothing of none."""
    for (order, item, site), came in sorted(there.items()):
        owed = gone[order, item, site]
        left: dict[int, int] = defaultdict(int)
        for moment, quantity in sorted(came):
            used = min(owed, quantity)
            owed -= used
            left[max(0, moment - at_min)] += quantity - used
        for from_min, quantity in sorted(left.items()):
            if quantity:
                yield Stock(order=order, item=item, site=site, from_min=from_min, quantity=quantity)
