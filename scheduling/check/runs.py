"""Rule 4: a run makes at least its minimum lot, or all that its orders need of its item."""

from collections import defaultdict
from collections.abc import Iterator

from matching.problem import ItemId, Order, OrderId
from scheduling.check.case import Case, LotInCase
from scheduling.check.needs import units_needed
from scheduling.check.violation import Violation


def check_runs(case: Case) -> Iterator[Violation]:
    """A run of fixed lots alone is exempt; with others they are part of their run."""
    needs = _Needs(case)
    for sequence in case.lots_by_machine.values():
        for run in runs_of(sequence):
            yield from _check_run(run, needs=needs)


def runs_of(sequence: list[LotInCase]) -> Iterator[list[LotInCase]]:
    """Successive lots in one window of the same product and operation, each after the first with set-up 0."""
    run: list[LotInCase] = []
    for each in sequence:
        if run and not _continues(run[-1], each):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _continues(before: LotInCase, each: LotInCase) -> bool:
    return (
        before.window is not None
        and before.window == each.window
        and (before.product.id, before.operation.id) == (each.product.id, each.operation.id)
        and each.lot.setup_min == 0
    )


def _check_run(run: list[LotInCase], *, needs: "_Needs") -> Iterator[Violation]:
    judged = next((each for each in run if not each.fixed), None)
    if judged is None or judged.mode is None:
        return
    made = sum(each.lot.quantity for each in run)
    if made >= judged.mode.min_lot:
        return
    orders = {each.order.id: each.order for each in run}
    needed = sum(needs.of(order, item=judged.operation.makes) for order in orders.values())
    if made < needed:
        text = f"the run makes {made} of {judged.operation.makes!a}; min_lot {judged.mode.min_lot}, needed {needed}"
        yield Violation(rule=4, path=judged.path, text=text)


class _Needs:
    """What each order needs of each item: of the product its quantity, of another item what its lots consume,
    each less stock.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._consumed: dict[tuple[OrderId, ItemId], int] = defaultdict(int)
        for each in case.lots:
            for need, units in units_needed(each):
                if need.item is not None:
                    self._consumed[each.order.id, need.item] += units

    def of(self, order: Order, *, item: ItemId) -> int:
        is_product = item == self._case.problem.product_by_id[order.product].final_item
        wanted = order.quantity if is_product else self._consumed[order.id, item]
        return max(0, wanted - self._case.stock_by_item[order.id, item])
