"""What dispatching decides by rule, as one value that a search can vary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from matching.problem import EnterpriseId, Lot, MachineId, OrderId
from scheduling.dispatch.shop import Good

LEAST_LOT_MIN = 5
WHOLE_WINDOWS_MIN = 10**6  # a wish beyond every window: as much as a window holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """Choices of one dispatch.

    `sequence`: every item of every order that is to be planned once, each after the items that go into it
    (orders that do not occur are not planned and not missed).
    `lot_min`: wished working minutes of a lot (the most it gets unless a smallest lot asks for more), from
    LEAST_LOT_MIN to WHOLE_WINDOWS_MIN.
    `slack`: how much earlier than needed at best an operation is due, in parts of the work after it.
    `eager`: orders that are to finish early rather than cheaply, whatever the objective.
    `enterprises`: those that may work on an order (an order that is not named: all that may by rule).
    `shunned`: machines that an order shall not use. `left_out`: orders of which nothing is made.
    `needed`: units of an item to make, where a dispatch before has shown how many.
    `kept`: lots to place unchanged, as far as that is possible (those of the plan in force with their ids).
    `noise`: scores are spread by up to this part, by `seed`.
    """

    sequence: tuple[Good, ...]
    lot_min: int = 240
    slack: float = 0.0
    eager: frozenset[OrderId] = frozenset()
    enterprises: Mapping[OrderId, frozenset[EnterpriseId]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    shunned: frozenset[tuple[OrderId, MachineId]] = frozenset()
    left_out: frozenset[OrderId] = frozenset()
    needed: Mapping[Good, int] = field(default_factory=lambda: MappingProxyType({}))
    kept: tuple[Lot, ...] = ()
    noise: float = 0.0
    seed: int = 0
