"""Rule 8: no order is spread over more enterprises than it allows."""

from collections.abc import Iterator

from scheduling.check.case import Case
from scheduling.check.violation import Violation


def check_enterprises(case: Case) -> Iterator[Violation]:
    for order in case.problem.orders:
        working = case.workers[order.id]
        if order.max_enterprises is not None and len(working) > order.max_enterprises:
            text = (
                f"{len(working)} enterprises work on order {order.id!a}, at most {order.max_enterprises} may"
            )
            yield Violation(rule=8, path=case.path_of(order), text=text)
