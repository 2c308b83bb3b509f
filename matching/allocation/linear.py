"""The most that an expansion delivers by a deadline, as a linear program, for goods that need several others.

Variables are the amounts of slots, carriages, exits and what waits; a row for each node says that what
leaves it has come to it, and one for each drop that it gets no more than it asks for.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp  # type: ignore[attr-defined]  # built by SWIG, without types

from matching.allocation.expansion import Expansion
from matching.allocation.max_flow import Amounts

Reals = NDArray[np.float64]

PENALTY = 1000.0  # pieces of product, for a unit that a fixed lot goes without
TINY = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """`delivered` pieces by drop; none if `is_starving`: a fixed lot goes without its input.

    `prices`: of a unit at each node; `drop_prices`: of a piece more asked for.
    """

    delivered: tuple[float, ...]
    amounts: Amounts
    prices: Reals
    drop_prices: Reals
    is_starving: bool


class LinearProgramError(Exception):
    """The solver found no optimum of a program that always has one: a defect or a time-out."""

    code = "allocation:linear-program"

    def __init__(self, status: int) -> None:
        super().__init__(f"linear program ended with status {status}")
        self.status = status


def best_amounts(expansion: Expansion, *, deadline_min: int, targets: Sequence[int]) -> Optimum:
    """Maximise the pieces that arrive by the deadline, at most `targets` at each drop."""
    return _Program(expansion, deadline_min=deadline_min, targets=targets).solved()


class _Program:
    def __init__(self, expansion: Expansion, *, deadline_min: int, targets: Sequence[int]) -> None:
        self.expansion = expansion
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.nodes = self._rows(self._supplied())
        self.drops = self._rows([float(target) for target in targets])
        self.slots = self._slots()
        self.carriages = self._carriages()
        self.exits = self._exits(deadline_min)
        self._hold()
        self._share_machines()
        self.missing = self._missing()

    def solved(self) -> Optimum:
        status = self.solver.Solve()
        if status != pywraplp.Solver.OPTIMAL:
            raise LinearProgramError(status)
        delivered = [0.0] * len(self.drops)
        is_starving = any(variable.solution_value() > TINY for variable in self.missing)
        if not is_starving:
            for each, variable in zip(self.expansion.model.exits, self.exits, strict=True):
                delivered[each.drop] += max(0.0, variable.solution_value())
        return Optimum(
            delivered=tuple(delivered),
            amounts=Amounts(
                slots=_values(self.slots), carriages=_values(self.carriages), exits=_values(self.exits)
            ),
            prices=_prices(self.nodes),
            drop_prices=_prices(self.drops),
            is_starving=is_starving,
        )

    def _rows(self, most: Sequence[float]) -> list[pywraplp.Constraint]:
        """Rows Σ ... <= most."""
        infinity = self.solver.infinity()
        return [self.solver.Constraint(-infinity, each) for each in most]

    def _supplied(self) -> list[float]:
        """Units that are supplied at each node: what leaves it less what comes to it is at most that."""
        supplied = [0.0] * self.expansion.grid.num_nodes
        for supply, node in zip(
            self.expansion.model.supplies, self.expansion.supply_nodes.tolist(), strict=True
        ):
            if node >= 0:
                supplied[node] += supply.quantity
        return supplied

    def _variable(self, most: float) -> pywraplp.Variable:
        return self.solver.NumVar(0.0, most, "")

    def _slots(self) -> list[pywraplp.Variable]:
        """Good pieces; each takes num/den·1000/good_per_1000 of every input."""
        slots, first_node = self.expansion.slots, self.expansion.grid.first_node
        works = self.expansion.model.works
        columns = (slots.work.tolist(), slots.taken.tolist(), slots.head.tolist(), slots.pieces.tolist())
        made = []
        for number, taken, head, pieces in zip(*columns, strict=True):
            variable = self._variable(pieces)
            self.nodes[head].SetCoefficient(variable, -1.0)
            for each in works[number].inputs:
                units = each.num / each.den * 1000 / works[number].mode.good_per_1000
                self.nodes[first_node[each.place] + taken].SetCoefficient(variable, units)
            made.append(variable)
        return made

    def _carriages(self) -> list[pywraplp.Variable]:
        carriages = self.expansion.carriages
        carried = []
        for tail, head in zip(carriages.tail.tolist(), carriages.head.tolist(), strict=True):
            variable = self._variable(self.solver.infinity())
            self.nodes[tail].SetCoefficient(variable, 1.0)
            self.nodes[head].SetCoefficient(variable, -1.0)
            carried.append(variable)
        return carried

    def _exits(self, deadline_min: int) -> list[pywraplp.Variable]:
        nodes = self.expansion.exit_nodes(deadline_min=deadline_min).tolist()
        left = []
        for each, node in zip(self.expansion.model.exits, nodes, strict=True):
            variable = self._variable(self.solver.infinity() if node >= 0 else 0.0)
            if node >= 0:
                self.nodes[node].SetCoefficient(variable, 1.0)
            self.drops[each.drop].SetCoefficient(variable, 1.0)
            self.solver.Objective().SetCoefficient(variable, 1.0)
            left.append(variable)
        self.solver.Objective().SetMaximization()
        return left

    def _hold(self) -> None:
        for node in self.expansion.holding_tails().tolist():
            variable = self._variable(self.solver.infinity())
            self.nodes[node].SetCoefficient(variable, 1.0)
            self.nodes[node + 1].SetCoefficient(variable, -1.0)

    def _missing(self) -> list[pywraplp.Variable]:
        """What fixed lots take and nobody brings: it costs more than everything is worth."""
        found = []
        for supply, node in zip(
            self.expansion.model.supplies, self.expansion.supply_nodes.tolist(), strict=True
        ):
            if supply.quantity < 0 and node >= 0:
                variable = self._variable(-supply.quantity)
                self.nodes[node].SetCoefficient(variable, -1.0)
                self.solver.Objective().SetCoefficient(variable, -PENALTY)
                found.append(variable)
        return found

    def _share_machines(self) -> None:
        """Σ pieces/good_rate <= minutes, where one machine can run several operations at a time."""
        slots, works = self.expansion.slots, self.expansion.model.works
        shared: dict[tuple[str, int], list[int]] = defaultdict(list)
        for number, (work, start) in enumerate(zip(slots.work.tolist(), slots.taken.tolist(), strict=True)):
            shared[works[work].machine.id, start].append(number)
        for numbers in shared.values():
            if len(numbers) > 1:
                row = self.solver.Constraint(0.0, float(slots.minutes[numbers].max()))
                for number in numbers:
                    rate = float(works[int(slots.work[number])].good_rate)
                    row.SetCoefficient(self.slots[number], 1.0 / rate)


def _values(variables: Sequence[pywraplp.Variable]) -> Reals:
    return np.array([max(0.0, variable.solution_value()) for variable in variables], dtype=np.float64)


def _prices(rows: Sequence[pywraplp.Constraint]) -> Reals:
    """Duals of rows Σ <= most of a maximisation: never negative but for rounding."""
    return np.array([max(0.0, row.dual_value()) for row in rows], dtype=np.float64)
