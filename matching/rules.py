"""The arithmetic of lots, in whole pieces and whole minutes: pieces started, run time, set-up, needs, money.

Working time over windows and breaks is in `matching.working_time`, transport in `matching.ways`, who may
run what in `matching.capability`. The checker shares none of this: it computes everything a second time.
"""

from fractions import Fraction

from matching.problem import Machine, Mode, Need, Window


def started_pieces(mode: Mode, *, good: int) -> int:
    """s = ceil(good·1000/good_per_1000): pieces to start so that `good` (>= 0) come out."""
    return _ceil(good * 1000, mode.good_per_1000)


def run_minutes(mode: Mode, *, started: int, speed_pct: int) -> int:
    """Minutes for `started` pieces without set-up and breaks.

    ceil(s·run_min·100/(run_units·speed_pct)); for a batch ceil(s/run_units)·ceil(run_min·100/speed_pct).
    """
    if mode.batch:
        return _ceil(started, mode.run_units) * _ceil(mode.run_min * 100, speed_pct)
    return _ceil(started * mode.run_min * 100, mode.run_units * speed_pct)


def lot_minutes(mode: Mode, *, machine: Machine, good: int, setup_min: int) -> int:
    """Working minutes of a lot of `good` pieces: set-up and run, without breaks."""
    started = started_pieces(mode, good=good)
    return setup_min + run_minutes(mode, started=started, speed_pct=machine.speed_pct)


def most_good_pieces(mode: Mode, *, machine: Machine, minutes: int, at_most: int) -> int:
    """The most good pieces, up to `at_most`, whose run time (without set-up) is within `minutes`.

    Inverts `run_minutes` and `started_pieces`: ceil(x) <= n exactly if x <= n.
    """
    if minutes < 0:
        return 0
    if mode.run_min == 0:
        return at_most
    if mode.batch:
        started = minutes // _ceil(mode.run_min * 100, machine.speed_pct) * mode.run_units
    else:
        started = minutes * mode.run_units * machine.speed_pct // (mode.run_min * 100)
    return min(at_most, started * mode.good_per_1000 // 1000)


def consumed(need: Need, *, started: int) -> int:
    """Units that a lot of `started` pieces consumes: ceil(s·num/den)."""
    return _ceil(started * need.num, need.den)


def setup_minutes(machine: Machine, *, before: Mode | None, mode: Mode) -> int:
    """Set-up of a lot of `mode` after a lot of `before` in the same window (None: first in its window).

    The listed changeover between the two families; else 0 within one family; else the mode's set-up.
    """
    if before is None:
        return mode.setup_min
    for change in machine.changeovers:
        if change.from_family == before.family and change.to_family == mode.family:
            return change.min
    return 0 if before.family == mode.family else mode.setup_min


def machine_cents(mode: Mode, *, minutes: int, window: Window | None) -> Fraction:
    """minutes·cents_per_h·price_pct/6000 for `minutes` without breaks; 100 % outside windows (None)."""
    price_pct = 100 if window is None else window.price_pct
    return Fraction(minutes * mode.cents_per_h * price_pct, 6000)


def round_half_up(cents: Fraction) -> int:
    """floor(cents + 1/2): done once, on the whole sum."""
    return (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)


def _ceil(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
