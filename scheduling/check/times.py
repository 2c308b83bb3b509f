"""Rule 6: nothing too early, nothing too late."""

from collections.abc import Iterator

from matching.problem import Order
from scheduling.check.case import Case
from scheduling.check.violation import Violation


def check_times(case: Case) -> Iterator[Violation]:
    yield from _check_lots(case)
    for load in case.transfers:
        goods = load.transfer
        yield from _check_goods(
            case, depart=goods.depart_min, arrive=goods.arrive_min, order=load.order, path=load.path
        )
    for parcel in case.deliveries:
        sent = parcel.delivery
        yield from _check_goods(
            case, depart=sent.depart_min, arrive=sent.arrive_min, order=parcel.order, path=parcel.path
        )


def _check_lots(case: Case) -> Iterator[Violation]:
    """Release and now bind all but fixed lots; the horizon binds all. A hold may end later."""
    for each in case.lots:
        earliest = max(each.order.release_min, case.problem.now_min)
        if each.lot.start_min < earliest and not each.fixed:
            text = f"is {each.lot.start_min}, nothing starts before {earliest}"
            yield Violation(rule=6, path=f"{each.path}.start_min", text=text)
        if each.lot.end_min > case.problem.horizon_min:
            text = f"is {each.lot.end_min}, after the horizon {case.problem.horizon_min}"
            yield Violation(rule=6, path=f"{each.path}.end_min", text=text)


def _check_goods(
    case: Case, *, depart: int, arrive: int, order: Order | None, path: str
) -> Iterator[Violation]:
    earliest = max(0, case.problem.now_min)
    if depart < earliest:
        text = f"is {depart}, nothing departs before {earliest}"
        yield Violation(rule=6, path=f"{path}.depart_min", text=text)
    if arrive > case.problem.horizon_min:
        text = f"is {arrive}, after the horizon {case.problem.horizon_min}"
        yield Violation(rule=6, path=f"{path}.arrive_min", text=text)
    if order is not None and order.latest_min is not None and arrive > order.latest_min:
        text = f"is {arrive}, after the latest {order.latest_min} of order {order.id!a}"
        yield Violation(rule=6, path=f"{path}.arrive_min", text=text)
