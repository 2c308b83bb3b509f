"""Arithmetic of half-open periods with a price: merge, cover, subtract. Lists are sorted and disjoint."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple


class Priced(NamedTuple):
    """[starts_at, ends_at) at `price_pct` of the machine's price."""

    starts_at: datetime
    ends_at: datetime
    price_pct: int


Span = tuple[datetime, datetime]


def merged(periods: Iterable[Priced]) -> list[Priced]:
    """Sorted, disjoint: touching or overlapping periods of one price become one.

    Where prices differ the period that starts first keeps the overlap.
    """
    result: list[Priced] = []
    for period in sorted(periods):
        starts_at, ends_at, price_pct = period
        if result and starts_at <= result[-1].ends_at:
            last = result[-1]
            if price_pct == last.price_pct:
                result[-1] = Priced(last.starts_at, max(last.ends_at, ends_at), price_pct)
                continue
            starts_at = last.ends_at
        if starts_at < ends_at:
            result.append(Priced(starts_at, ends_at, price_pct))
    return result


def covered(*, below: Sequence[Priced], above: Sequence[Priced]) -> list[Priced]:
    """Both together; where they overlap, `above` holds. Each is sorted and disjoint."""
    if not above:
        return list(below)
    return merged([*subtracted(below, [(a.starts_at, a.ends_at) for a in above]), *above])


def subtracted(periods: Sequence[Priced], taken: Sequence[Span]) -> list[Priced]:
    """What is left of `periods` without `taken`; both sorted, `periods` disjoint."""
    if not taken:
        return list(periods)
    result: list[Priced] = []
    first = 0
    for starts_at, ends_at, price_pct in periods:
        while first < len(taken) and taken[first][1] <= starts_at:
            first += 1
        index = first
        while index < len(taken) and taken[index][0] < ends_at:
            if starts_at < taken[index][0]:
                result.append(Priced(starts_at, taken[index][0], price_pct))
            starts_at = max(starts_at, taken[index][1])
            index += 1
        if starts_at < ends_at:
            result.append(Priced(starts_at, ends_at, price_pct))
    return result


def clipped(periods: Iterable[Priced], *, starts_at: datetime, ends_at: datetime) -> list[Priced]:
    """What of `periods` lies inside [starts_at, ends_at)."""
    return [
        Priced(max(p.starts_at, starts_at), min(p.ends_at, ends_at), p.price_pct)
        for p in periods
        if p.starts_at < ends_at and p.ends_at > starts_at
    ]
