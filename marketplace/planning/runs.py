"""From a plan to runs, and neutral labels for the factories that work on it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from marketplace.common.money import round_half_up
from matching.problem import Lot, Machine, Problem, Window
from scheduling.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDraft:
    """Successive lots of one operation on one machine in one window under one set-up; minutes of the problem."""

    machine: str
    enterprise: str
    operation: str
    start_min: int
    end_min: int
    setup_min: int
    quantity: int
    pay_cents: int
    lots: tuple[Lot, ...]


def labels_of(problem: Problem, plan: Plan) -> dict[str, str]:
    """A neutral label for each enterprise of the plan, in order of first start, then id."""
    first: dict[str, int] = {}
    for lot in plan.lots:
        enterprise = enterprise_of(problem, lot)
        first[enterprise] = min(first.get(enterprise, lot.start_min), lot.start_min)
    ordered = sorted(first, key=lambda enterprise: (first[enterprise], enterprise))
    return {enterprise: letters(index) for index, enterprise in enumerate(ordered)}


def letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    text = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        text = chr(ord("A") + digit) + text
    return text


def enterprise_of(problem: Problem, lot: Lot) -> str:
    return str(problem.site_by_id[problem.machine_by_id[lot.machine].site].enterprise)


def runs_of(
    problem: Problem, lots: Iterable[Lot], *, without: frozenset[str] = frozenset()
) -> list[RunDraft]:
    """Group lots into runs, ordered by start, then machine.

    Lots whose ids are in `without` are in no run, and no run goes on over them: their time belongs to others.
    """
    by_machine: dict[str, list[Lot]] = defaultdict(list)
    for lot in lots:
        by_machine[lot.machine].append(lot)
    drafts = [
        _draft(problem, machine, group)
        for own in by_machine.values()
        for machine in [problem.machine_by_id[own[0].machine]]
        for group in _groups(machine, sorted(own, key=lambda lot: lot.start_min), without=without)
    ]
    return sorted(drafts, key=lambda run: (run.start_min, run.machine))


def _groups(machine: Machine, own: Iterable[Lot], *, without: frozenset[str]) -> Iterator[list[Lot]]:
    group: list[Lot] = []
    for lot in own:
        if group and (lot.id in without or not _continues(machine, group[-1], lot)):
            yield group
            group = []
        if lot.id not in without:
            group.append(lot)
    if group:
        yield group


def _continues(machine: Machine, before: Lot, lot: Lot) -> bool:
    window = window_of(machine, before)
    return (
        lot.setup_min == 0
        and (lot.order, lot.operation) == (before.order, before.operation)
        and window is not None
        and lot.end_min <= window.end
    )


def window_of(machine: Machine, lot: Lot) -> Window | None:
    """The window a lot lies in; None for a pinned lot whose time is no longer for sale."""
    return next((w for w in machine.windows if w.start <= lot.start_min and lot.end_min <= w.end), None)


def _draft(problem: Problem, machine: Machine, group: list[Lot]) -> RunDraft:
    return RunDraft(
        machine=str(machine.id),
        enterprise=str(problem.site_by_id[machine.site].enterprise),
        operation=str(group[0].operation),
        start_min=group[0].start_min,
        end_min=max(lot.end_min for lot in group),
        setup_min=group[0].setup_min,
        quantity=sum(lot.quantity for lot in group),
        pay_cents=round_half_up(sum((_cost(problem, machine, lot) for lot in group), start=Fraction(0))),
        lots=tuple(group),
    )


def _cost(problem: Problem, machine: Machine, lot: Lot) -> Fraction:
    """Working minutes, set-up included, at the mode's price and the window's percentage (the contract's cost)."""
    mode = machine.mode_by_operation[(problem.order_by_id[lot.order].product, lot.operation)]
    window = window_of(machine, lot)
    resting = sum(max(0, min(b.end, lot.end_min) - max(b.start, lot.start_min)) for b in machine.breaks)
    worked = lot.end_min - lot.start_min - resting
    return Fraction(worked * mode.cents_per_h * (window.price_pct if window else 100), 6000)
