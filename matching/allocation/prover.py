"""What a search for the earliest finish asks: why can not everything be delivered by a deadline?"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol

from matching.allocation.grid import Grid
from matching.problem import SiteId


class Proof(Protocol):
    """A certificate that holds for every plan, whatever grid it was found on."""

    def last_impossible_deadline(self, *, at_least: int, below: int) -> int:
        """The last minute in [`at_least`, `below`) by which not everything can be delivered.

        `at_least` - 1 if the certificate shows nothing.
        """
        ...

    def most_delivered(self, *, deadline_min: int) -> Fraction:
        """Pieces that any plan delivers by the deadline at most."""
        ...

    def critical_moments(self) -> Mapping[SiteId, Sequence[int]]:
        """Moments of each site at which something begins to be too late: where a finer grid helps."""
        ...


class Prover(Protocol):
    """Finds proofs on a grid."""

    def disproof(self, grid: Grid, *, deadline_min: int) -> Proof | None:
        """A proof that not everything can be delivered by the deadline; None if on this grid it can."""
        ...
