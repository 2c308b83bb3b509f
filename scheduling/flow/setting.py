"""How fine a search for a plan looks at time, given the size of the problem."""

from matching.allocation.grid import Fineness
from matching.allocation.model import FlowModel

MOST_CARRIAGES = 650_000  # departures looked at in one network: about a second of maximum flow
MOST_NODES = 120_000
SELDOM_MIN = 120  # between departures: then the timetable's moments are on the grid


def rough(model: FlowModel, *, finish_min: int) -> Fineness:
    """For a first plan, and to see which ways are of use."""
    return Fineness(step_min=_step(model, finish_min=finish_min, most_steps=320), rings=((240, 15),))


def fine(model: FlowModel, *, finish_min: int) -> Fineness:
    """For the final plan, over the ways that are of use."""
    spent = sum(
        2 * finish_min // move.way.departs_every_min
        for move in model.moves
        if move.way.departs_every_min >= SELDOM_MIN
    )
    return Fineness(
        step_min=_step(model, finish_min=finish_min, most_steps=finish_min, spent_nodes=spent),
        rings=((240, 10),),
        has_timetable=spent < MOST_NODES,
    )


def _step(model: FlowModel, *, finish_min: int, most_steps: int, spent_nodes: int = 0) -> int:
    """Minutes, at least 1: no more steps than the network may have departures and nodes."""
    steps = min(
        most_steps,
        MOST_CARRIAGES // max(1, len(model.moves)),
        max(MOST_NODES - spent_nodes, MOST_NODES // 3) // max(1, len(model.places)),
    )
    return max(1, -(-finish_min // max(1, steps)))
