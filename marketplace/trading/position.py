"""Where the goods of a deal are when it is planned anew, and which of its ways have been gone."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Any

from marketplace.accounts.models import Site
from marketplace.orders.models import OperationNeed
from marketplace.trading.facts import Facts
from marketplace.trading.models import Deal, Leg
from marketplace.trading.standing import RunLots, minute_of
from marketplace.trading.told import Goods, Route, goods_of
from matching.problem import DropId, ItemId, OrderId, SiteId, Stock
from scheduling import position as core
from scheduling.plan import Delivery, Transfer
from scheduling.position import Coming, Place, Way, Work, position_at

Uses = dict[int, dict[ItemId, Fraction]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Minutes from the epoch. `runs` are those that the deal goes on with, without what they cannot make; `transfers`
    and `deliveries` have not left by the plan; `remaining` is still to be sent to each drop (public id)."""

    runs: tuple[RunLots, ...]
    facts: Facts
    stock: tuple[Stock, ...]
    remaining: dict[str, int]
    transfers: tuple[Transfer, ...]
    deliveries: tuple[Delivery, ...]
    sent_arrives_min: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """A way with where it comes from: a leg of the plan, or what a person sends beside it (`leg` is None)."""

    way: Way
    leg: Leg | None
    drop_id: int | None
    arrives_at: datetime


def position_of(deal: Deal, runs: Sequence[RunLots], *, epoch: datetime) -> Position:
    """`runs` are those that the deal goes on with. What they cannot make for want of material, and what others then
    lack of that, is left out."""
    goods, order = goods_of(deal.order_id), OrderId(deal.order.public_id)
    sites = _sites_of(goods)
    planned = [*_legs_of(deal, goods, epoch=epoch), *_asked_of(goods, sites=sites, epoch=epoch)]
    ways = [one.way for one in planned]
    ask = partial(position_at, order, ways=ways, **_told(goods, sites=sites, epoch=epoch))
    left, facts, found = _settled(runs, uses=_uses_of(deal), holds=frozenset(goods.holds), ask=ask)
    leaving = list(zip(planned, found.gone, strict=True))
    gone = {one.leg.pk: pieces for one, pieces in leaving if one.leg is not None and pieces}
    to_go = [
        unsent_of(one.leg, order=order, less=gone, epoch=epoch)
        for one, pieces in leaving
        if one.leg is not None and one.leg.departs_at >= epoch and pieces < one.way.quantity
    ]
    arrivals = [one.arrives_at for one, pieces in leaving if one.drop_id is not None and pieces]
    remaining = _remaining(deal, goods, leaving)
    return Position(
        runs=tuple(left),
        facts=replace(facts, gone=gone),
        stock=found.stock,
        remaining=remaining,
        transfers=tuple(way for way in to_go if isinstance(way, Transfer)),
        deliveries=_wanted([way for way in to_go if isinstance(way, Delivery)], remaining=remaining),
        sent_arrives_min=minute_of(max(arrivals), epoch=epoch) if arrivals else None,
    )


def _settled(
    runs: Sequence[RunLots], *, uses: Uses, holds: Collection[int], ask: Callable[..., core.Position]
) -> tuple[list[RunLots], Facts, core.Position]:
    """The runs as they stand, what that rests on, and where the goods are then.

    Pieces that were told ahead of the plan and had no material for it are not believed: they are still to come. What a
    run cannot make for want of material is left out, and the next stage may lack that.
    """
    facts = Facts(made={each.run.pk: each.made.good for each in runs if each.made is not None})
    while True:
        left = [each.found(facts) for each in runs]
        found = ask(works=[_work(each, uses, facts, is_held=each.run.pk in holds) for each in left])
        less = _less(left, uses, facts=facts, lacking=found.lacking)
        if less == facts:
            return left, facts, found
        facts = less


def unsent_of(leg: Leg, *, order: OrderId, less: Mapping[int, int], epoch: datetime) -> Transfer | Delivery:
    """What is left of a way without the pieces `less`, by key of the way."""
    depart_min, arrive_min = minute_of(leg.departs_at, epoch=epoch), minute_of(leg.arrives_at, epoch=epoch)
    from_site, quantity = SiteId(leg.from_site.public_id), leg.quantity - less.get(leg.pk, 0)
    if leg.to_site is not None:
        return Transfer(
            order=order,
            item=ItemId(leg.item),
            from_site=from_site,
            to_site=SiteId(leg.to_site.public_id),
            depart_min=depart_min,
            arrive_min=arrive_min,
            quantity=quantity,
        )
    assert leg.to_drop is not None
    return Delivery(
        order=order,
        drop=DropId(leg.to_drop.public_id),
        from_site=from_site,
        depart_min=depart_min,
        arrive_min=arrive_min,
        quantity=quantity,
    )


def _route(leg: Leg) -> Route:
    return leg.item, leg.from_site_id, leg.to_site_id, leg.to_drop_id


def _sent(legs: Iterable[Leg], by_route: Mapping[Route, int]) -> dict[int, int]:
    """What has left in fact, by key of the way: nobody tells pieces of one route apart, so the earliest left first."""
    left = dict(by_route)
    sent = {}
    for leg in legs:
        sent[leg.pk] = min(leg.quantity, left.get(_route(leg), 0))
        left[_route(leg)] = left.get(_route(leg), 0) - sent[leg.pk]
    return sent


def _legs_of(deal: Deal, goods: Goods, *, epoch: datetime) -> list[_Planned]:
    legs = list(deal.legs.select_related("from_site", "to_site", "to_drop").order_by("departs_at", "pk"))
    sent = _sent(legs, goods.sent)
    return [
        _Planned(
            way=_way(leg, sent=sent[leg.pk], epoch=epoch),
            leg=leg,
            drop_id=leg.to_drop_id,
            arrives_at=leg.arrives_at,
        )
        for leg in legs
    ]


def _way(leg: Leg, *, sent: int, epoch: datetime) -> Way:
    return Way(
        item=ItemId(leg.item),
        from_site=SiteId(leg.from_site.public_id),
        to_site=None if leg.to_site is None else SiteId(leg.to_site.public_id),
        arrive_min=minute_of(leg.arrives_at, epoch=epoch),
        quantity=leg.quantity,
        sent=sent,
        is_due=leg.departs_at < epoch,
    )


def _asked_of(goods: Goods, *, sites: Mapping[int, SiteId], epoch: datetime) -> list[_Planned]:
    """What a person sends beside the plan leaves as soon as it can, after what should have left before."""
    found = []
    for one in goods.asked:
        item, from_site, to_site, drop_id = one.route
        way = Way(
            item=ItemId(item),
            from_site=sites[from_site],
            to_site=None if to_site is None else sites[to_site],
            arrive_min=minute_of(one.arrives_at, epoch=epoch),
            quantity=one.quantity,
            sent=0,
            is_due=True,
        )
        found.append(_Planned(way=way, leg=None, drop_id=drop_id, arrives_at=one.arrives_at))
    return found


def _uses_of(deal: Deal) -> Uses:
    """Units of items of the product for one piece started, by key of the operation; materials come from outside."""
    uses: Uses = defaultdict(dict)
    of_items = OperationNeed.objects.filter(operation__product=deal.order.product_id).exclude(item="")
    for need in of_items:
        uses[need.operation_id][ItemId(need.item)] = Fraction(need.num, need.den)
    return uses


def _work(each: RunLots, uses: Uses, facts: Facts, *, is_held: bool = False) -> Work:
    run = each.run
    started = Fraction(1000, run.good_per_1000)  # for one good piece
    return Work(
        makes=ItemId(run.operation.makes),
        site=SiteId(run.equipment.site.public_id),
        lots=each.left,
        hold_min=run.operation.hold_min,
        good=0 if each.made is None else each.made.good,
        counted=facts.counted(run.pk),
        uses={item: units * started for item, units in uses[run.operation_id].items()},
        is_held=is_held,
    )


def _less(runs: Sequence[RunLots], uses: Uses, *, facts: Facts, lacking: Mapping[Place, int]) -> Facts:
    """The facts without what cannot be for want of what lacks: of the latest runs first what they are ahead, then what
    should have begun and is not made."""
    doubted, short = Counter(facts.doubted), Counter(facts.short)
    works = {each.run.pk: _work(each, uses, facts) for each in runs}
    for (item, site), pieces in lacking.items():
        users = [e for e in reversed(runs) if works[e.run.pk].site == site and item in works[e.run.pk].uses]
        for each in users:
            units = works[each.run.pk].uses[item]
            pieces -= _take(doubted, each, most=sum(each.ahead.values()), units=units, pieces=pieces)
        for each in users:
            work = works[each.run.pk]
            unmade = sum(lot.quantity for lot in each.left if lot.start_min < 0) - work.good
            pieces -= _take(short, each, most=unmade, units=work.uses[item], pieces=pieces)
    return replace(facts, doubted=dict(doubted), short=dict(short))


def _take(taken: Counter[int], each: RunLots, *, most: int, units: Fraction, pieces: int) -> int:
    """Add what the run does without, for so many pieces of what it uses; returns how many of these are found so."""
    goes = min(most, math.ceil(pieces / units))
    if goes <= 0:
        return 0
    taken[each.run.pk] += goes
    return math.floor(goes * units)


def _sites_of(goods: Goods) -> dict[int, SiteId]:
    """Public ids by key."""
    keys = {site for _item, site in goods.lying} | {one.site_id for one in goods.coming}
    keys |= {end for one in goods.asked for end in one.route[1:3] if end is not None}
    named = Site.objects.filter(pk__in=keys).values_list("pk", "public_id")
    return {pk: SiteId(public_id) for pk, public_id in named}


def _told(goods: Goods, *, sites: Mapping[int, SiteId], epoch: datetime) -> dict[str, Any]:
    """As arguments of `position_at`."""
    return {
        "lying": {(ItemId(item), sites[site]): pieces for (item, site), pieces in goods.lying.items()},
        "held": {(ItemId(item), sites[site]): pieces for (item, site), pieces in goods.held.items()},
        "coming": [
            Coming(
                item=ItemId(one.item),
                site=sites[one.site_id],
                arrive_min=minute_of(one.arrives_at, epoch=epoch),
                quantity=one.quantity,
            )
            for one in goods.coming
        ],
    }


def _remaining(deal: Deal, goods: Goods, leaving: Iterable[tuple[_Planned, int]]) -> dict[str, int]:
    """By public id of the drop, what is still to be sent when each way has left with so many pieces."""
    about_to_leave: Counter[int | None] = Counter()
    for one, pieces in leaving:
        about_to_leave[one.drop_id] += pieces - one.way.sent
    return {
        drop.public_id: max(0, goods.open[drop.pk] - about_to_leave[drop.pk])
        for drop in deal.order.drops.all()
    }


def _wanted(deliveries: Iterable[Delivery], *, remaining: Mapping[str, int]) -> tuple[Delivery, ...]:
    """Without what a drop needs no more, for a person has sent it or does without: the last to leave first."""
    left, wanted = dict(remaining), []
    for load in sorted(deliveries, key=lambda load: load.depart_min):
        quantity = min(load.quantity, left[str(load.drop)])
        left[str(load.drop)] -= quantity
        if quantity:
            wanted.append(replace(load, quantity=quantity))
    return tuple(wanted)
