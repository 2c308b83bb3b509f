"""Rule 5, ways: goods go where they may, by ways that exist, and take as long as the way is."""

from collections.abc import Iterator

from scheduling.check.case import Case, TransferInCase
from scheduling.check.roads import Road
from scheduling.check.violation import Violation


def check_ways(case: Case) -> Iterator[Violation]:
    for load in case.transfers:
        goods = load.transfer
        yield from _check_lead(load.road, depart=goods.depart_min, arrive=goods.arrive_min, path=load.path)
        yield from _check_end(load, case=case)
    for parcel in case.deliveries:
        goods_sent = parcel.delivery
        yield from _check_lead(
            parcel.road, depart=goods_sent.depart_min, arrive=goods_sent.arrive_min, path=parcel.path
        )


def _check_lead(road: Road | None, *, depart: int, arrive: int, path: str) -> Iterator[Violation]:
    if road is None:
        yield Violation(rule=5, path=path, text="no lane, and there are lanes only: this way does not exist")
    elif arrive < depart + road.lead_min:
        text = f"is {arrive}, but the way takes {road.lead_min} from {depart}"
        yield Violation(rule=5, path=f"{path}.arrive_min", text=text)


def _check_end(load: TransferInCase, *, case: Case) -> Iterator[Violation]:
    """Goods of an order go only to sites of enterprises that work on it, and to its drops."""
    if load.order is None:
        return
    end = case.problem.site_by_id[load.transfer.to_site]
    is_drop = any(drop.destination.site == end.id for drop in load.order.drops)
    if not is_drop and end.enterprise not in case.workers[load.order.id]:
        text = f"enterprise {end.enterprise!a} does not work on order {load.order.id!a}"
        yield Violation(rule=5, path=f"{load.path}.to", text=text)
