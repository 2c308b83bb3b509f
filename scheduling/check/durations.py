"""Rule 3: run time and set-up of a lot."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from matching.problem import Mode
from scheduling.check.case import Case, LotInCase
from scheduling.check.violation import Violation


def check_durations(case: Case) -> Iterator[Violation]:
    """Set-up by what ran before in the same window; minutes without breaks = set-up + run time.

    Fixed lots are exempt, and count as what ran before. Lots without a mode are rule 1's.
    """
    for sequence in case.lots_by_machine.values():
        before: LotInCase | None = None
        for each in sequence:
            if each.mode is not None and not each.fixed:
                yield from _check_lot(each, mode=each.mode, before=before)
            before = each


def _check_lot(each: LotInCase, *, mode: Mode, before: LotInCase | None) -> Iterator[Violation]:
    setup = _setup_min(each, mode=mode, before=before)
    if each.lot.setup_min != setup:
        text = f"is {each.lot.setup_min}, set-up takes {setup}"
        yield Violation(rule=3, path=f"{each.path}.setup_min", text=text)
    run = _run_min(each.started, mode=mode, speed_pct=each.machine.speed_pct)
    if each.minutes != each.lot.setup_min + run:
        text = (
            f"{each.minutes} minutes without breaks, but set-up {each.lot.setup_min} + run {run} "
            f"for {each.started} pieces started"
        )
        yield Violation(rule=3, path=each.path, text=text)


def _setup_min(each: LotInCase, *, mode: Mode, before: LotInCase | None) -> int:
    """The listed changeover from the family before in the same window; else 0 after the same family in the
    same window; else the mode's.
    """
    if before is None or before.window is None or before.window != each.window:
        return mode.setup_min
    listed = {(change.from_family, change.to_family): change.min for change in each.machine.changeovers}
    changeover = listed.get((before.family, mode.family))
    if changeover is not None:
        return changeover
    return 0 if before.family == mode.family else mode.setup_min


def _run_min(started: int, *, mode: Mode, speed_pct: int) -> int:
    """ceil(s·run_min·100/(run_units·speed_pct)); for a batch ceil(s/run_units)·ceil(run_min·100/speed_pct)."""
    if mode.batch:
        return ceil(Fraction(started, mode.run_units)) * ceil(Fraction(mode.run_min * 100, speed_pct))
    return ceil(Fraction(started * mode.run_min * 100, mode.run_units * speed_pct))
