"""How a sum of money follows pieces: cumulative and rounded once, so that the parts add up to the whole. Pure."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

from marketplace.common.money import round_half_up

Key = TypeVar("Key")


def share_cents(whole_cents: int, *, pieces: int, of: int) -> int:
    """What `pieces` of `of` pieces are worth together; all of them are worth exactly the whole.

    The worth of later pieces is the difference of two such shares: nothing is lost by rounding.
    """
    return round_half_up(Fraction(whole_cents * min(pieces, of), of))


def rationed(wanted: Mapping[Key, int], *, cents: int) -> dict[Key, int]:
    """Divide at most `cents` among positive wants, in proportion to them; nobody gets more than it wants."""
    total = sum(wanted.values())
    if total <= cents:
        return dict(wanted)
    given, before = {}, 0
    for key, want in wanted.items():
        up_to = share_cents(max(0, cents), pieces=before + want, of=total)
        given[key] = up_to - share_cents(max(0, cents), pieces=before, of=total)
        before += want
    return given
