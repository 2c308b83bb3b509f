"""What a lot consumes."""

from collections.abc import Iterator

from matching.problem import Need
from scheduling.check.case import LotInCase


def units_needed(each: LotInCase) -> Iterator[tuple[Need, int]]:
    """Each need with its ceil(s·num/den) units; nothing where the needs are consumed already."""
    if each.consumes:
        for need in each.operation.needs:
            yield need, (each.started * need.num + need.den - 1) // need.den
