"""First in, first out: which arrivals of a heap went into which departures. Pure.

Nobody tells pieces of one item at one site apart, so the order in which they came is taken for the order in which they
leave. It is what a tidy store does and names all that *may* be in a box; it proves nothing about a single piece.
"""

from collections.abc import Iterable
from dataclasses import dataclass

What = tuple[str, int]  # "work" or "box", and its database key


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """`quantity` pieces that came from, or went into, `what`; `at` is seconds since 1970."""

    at: float
    what: What
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Pieces of `source` that went into `sink`."""

    source: What
    sink: What
    quantity: int


def match(*, arrivals: Iterable[Flow], departures: Iterable[Flow]) -> list[Link]:
    """Pieces that left before anybody counted them in are matched with what came next."""
    came = [flow for flow in sorted(arrivals, key=_when) if flow.quantity > 0]
    links: dict[tuple[What, What], int] = {}
    index, left = 0, came[0].quantity if came else 0
    for flow in sorted(departures, key=_when):
        wanted = flow.quantity
        while wanted > 0 and index < len(came):
            pair = came[index].what, flow.what
            taken = min(wanted, left)
            links[pair] = links.get(pair, 0) + taken
            wanted, left = wanted - taken, left - taken
            if left == 0:
                index += 1
                left = came[index].quantity if index < len(came) else 0
    return [Link(source=source, sink=sink, quantity=num) for (source, sink), num in links.items()]


def _when(flow: Flow) -> tuple[float, What]:
    return flow.at, flow.what
