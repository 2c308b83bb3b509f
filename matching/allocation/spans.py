"""Where in its windows a machine may run an operation, given set-ups and lots that stand as they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matching.allocation.model import Span
from matching.problem import Lot, Machine, Mode, Problem
from matching.rules import setup_minutes
from matching.working_time import WorkingTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a window between fixed lots. `before`: the mode of the fixed lot just before it, if any.

    `is_doubtful`: what stands before it is a lot without a mode here, or one that lies only partly in the
    window, so that its set-up cannot be told.
    """

    begin: int
    end: int
    before: Mode | None
    is_doubtful: bool


def spans_of(
    machine: Machine,
    *,
    mode: Mode,
    others: Sequence[Mode],
    fixed: Sequence[Lot],
    problem: Problem,
    earliest_min: int,
    lenient: bool,
) -> tuple[Span, ...]:
    """Spans of `mode` on `machine`, in time order; nothing, set-up included, starts before `earliest_min`.

    Strict spans assume that the operation is the first in its stretch; a plan may use them if it runs
    nothing else there. Lenient spans hold every minute in which any valid plan could run the operation:
    one of the `others` may come first, and a doubtful stretch needs no set-up.
    """
    time = WorkingTime(machine)
    spans = []
    for number, stretch in enumerate(_stretches(machine, fixed=fixed, problem=problem)):
        if stretch.is_doubtful and not lenient:
            continue
        setup_min = _setup(machine, mode=mode, others=others, stretch=stretch, lenient=lenient)
        begin = max(stretch.begin, earliest_min)
        start = time.earliest_end(begin, setup_min)
        end = min(stretch.end, problem.horizon_min)
        if start < end:
            spans.append(Span(window=number, begin=begin, setup_min=setup_min, start=start, end=end))
    return tuple(spans)


def _setup(machine: Machine, *, mode: Mode, others: Sequence[Mode], stretch: Stretch, lenient: bool) -> int:
    """Working minutes before the first run of `mode` in the stretch."""
    if stretch.is_doubtful:
        return 0
    alone = setup_minutes(machine, before=stretch.before, mode=mode)
    if not lenient:
        return alone
    after_others = [
        setup_minutes(machine, before=stretch.before, mode=other)
        + setup_minutes(machine, before=other, mode=mode)
        for other in others
    ]
    return min([alone, *after_others])


def _stretches(machine: Machine, *, fixed: Sequence[Lot], problem: Problem) -> Iterator[Stretch]:
    """The windows less the fixed lots, in time order."""
    lots = sorted(fixed, key=lambda lot: (lot.start_min, lot.end_min))
    for window in machine.windows:
        begin, before, is_doubtful = window.start, None, False
        for lot in lots:
            if lot.end_min <= window.start or lot.start_min >= window.end:
                continue
            if begin < lot.start_min:
                yield Stretch(begin=begin, end=lot.start_min, before=before, is_doubtful=is_doubtful)
            begin = lot.end_min
            product = problem.order_by_id[lot.order].product
            before = machine.mode_by_operation.get((product, lot.operation))
            lies_inside = window.start <= lot.start_min and lot.end_min <= window.end
            is_doubtful = before is None or not lies_inside
        if begin < window.end:
            yield Stretch(begin=begin, end=window.end, before=before, is_doubtful=is_doubtful)
