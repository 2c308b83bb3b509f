"""How fine a search for a plan looks at time, given the size of the problem."""

from dataclasses import dataclass

from matching.allocation.grid import Fineness
from matching.allocation.model import FlowModel

SELDOM_MIN = 120  # between departures: then the timetable's moments are on the grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What one network may hold, so that it is solved in a second or two."""

    most_carriages: int
    most_nodes: int
    rough_steps: int
    rough_ring: tuple[int, int]
    fine_ring: tuple[int, int]


FLOW_SIZE = Size(
    most_carriages=650_000,
    most_nodes=80_000,
    rough_steps=320,
    rough_ring=(240, 15),
    fine_ring=(240, 10),
)
LINEAR_SIZE = Size(
    most_carriages=60_000,
    most_nodes=20_000,
    rough_steps=80,
    rough_ring=(120, 60),
    fine_ring=(120, 30),
)


def rough(model: FlowModel, *, size: Size, finish_min: int) -> Fineness:
    """For a first plan, and to see which ways are of use."""
    step = _step(model, size=size, finish_min=finish_min, most_steps=size.rough_steps)
    return Fineness(step_min=step, rings=(size.rough_ring,), most_steps=_most_steps(model, size=size))


def fine(model: FlowModel, *, size: Size, finish_min: int) -> Fineness:
    """For the final plan, over the ways that are of use."""
    spent = sum(
        2 * finish_min // move.way.departs_every_min
        for move in model.moves
        if move.way.departs_every_min >= SELDOM_MIN
    )
    return Fineness(
        step_min=_step(model, size=size, finish_min=finish_min, most_steps=finish_min, spent_nodes=spent),
        rings=(size.fine_ring,),
        has_timetable=spent < size.most_nodes,
        most_steps=_most_steps(model, size=size, spent_nodes=spent),
    )


def _step(model: FlowModel, *, size: Size, finish_min: int, most_steps: int, spent_nodes: int = 0) -> int:
    """Minutes, at least 1."""
    steps = min(most_steps, _most_steps(model, size=size, spent_nodes=spent_nodes))
    return max(1, -(-finish_min // max(1, steps)))


def _most_steps(model: FlowModel, *, size: Size, spent_nodes: int = 0) -> int:
    """That the network may have for its departures and nodes, however late its deadline is."""
    steps = min(
        size.most_carriages // max(1, len(model.moves)),
        max(size.most_nodes - spent_nodes, size.most_nodes // 3) // max(1, len(model.places)),
    )
    return max(1, steps)
