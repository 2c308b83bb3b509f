"""How a sum of money follows pieces: cumulative and rounded once, so that the parts add up to the whole. Pure."""

from fractions import Fraction

from marketplace.common.money import round_half_up


def share_cents(whole_cents: int, *, pieces: int, of: int) -> int:
    """What `pieces` of `of` pieces are worth together; all of them are worth exactly the whole.

    The worth of later pieces is the difference of two such shares: nothing is lost by rounding.
    """
    return round_half_up(Fraction(whole_cents * min(pieces, of), of))
