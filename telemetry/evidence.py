"""How far idle time may be believed: the evidence ladder R0 to R4, discounted by the age of the evidence.

The figures are a first setting, by judgement, until a factory's own factor has been learned from promise
against actual; they only have to fall from rung to rung and with age, and reach zero: stale evidence is never
idle capacity.
"""

from dataclasses import dataclass
from enum import IntEnum

_DAY_MIN = 24 * 60


class Rung(IntEnum):
    DECLARED = 0  # R0: the calendar the owner declared
    TAPPED = 1  # R1: an operator taps start, stop and count
    COUNTED = 2  # R2: a counter or stack-light photo, a daily count
    SENSED = 3  # R3: clamp-on current sensor, pulse counter, photo-eye
    CONTROLLER = 4  # R4: the controller itself


class AgeInvalid(ValueError):
    """An age is negative: evidence cannot come from the future."""

    code = "evidence:age-negative"

    def __init__(self, *, age_min: int) -> None:
        super().__init__(f"age {age_min} min: it must be 0 or more")
        self.age_min = age_min


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trust:
    """`full_pct` up to `fresh_min` minutes of age, then falling in a straight line to 0 at `stale_min`."""

    full_pct: int
    fresh_min: int
    stale_min: int


_TRUST = {
    Rung.DECLARED: _Trust(full_pct=50, fresh_min=7 * _DAY_MIN, stale_min=90 * _DAY_MIN),
    Rung.TAPPED: _Trust(full_pct=65, fresh_min=_DAY_MIN, stale_min=14 * _DAY_MIN),
    Rung.COUNTED: _Trust(full_pct=75, fresh_min=2 * _DAY_MIN, stale_min=14 * _DAY_MIN),
    Rung.SENSED: _Trust(full_pct=85, fresh_min=60, stale_min=7 * _DAY_MIN),
    Rung.CONTROLLER: _Trust(full_pct=95, fresh_min=60, stale_min=7 * _DAY_MIN),
}


def usable_pct(rung: Rung, *, age_min: int) -> int:
    """The share, 0 to 95 %, of an idle hour that may be planned on; rounded down.

    `age_min` is the age in whole minutes of the last sign of life, at R0 of the owner's declaration.
    full × (stale − age) ÷ (stale − fresh) between the two ages. Raises `AgeInvalid` if negative.
    """
    if age_min < 0:
        raise AgeInvalid(age_min=age_min)
    trust = _TRUST[rung]
    if age_min <= trust.fresh_min:
        return trust.full_pct
    if age_min >= trust.stale_min:
        return 0
    return trust.full_pct * (trust.stale_min - age_min) // (trust.stale_min - trust.fresh_min)
