"""What the plan costs, in exact cents, added up anew."""

from collections import defaultdict
from fractions import Fraction

from scheduling.check.case import Case, DeliveryInCase, LotInCase
from scheduling.check.demand import outcome_of
from scheduling.check.purchases import purchase_cents
from scheduling.check.roads import Road

_MINUTES_A_DAY = 1440


def exact_cost(case: Case) -> Fraction:
    """Lots + transport + trips + materials taken + fixed costs + tardiness + unmet + disruption."""
    return (
        sum((_lot(each) for each in case.lots), Fraction(0))
        + _transport(case)
        + _trips(case)
        + purchase_cents(case)
        + _fixed(case)
        + sum((_tardiness(parcel) for parcel in case.deliveries), Fraction(0))
        + _unmet(case)
        + _disruption(case)
    )


def half_up(cents: Fraction) -> int:
    """Rounded to whole cents, halves upward."""
    whole, rest = divmod(cents, 1)
    return int(whole) + (1 if rest >= Fraction(1, 2) else 0)


def _lot(each: LotInCase) -> Fraction:
    """Minutes without breaks, set-up included, at the window's price; 100 % outside windows."""
    if each.mode is None:
        return Fraction(0)
    price_pct = 100 if each.window is None else each.window.price_pct
    return Fraction(each.minutes, 60) * each.mode.cents_per_h * Fraction(price_pct, 100)


def _transport(case: Case) -> Fraction:
    total = Fraction(0)
    for load in case.transfers:
        if load.road is not None:
            total += load.road.cents(units=load.transfer.quantity, weight_g=load.weight_g)
    for parcel in case.deliveries:
        if parcel.road is not None:
            total += parcel.road.cents(units=parcel.delivery.quantity, weight_g=parcel.weight_g)
    return total


def _trips(case: Case) -> int:
    """Goods with the same from, to and departure share trips, whatever they are."""
    together: dict[tuple[object, ...], tuple[Road, int]] = {}
    for load in case.transfers:
        goods = load.transfer
        if load.road is not None:
            _load(
                together,
                goods.from_site,
                goods.to_site,
                goods.depart_min,
                road=load.road,
                units=goods.quantity,
            )
    for parcel in case.deliveries:
        sent = parcel.delivery
        if parcel.road is not None:
            end = (sent.order, parcel.drop.id)
            _load(together, sent.from_site, end, sent.depart_min, road=parcel.road, units=sent.quantity)
    return sum(road.trip_cents(units=units) for road, units in together.values())


def _load(
    together: dict[tuple[object, ...], tuple[Road, int]], *departure: object, road: Road, units: int
) -> None:
    _, loaded = together.get(departure, (road, 0))
    together[departure] = (road, loaded + units)


def _fixed(case: Case) -> int:
    """Once for every enterprise that runs a lot, and for each order it works on."""
    orders_of: dict[str, int] = defaultdict(int)
    for working in case.workers.values():
        for enterprise in working:
            orders_of[enterprise] += 1
    return sum(
        enterprise.fixed_cents + orders_of[enterprise.id] * enterprise.fixed_cents_per_order
        for enterprise in case.problem.enterprises
        if enterprise.id in orders_of
    )


def _tardiness(parcel: DeliveryInCase) -> Fraction:
    """pieces · minutes late / 1440 for a delivery against its drop's due."""
    late = max(0, parcel.delivery.arrive_min - parcel.drop.due_min)
    days = Fraction(late, _MINUTES_A_DAY)
    return parcel.delivery.quantity * days * Fraction(parcel.order.tardiness_cents_per_1000_unit_day, 1000)


def _unmet(case: Case) -> Fraction:
    total = Fraction(0)
    for order in case.problem.orders:
        if order.unmet_cents_per_1000_units is not None:
            unmet = outcome_of(order, case=case).unmet
            total += Fraction(unmet * order.unmet_cents_per_1000_units, 1000)
    return total


def _disruption(case: Case) -> int:
    """For each lot of the plan in force, of an order that lives, that is missing or was moved or changed."""
    if case.problem.previous is None:
        return 0
    now = {lot.id: lot for lot in case.plan.lots}
    disturbed = 0
    for old in case.problem.previous:
        if old.order not in case.problem.order_by_id:
            continue
        new = now.get(old.id)
        same = new is not None and (
            new.machine == old.machine
            and new.start_min == old.start_min
            and new.end_min == old.end_min
            and new.quantity == old.quantity
        )
        disturbed += 0 if same else 1
    return disturbed * case.problem.disruption_cents_per_lot
