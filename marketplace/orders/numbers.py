"""Number ranges of an order (plate or serial numbers) and how they are dealt out to lots. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.common.checks import require_text, require_whole
from marketplace.common.errors import InvalidInput

MAX_NUMBER = 10**15
MOST_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRange:
    """`first` to `last`, both included, written as `prefix` and at least `digits` digits (zeros in front)."""

    first: int
    last: int
    prefix: str = ""
    digits: int = 1

    def __post_init__(self) -> None:
        require_whole(self.first, field="first", least=0, most=MAX_NUMBER)
        require_whole(self.last, field="last", least=0, most=MAX_NUMBER)
        require_text(self.prefix, field="prefix", most=20)
        require_whole(self.digits, field="digits", least=1, most=MOST_DIGITS)
        if self.last < self.first:
            raise InvalidInput(_("The last number must not be below the first."), field="last")

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def written(self, number: int) -> str:
        """`number` as it stands on the piece: `A-0007`."""
        return f"{self.prefix}{number:0{self.digits}d}"

    def as_value(self) -> dict[str, Any]:
        """What is stored among an order's or a run's variant values."""
        return asdict(self)

    def part(self, *, first: int, last: int) -> "NumberRange":
        return NumberRange(first=first, last=last, prefix=self.prefix, digits=self.digits)


def read_number_range(value: object) -> NumberRange:
    """From a stored or given value; raises `InvalidInput` naming the part that is wrong."""
    if not isinstance(value, Mapping) or not {"first", "last"} <= set(value):
        raise InvalidInput(_("A number range has a first and a last number."))
    if unknown := set(value) - {"first", "last", "prefix", "digits"}:
        raise InvalidInput(_("A number range does not know this field."), field=min(map(str, unknown)))
    return NumberRange(**value)


def deal_number_range(
    number_range: NumberRange, quantities: Sequence[int], *, dealt: Sequence[NumberRange] = ()
) -> list[tuple[NumberRange, ...]]:
    """Deal the numbers out, lowest first, one to each piece of the lots with these quantities (in their order).

    `dealt` are numbers that lots which stand already have; they are not dealt again, so a lot may get several
    sub-ranges. Every number goes to at most one lot; to exactly one if the quantities reach the free numbers.
    Surplus pieces beyond the range get none. A lot of n pieces gets n numbers while there are any.
    """
    free = _free(number_range, dealt)
    result: list[tuple[NumberRange, ...]] = []
    for quantity in quantities:
        require_whole(quantity, field="quantities", least=0, most=MAX_NUMBER)
        parts: list[NumberRange] = []
        while quantity and free:
            first, last = free[0]
            end = min(last, first + quantity - 1)
            parts.append(number_range.part(first=first, last=end))
            quantity -= end - first + 1
            if end == last:
                free.pop(0)
            else:
                free[0] = (end + 1, last)
        result.append(tuple(parts))
    return result


def _free(number_range: NumberRange, dealt: Sequence[NumberRange]) -> list[tuple[int, int]]:
    """The numbers not dealt yet: sorted, disjoint, both ends included."""
    free: list[tuple[int, int]] = []
    first = number_range.first
    for part in sorted(dealt, key=lambda one: one.first):
        if part.first > first:
            free.append((first, min(part.first - 1, number_range.last)))
        first = max(first, part.last + 1)
        if first > number_range.last:
            return free
    return [*free, (first, number_range.last)]
