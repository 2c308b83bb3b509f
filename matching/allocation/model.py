"""One divisible order as a flow over time: places, work that turns goods into goods, ways between places.

Minutes since the problem's epoch, whole pieces. A place is a good at a site; work takes from places and
brings to a place of its own site; moves lead from place to place, exits from a place to a drop.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from matching.problem import ItemId, Machine, MaterialId, Mode, OperationId, SiteId
from matching.ways import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An item of the order, or a material, at a site."""

    site: SiteId
    item: ItemId | None = None
    material: MaterialId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """`num`/`den` units from a place for each piece started."""

    place: int
    num: int
    den: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one window in which one machine may run one operation.

    Set-up takes `setup_min` working minutes from `begin` at the earliest, so the run itself lies in
    [`start`, `end`). Spans of one window share its number.
    """

    window: int
    begin: int
    setup_min: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One machine running one operation; `rate` is pieces started in a working minute (> 0)."""

    machine: Machine
    mode: Mode
    operation: OperationId
    site: SiteId
    inputs: tuple[Input, ...]
    output: int
    rate: Fraction
    spans: tuple[Span, ...]

    @property
    def good_rate(self) -> Fraction:
        """Good pieces in a working minute."""
        return self.rate * self.mode.good_per_1000 / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A way between the places of one good at two sites."""

    start: int
    end: int
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """The way from a place of the product to a drop (its number in the order)."""

    place: int
    drop: int
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """`quantity` units that appear at a place at `at_min`; negative: units that a fixed lot takes then.

    `is_stock`: it is stock of the order, not what a fixed lot makes or a supplier has.
    """

    place: int
    at_min: int
    quantity: int
    is_stock: bool = False


@dataclass(frozen=True, kw_only=True)
class FlowModel:
    """A quickest flow over time: bring every drop its quantity as early as possible.

    Nothing departs before `earliest_departure_min`; nothing arrives after `latest_arrival_min`; work lies
    inside its spans. `drops` are quantities.
    """

    places: tuple[Place, ...]
    works: tuple[Work, ...]
    moves: tuple[Move, ...]
    exits: tuple[Exit, ...]
    supplies: tuple[Supply, ...]
    drops: tuple[int, ...]
    earliest_departure_min: int
    latest_arrival_min: int

    @property
    def quantity(self) -> int:
        """Pieces to deliver over all drops."""
        return sum(self.drops)

    @property
    def last_taken_min(self) -> int:
        """When the last fixed lot takes its input; 0 if none does."""
        return max((supply.at_min for supply in self.supplies if supply.quantity < 0), default=0)

    @cached_property
    def places_by_site(self) -> dict[SiteId, tuple[int, ...]]:
        """Numbers of the places of each site."""
        found: dict[SiteId, list[int]] = {}
        for number, place in enumerate(self.places):
            found.setdefault(place.site, []).append(number)
        return {site: tuple(numbers) for site, numbers in found.items()}
