"""A strip of states over a day or a week: coloured and patterned pieces, and the hours of each state in words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from marketplace.common.show.amounts import number_text
from marketplace.common.show.states import Look, look_of
from marketplace.common.show.times import HOUR_S, clock_text

WIDTH = 1440  # units of the drawing
TICK_EVERY_H = 6
SHORTEST_H = 0.05  # what is shorter would read as nothing
NOT_YET = "never-connected"  # a machine that says something now was only not connected yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`x` and `width` in units of the drawing, from its start."""

    state: str
    tone: str
    text: Promise | str
    x: float
    width: float
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    state: str
    tone: str
    text: Promise | str
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    pieces: tuple[Piece, ...]
    ticks: tuple[Tick, ...]
    totals: tuple[Total, ...]


def strip_of(
    intervals: Iterable[tuple[str, datetime, datetime | None]], *, starts_at: datetime, ends_at: datetime
) -> Strip:
    """Intervals are (state, start, end), sorted and disjoint; an open end lasts to `ends_at`. Clipped to the strip."""
    scale = WIDTH / (ends_at - starts_at).total_seconds()
    pieces = []
    for state, begin, end in intervals:
        first, last = max(begin, starts_at), min(end or ends_at, ends_at)
        if first >= last:
            continue
        look = _look_of(state)
        pieces.append(
            Piece(
                state=state,
                tone=look.tone,
                text=look.text,
                x=round((first - starts_at).total_seconds() * scale, 1),
                width=round((last - first).total_seconds() * scale, 1),
                starts_at=first,
                ends_at=last,
            )
        )
    return Strip(pieces=tuple(pieces), ticks=_ticks(starts_at, ends_at), totals=_totals(pieces))


def _hours_text(hours: float) -> str:
    return "< 0.1" if hours < SHORTEST_H else number_text(hours, digits=1)


def _look_of(state: str) -> Look:
    look = look_of(state)
    return replace(look, text=_("not connected yet")) if state == NOT_YET else look


def _totals(pieces: list[Piece]) -> tuple[Total, ...]:
    """Hours of each state in words, longest first; those before the first connection last, however many."""
    spent: dict[str, timedelta] = {}
    for piece in pieces:
        spent[piece.state] = spent.get(piece.state, timedelta()) + (piece.ends_at - piece.starts_at)
    return tuple(
        Total(
            state=state,
            tone=_look_of(state).tone,
            text=_look_of(state).text,
            hours=_("%(n)s h") % {"n": _hours_text(time.total_seconds() / HOUR_S)},
        )
        for state, time in sorted(spent.items(), key=lambda item: (item[0] == NOT_YET, -item[1]))
    )


def _ticks(starts_at: datetime, ends_at: datetime) -> tuple[Tick, ...]:
    """Local 6, 12 and 18 o'clock and midnights within the strip."""
    zone = timezone.get_current_timezone()
    at = starts_at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    length = (ends_at - starts_at).total_seconds()
    ticks = []
    while at < ends_at:
        if at > starts_at and at.hour % TICK_EVERY_H == 0:
            ticks.append(
                Tick(x=round((at - starts_at).total_seconds() / length * WIDTH, 1), text=clock_text(at))
            )
        at += timedelta(hours=1)
    return tuple(ticks)
