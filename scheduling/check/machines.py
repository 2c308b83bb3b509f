"""Rule 2, machines: a lot lies inside one window, and lots of one machine do not overlap."""

from collections.abc import Iterator

from scheduling.check.case import Case
from scheduling.check.violation import Violation


def check_machines(case: Case) -> Iterator[Violation]:
    yield from _check_windows(case)
    yield from _check_overlaps(case)


def _check_windows(case: Case) -> Iterator[Violation]:
    """Fixed lots are exempt."""
    for each in case.lots:
        if each.lot.end_min < each.lot.start_min:
            yield Violation(rule=2, path=f"{each.path}.end_min", text="ends before it starts")
        elif each.window is None and not each.fixed:
            text = f"[{each.lot.start_min}, {each.lot.end_min}) lies inside no window of {each.machine.id!a}"
            yield Violation(rule=2, path=each.path, text=text)


def _check_overlaps(case: Case) -> Iterator[Violation]:
    """Set-up included, fixed lots too; a lot without length may not stand inside another one."""
    for sequence in case.lots_by_machine.values():
        last = sequence[0]
        for each in sequence[1:]:
            if each.lot.start_min < last.lot.end_min:
                text = f"overlaps lot {last.lot.id!a} on machine {each.machine.id!a} until {last.lot.end_min}"
                yield Violation(rule=2, path=each.path, text=text)
            if each.lot.end_min >= last.lot.end_min:
                last = each
