"""First in, first out: which arrivals of a heap went into which departures. Pure.

Nobody tells pieces of one item at one site apart, so the order in which they came is taken for the order in which they
leave. It is what a tidy store does and names all that *may* be in a box; it proves nothing about a single piece.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

What = tuple[str, int]  # "work" or "box", and its database key


class Flow(NamedTuple):
    """`quantity` pieces that came from, or went into, `what`; `at` is seconds since 1970."""

    at: float
    what: What
    quantity: int


class Heap:
    """What came to one heap and what left it. Pieces that left before anybody counted them in are matched with what
    came next.
    """

    def __init__(self, *, arrivals: Iterable[Flow], departures: Iterable[Flow]) -> None:
        self._arrivals, self._departures = _Row(arrivals), _Row(departures)

    def sources_of(self, what: What) -> set[What]:
        """Arrivals of which pieces went into `what`."""
        return self._arrivals.met_by(what, of=self._departures)

    def sinks_of(self, what: What) -> set[What]:
        """Departures into which pieces of `what` went."""
        return self._departures.met_by(what, of=self._arrivals)


class _Row:
    """Flows laid end to end by time, piece after piece: that of the place `n` ends at piece `ends[n]`, not included."""

    def __init__(self, flows: Iterable[Flow]) -> None:
        self.whats: list[What] = []
        self.ends: list[int] = []
        self.places: dict[What, list[int]] = defaultdict(list)
        end = 0
        for _at, what, quantity in sorted(flows):
            if quantity > 0:
                end += quantity
                self.places[what].append(len(self.ends))
                self.whats.append(what)
                self.ends.append(end)

    def met_by(self, what: What, *, of: "_Row") -> set[What]:
        """Whose pieces have the same numbers as those of `what` in the row `of`."""
        found: set[What] = set()
        for place in of.places.get(what, ()):
            first = of.ends[place - 1] if place else 0
            found.update(
                self.whats[bisect_right(self.ends, first) : bisect_left(self.ends, of.ends[place]) + 1]
            )
        return found
