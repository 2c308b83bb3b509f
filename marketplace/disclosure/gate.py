"""The gate every aggregate over rivals passes before anybody sees it. Pure.

A cell is shown only if at least five independent owners are in it and none holds more than a quarter of it.
Cells are fixed (no filters of the reader's own), totals count shown cells only, so that no difference of two
answers gives a hidden cell away, and amounts are rounded.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

LEAST_OWNERS = 5
MOST_SHARE_PCT = 25


class Withheld(StrEnum):
    """Why a cell is not shown."""

    TOO_FEW = "too-few"
    DOMINATED = "dominated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`amount` is rounded; None where the cell is withheld, and then `num_owners` is None too."""

    amount: int | None
    num_owners: int | None
    withheld: Withheld | None = None


def gate(amounts: Collection[float], *, round_to: int) -> Cell:
    """One cell from the amount of each of its owners (0 or more). Owners with nothing do not count as owners."""
    held = [amount for amount in amounts if amount > 0]
    total = sum(held)
    if len(held) < LEAST_OWNERS:
        return Cell(amount=None, num_owners=None, withheld=Withheld.TOO_FEW)
    if max(held) * 100 > total * MOST_SHARE_PCT:
        return Cell(amount=None, num_owners=None, withheld=Withheld.DOMINATED)
    return Cell(amount=round(total / round_to) * round_to, num_owners=len(held))


def shown_total(cells: Iterable[Cell]) -> int:
    """The sum of what is shown; nothing hidden is in it."""
    return sum(cell.amount for cell in cells if cell.amount is not None)
