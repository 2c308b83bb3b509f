"""The most that an expansion delivers by a deadline, as a maximum flow, and the cut that proves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow

from matching.allocation.expansion import NO_NUMBERS, Expansion, Numbers

UNIT = 1000  # parts of a piece of product in which flows are counted where capacities are fractional


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """A flow, in the units of each good: by slot (good pieces), carriage, exit and supply."""

    slots: NDArray[np.float64]
    carriages: NDArray[np.float64]
    exits: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxFlow:
    """`delivered` pieces of product, and a minimum cut.

    `is_late[node]`: what is there lies on the side of the source; `are_drops_full[drop]` likewise.
    """

    delivered: float
    amounts: Amounts
    is_late: NDArray[np.bool_]
    are_drops_full: NDArray[np.bool_]


class FlowError(Exception):
    """The solver refused a network that we built: a defect, never the user's."""

    code = "allocation:max-flow"

    def __init__(self, status: object) -> None:
        super().__init__(f"maximum flow ended with status {status}")
        self.status = status


def most_delivered(
    expansion: Expansion,
    *,
    worth: Sequence[Fraction],
    deadline_min: int,
    targets: Sequence[int],
    is_whole: bool,
) -> MaxFlow:
    """The maximum flow to the drops, at most `targets` pieces to each.

    `is_whole`: all goods go one to one and capacities are whole pieces, so the flow is whole too.
    """
    unit = 1 if is_whole else UNIT
    arcs = _arcs(expansion, worth=worth, deadline_min=deadline_min, targets=targets, unit=unit)
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(
        np.concatenate([block.tail for block in arcs]),
        np.concatenate([block.head for block in arcs]),
        np.concatenate([block.capacity for block in arcs]),
    )
    source, sink = expansion.grid.num_nodes, expansion.grid.num_nodes + 1
    status = solver.solve(source, sink)
    if status != solver.OPTIMAL:
        raise FlowError(status)
    bounds = np.cumsum([len(block.tail) for block in arcs])
    flows = solver.flows(np.arange(bounds[-1], dtype=np.int64))
    slots, carriages, exits, *_ = np.split(flows, bounds[:-1])
    is_late = np.zeros(expansion.grid.num_nodes + 2 + len(targets), dtype=bool)
    is_late[solver.get_source_side_min_cut()] = True
    return MaxFlow(
        delivered=solver.optimal_flow() / unit,
        amounts=_in_own_units(
            expansion, slots=slots, carriages=carriages, exits=exits, worth=worth, unit=unit
        ),
        is_late=is_late[: expansion.grid.num_nodes],
        are_drops_full=is_late[expansion.grid.num_nodes + 2 :],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arcs:
    tail: Numbers
    head: Numbers
    capacity: Numbers


def _arcs(
    expansion: Expansion,
    *,
    worth: Sequence[Fraction],
    deadline_min: int,
    targets: Sequence[int],
    unit: int,
) -> tuple[_Arcs, ...]:
    """Slots, carriages and exits first, in their own order."""
    model, grid, slots = expansion.model, expansion.grid, expansion.slots
    source, sink = grid.num_nodes, grid.num_nodes + 1
    plenty = unit * sum(targets)
    value = np.array([float(each) * unit for each in worth])
    outputs = np.array([work.output for work in model.works], dtype=np.int64)
    inputs = [grid.first_node[work.inputs[0].place] if work.inputs else -1 for work in model.works]
    first_input = np.array(inputs, dtype=np.int64)[slots.work]
    exit_nodes = expansion.exit_nodes(deadline_min=deadline_min)
    drops = np.array([each.drop for each in model.exits], dtype=np.int64)
    waiting = expansion.holding_tails()
    supplied = np.array([supply.quantity * value[supply.place] for supply in model.supplies])
    in_time = expansion.supply_nodes >= 0
    return (
        _Arcs(
            tail=np.where(first_input < 0, source, first_input + slots.taken),
            head=slots.head,
            capacity=_whole(slots.pieces * value[outputs[slots.work]]),
        ),
        _endless(expansion.carriages.tail, expansion.carriages.head, plenty=plenty),
        _Arcs(
            tail=np.maximum(exit_nodes, 0),
            head=sink + 1 + drops,
            capacity=np.where(exit_nodes < 0, 0, plenty),
        ),
        _endless(waiting, waiting + 1, plenty=plenty),
        _Arcs(
            tail=sink + 1 + np.arange(len(targets), dtype=np.int64),
            head=np.full(len(targets), sink),
            capacity=np.array([target * unit for target in targets], dtype=np.int64),
        ),
        _Arcs(
            tail=np.full(int(in_time.sum()), source),
            head=expansion.supply_nodes[in_time],
            capacity=_whole(supplied[in_time]),
        ),
    )


def _endless(tail: Numbers, head: Numbers, *, plenty: int) -> _Arcs:
    return _Arcs(tail=tail, head=head, capacity=np.full(len(tail), plenty))


def _whole(capacity: NDArray[np.float64]) -> Numbers:
    return np.rint(capacity).astype(np.int64) if len(capacity) else NO_NUMBERS


def _in_own_units(
    expansion: Expansion,
    *,
    slots: Numbers,
    carriages: Numbers,
    exits: Numbers,
    worth: Sequence[Fraction],
    unit: int,
) -> Amounts:
    """From parts of a piece of product to units of each good."""
    parts = np.array([float(each) * unit or np.inf for each in worth])
    outputs = np.array([work.output for work in expansion.model.works], dtype=np.int64)
    starts = np.array([move.start for move in expansion.model.moves], dtype=np.int64)
    return Amounts(
        slots=slots / parts[outputs[expansion.slots.work]],
        carriages=carriages / parts[starts[expansion.carriages.move]],
        exits=exits / unit,
    )
