"""Rule 7: what is delivered, unmet and left over adds up."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from matching.problem import DropId, Objective, Order, OrderId
from scheduling.check.case import Case
from scheduling.check.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an order gets: pieces delivered, not delivered, left over; the last arrival (None: none)."""

    delivered: int
    unmet: int
    surplus: int
    completed_min: int | None


def check_demand(case: Case) -> Iterator[Violation]:
    """For each drop delivered + unmet = quantity; unmet is 0 where everything must be delivered."""
    sent = _sent_by_drop(case)
    for order in case.problem.orders:
        for drop in order.drops:
            delivered = sent[order.id, drop.id]
            where = f"order {order.id!a}" if drop.id is None else f"drop {drop.id!a} of order {order.id!a}"
            if delivered > drop.quantity:
                text = f"{delivered} delivered to {where}, which takes {drop.quantity}"
                yield Violation(rule=7, path=case.path_of(order), text=text)
            elif delivered < drop.quantity and _all_must_come(order, case=case):
                text = f"{delivered} of {drop.quantity} delivered to {where}, and everything must be"
                yield Violation(rule=7, path=case.path_of(order), text=text)
        outcome = outcome_of(order, case=case)
        if outcome.surplus < 0:
            text = f"{-outcome.surplus} more delivered than made and in stock"
            yield Violation(rule=7, path=case.path_of(order), text=text)


def outcome_of(order: Order, *, case: Case) -> Outcome:
    arrivals = [
        (parcel.delivery.quantity, parcel.delivery.arrive_min)
        for parcel in case.deliveries_by_order[order.id]
    ]
    delivered = sum(quantity for quantity, _ in arrivals)
    return Outcome(
        delivered=delivered,
        unmet=order.quantity - delivered,
        surplus=_made_and_in_stock(order, case=case) - delivered,
        completed_min=max((arrive for _, arrive in arrivals), default=None),
    )


def _made_and_in_stock(order: Order, *, case: Case) -> int:
    product = case.problem.product_by_id[order.product].final_item
    lots = case.lots_by_order[order.id]
    made = sum(each.lot.quantity for each in lots if each.operation.makes == product)
    return made + case.stock_by_item[order.id, product]


def _sent_by_drop(case: Case) -> dict[tuple[OrderId, DropId | None], int]:
    sent: dict[tuple[OrderId, DropId | None], int] = defaultdict(int)
    for parcel in case.deliveries:
        sent[parcel.order.id, parcel.drop.id] += parcel.delivery.quantity
    return sent


def _all_must_come(order: Order, *, case: Case) -> bool:
    return order.unmet_cents_per_1000_units is None or case.problem.objective is Objective.FINISH
