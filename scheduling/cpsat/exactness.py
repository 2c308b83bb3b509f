"""When a model covers every plan of its problem, so that its bound and its infeasibility are proofs.

Each function names one way in which a plan could be better than all the model knows. The model is exact
only if none applies; a model that is not still finds plans, but proves nothing. That the model leaves trips
and disruption out of the cost is no flaw: neither is ever negative, so its bound stays one.
"""

from collections import Counter
from collections.abc import Callable
from itertools import permutations

from matching.problem import Machine, SiteId
from scheduling.cpsat.slots import Slot, most_units
from scheduling.dispatch.shop import Good, Shop

_MOST_SITES = 15  # relays are looked for among so many sites; with more the model is not called exact
_HEAVY_G = 10**9  # prices are linear in the weight: what holds for nothing and for this holds between

Flaw = Callable[[Shop, list[Slot]], bool]


def is_exact(shop: Shop, slots: list[Slot]) -> bool:
    """Whether no plan of the problem, however split or routed, beats the best one of the model."""
    return not any(flaw(shop, slots) for flaw in FLAWS)


def could_split_further(shop: Shop, slots: list[Slot]) -> bool:
    """An item could be made in more lots than it has slots: a lot is at least one piece."""
    count = Counter[Good]((slot.order.id, slot.item) for slot in slots)
    return any(
        units > count[good]
        for order in shop.problem.orders
        for good, units in most_units(shop, order).items()
        if shop.stations[good]
    )


def surplus_could_help(shop: Shop, slots: list[Slot]) -> bool:
    """A lot nobody needs could make a set-up shorter, or do it before what follows is released."""
    stations = [option.station for slot in slots for option in slot.options]
    machines = {station.machine.id: station.machine for station in stations}
    if all(_never_sets_up(machine) for machine in machines.values()):
        return False
    released = {shop.first_minute(order) for order in shop.problem.orders}
    holds_people = any(mode.uses for machine in machines.values() for mode in machine.modes)
    return len(released) > 1 or holds_people or not all(_sets_up_evenly(each) for each in machines.values())


def relay_could_help(shop: Shop, slots: list[Slot]) -> bool:
    """Goods could travel faster or cheaper by way of a third site, or wait for a better departure."""
    sites = list(shop.problem.site_by_id)
    if len(sites) == 1:
        return False
    ways = [shop.roads.between(a, b) for a, b in permutations(sites[:_MOST_SITES], 2)]
    if len(sites) > _MOST_SITES or any(way is None or way.departs_every_min > 1 for way in ways):
        return True
    return any(_is_shorter_by(shop, a, b, c) for a, b, c in permutations(sites, 3)) or any(
        _delivers_shorter_by(shop, a, b) for a, b in permutations(sites, 2)
    )


def shares_smallest_lots(shop: Shop, slots: list[Slot]) -> bool:
    """The model is stricter than rule 4 where a run may serve several orders of one product."""
    has_smallest = any(option.station.mode.min_lot > 1 for slot in slots for option in slot.options)
    products = Counter(order.product for order in shop.problem.orders)
    return has_smallest and max(products.values()) > 1


FLAWS: tuple[Flaw, ...] = (
    could_split_further,
    surplus_could_help,
    relay_could_help,
    shares_smallest_lots,
)


def _never_sets_up(machine: Machine) -> bool:
    return not any(mode.setup_min for mode in machine.modes) and not any(c.min for c in machine.changeovers)


def _sets_up_evenly(machine: Machine) -> bool:
    """No changeovers listed, and one set-up for all modes of a family."""
    by_family: dict[str, set[int]] = {}
    for mode in machine.modes:
        by_family.setdefault(mode.family, set()).add(mode.setup_min)
    return not machine.changeovers and all(len(minutes) == 1 for minutes in by_family.values())


def _is_shorter_by(shop: Shop, start: SiteId, middle: SiteId, end: SiteId) -> bool:
    direct, first, second = (
        shop.roads.between(start, end),
        shop.roads.between(start, middle),
        shop.roads.between(middle, end),
    )
    assert direct is not None and first is not None and second is not None
    return first.lead_min + second.lead_min < direct.lead_min or any(
        first.cents(units=1, weight_g=weight) + second.cents(units=1, weight_g=weight)
        < direct.cents(units=1, weight_g=weight)
        for weight in (0, _HEAVY_G)
    )


def _delivers_shorter_by(shop: Shop, start: SiteId, middle: SiteId) -> bool:
    first = shop.roads.between(start, middle)
    assert first is not None
    for order in shop.problem.orders:
        weight = shop.weight_g((order.id, shop.final_item(order)))
        for drop in order.drops:
            direct = shop.roads.to_drop(start, order=order, drop=drop)
            second = shop.roads.to_drop(middle, order=order, drop=drop)
            if (
                direct is None
                or second is None
                or direct.departs_every_min > 1
                or second.departs_every_min > 1
            ):
                return True
            by_relay = first.cents(units=1, weight_g=weight) + second.cents(units=1, weight_g=weight)
            if first.lead_min + second.lead_min < direct.lead_min:
                return True
            if by_relay < direct.cents(units=1, weight_g=weight):
                return True
    return False
