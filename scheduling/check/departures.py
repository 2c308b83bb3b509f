"""Rule 10: goods leave by the timetable. (Its trips are money: see `scheduling.check.money`.)"""

from collections.abc import Iterator

from scheduling.check.case import Case
from scheduling.check.roads import Road
from scheduling.check.violation import Violation


def check_departures(case: Case) -> Iterator[Violation]:
    """`departs_at_min` + n·`departs_every_min`, n any integer; within one site goods leave at any time."""
    for load in case.transfers:
        yield from _check(load.road, depart=load.transfer.depart_min, path=load.path)
    for parcel in case.deliveries:
        yield from _check(parcel.road, depart=parcel.delivery.depart_min, path=parcel.path)


def _check(road: Road | None, *, depart: int, path: str) -> Iterator[Violation]:
    if road is None or road.within_site:
        return
    if (depart - road.departs_at_min) % road.departs_every_min:
        text = f"is {depart}, departures are at {road.departs_at_min} + n·{road.departs_every_min}"
        yield Violation(rule=10, path=f"{path}.depart_min", text=text)
