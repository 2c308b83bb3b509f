"""What holds on one machine: no overlap, set-ups by sequence, smallest lots of runs (rules 2, 3, 4, 9)."""

from dataclasses import dataclass

from ortools.sat.python import cp_model

from matching.problem import Lot, Machine, MachineId, Mode
from matching.rules import setup_minutes
from scheduling.cpsat.variables import Choice, Expression, Literal, LotVars, Variables


def add_machine_rules(variables: Variables) -> None:
    for machine_id, choices in variables.choices_by_machine().items():
        keep_apart(variables, machine_id, choices)
    for (machine_id, at), choices in variables.choices_by_window().items():
        machine = variables.problem.machine_by_id[machine_id]
        if needs_sequence(machine):
            nodes = [*_fixed_nodes(variables, machine, at=at), *map(_node, choices)]
            follow_one_another(variables, machine, nodes)
        else:
            for lot, choice in choices:
                variables.model.add(lot.setup == 0).only_enforce_if(choice.takes)


def keep_apart(variables: Variables, machine_id: MachineId, choices: list[tuple[LotVars, Choice]]) -> None:
    """Lots of one machine do not overlap, set-up included; fixed lots stand."""
    model = variables.model
    intervals = [choice.interval for _, choice in choices]
    for lot in variables.problem.fixed_lots:
        if lot.machine == machine_id:
            length = lot.end_min - lot.start_min
            intervals.append(model.new_fixed_size_interval_var(lot.start_min, length, f"fixed {lot.id}"))
    model.add_no_overlap(intervals)


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A lot in the sequence of a window; of a fixed one `lot` and `choice` are None."""

    mode: Mode | None
    quantity: cp_model.IntVar | int
    lot: LotVars | None = None
    choice: Choice | None = None
    fixed: Lot | None = None

    @property
    def order(self) -> str:
        if self.lot is not None:
            return self.lot.slot.order.id
        assert self.fixed is not None
        return self.fixed.order


def follow_one_another(variables: Variables, machine: Machine, nodes: list[_Node]) -> None:
    """A circuit through the lots of a window. An arc from i to j means that j comes right after i:

    start_j ≥ end_i, setup_j = changeover of the families, or 0 within a family, or the mode's; the first
    lot has its mode's set-up. Pieces add up along a run; where it ends it must be large enough.
    """
    model = variables.model
    arcs: list[tuple[int, int, cp_model.LiteralT]] = []
    ends: list[list[Literal]] = [[] for _ in nodes]
    pieces = [_run_pieces(variables, node) for node in nodes]
    closes = model.new_bool_var(f"empty {machine.id}")
    arcs.append((0, 0, closes))
    for j, after in enumerate(nodes, start=1):
        if after.choice is not None:
            arcs.append((j, j, ~after.choice.takes))
        opens = model.new_bool_var(f"first {machine.id} {j}")
        arcs.append((0, j, opens))
        _set_up(variables, machine, before=None, after=after, arc=opens)
        model.add(pieces[j - 1] == after.quantity).only_enforce_if(opens)
        shuts = model.new_bool_var(f"last {machine.id} {j}")
        arcs.append((j, 0, shuts))
        ends[j - 1].append(shuts)
        for i, before in enumerate(nodes, start=1):
            if i == j or (
                before.fixed is not None and after.fixed is not None and not _comes_before(before, after)
            ):
                continue
            arc = model.new_bool_var(f"arc {machine.id} {i} {j}")
            arcs.append((i, j, arc))
            model.add(_start(after) >= _end(before)).only_enforce_if(arc)
            setup = _set_up(variables, machine, before=before, after=after, arc=arc)
            if setup == 0 and _same_work(before, after):
                model.add(pieces[j - 1] == pieces[i - 1] + after.quantity).only_enforce_if(arc)
            else:
                model.add(pieces[j - 1] == after.quantity).only_enforce_if(arc)
                ends[i - 1].append(arc)
    model.add_circuit(arcs)
    for node, made, closing in zip(nodes, pieces, ends, strict=True):
        make_smallest_lot(variables, node, made=made, closing=closing)


def make_smallest_lot(
    variables: Variables, node: _Node, *, made: cp_model.IntVar, closing: list[Literal]
) -> None:
    """A run makes at least min_lot, or all that its order needs (rule 4).

    With several orders of a product in one run this asks for the need of all of them: stricter than the rule.
    """
    if node.lot is None or node.mode is None or node.mode.min_lot <= 1:
        return
    model = variables.model
    is_all = model.new_bool_var(f"all {node.lot.slot.name} {node.mode.family}")
    for closes in closing:
        model.add(made >= node.mode.min_lot).only_enforce_if(closes, ~is_all)
    model.add(made >= _all_needed(variables, node.lot)).only_enforce_if(is_all)


def _all_needed(variables: Variables, lot: LotVars) -> Expression:
    """Quantity less stock of a product; what lots consume less stock of another item; all such orders together."""
    total: Expression = 0
    for order in variables.orders:
        if order.product != lot.slot.order.product:
            continue
        good = (order.id, lot.slot.item)
        stock = sum(each.quantity for each in variables.problem.stock if (each.order, each.item) == good)
        if lot.slot.item == variables.shop.final_item(order):
            total = total + max(0, order.quantity - stock)
        else:
            total = total + sum(sink.units for sink in variables.sinks[good]) - stock
    return total


def _run_pieces(variables: Variables, node: _Node) -> cp_model.IntVar:
    """Pieces of the run up to and with a lot."""
    most = sum(lot.slot.most for lot in variables.lots)
    most += sum(lot.quantity for lot in variables.problem.fixed_lots)
    return variables.model.new_int_var(0, most, "run pieces")


def _set_up(
    variables: Variables, machine: Machine, *, before: _Node | None, after: _Node, arc: Literal
) -> int:
    """State the set-up of `after` behind `before`; returns it (of a fixed lot its own)."""
    if after.lot is None:
        assert after.fixed is not None
        return after.fixed.setup_min
    assert after.mode is not None
    minutes = setup_minutes(machine, before=None if before is None else before.mode, mode=after.mode)
    variables.model.add(after.lot.setup == minutes).only_enforce_if(arc)
    return minutes


def _fixed_nodes(variables: Variables, machine: Machine, *, at: int) -> list[_Node]:
    """Fixed lots that lie in the window."""
    window = machine.windows[at]
    found = []
    for lot in variables.problem.fixed_lots:
        if lot.machine == machine.id and window.start <= lot.start_min and lot.end_min <= window.end:
            product = variables.problem.order_by_id[lot.order].product
            mode = machine.mode_by_operation.get((product, lot.operation))
            found.append(_Node(mode=mode, quantity=lot.quantity, fixed=lot))
    return found


def _node(choice: tuple[LotVars, Choice]) -> _Node:
    lot, chosen = choice
    return _Node(mode=chosen.option.station.mode, quantity=lot.quantity, lot=lot, choice=chosen)


def _start(node: _Node) -> Expression:
    if node.lot is not None:
        return node.lot.start
    assert node.fixed is not None
    return node.fixed.start_min


def _end(node: _Node) -> Expression:
    if node.lot is not None:
        return node.lot.end
    assert node.fixed is not None
    return node.fixed.end_min


def _comes_before(before: _Node, after: _Node) -> bool:
    assert before.fixed is not None and after.fixed is not None
    return before.fixed.end_min <= after.fixed.start_min


def _same_work(before: _Node, after: _Node) -> bool:
    if before.mode is None or after.mode is None:
        return False
    return (before.mode.product, before.mode.operation) == (after.mode.product, after.mode.operation)


def needs_sequence(machine: Machine) -> bool:
    """Whether the order of lots matters beyond not overlapping."""
    return any(mode.setup_min or mode.min_lot > 1 for mode in machine.modes) or any(
        change.min for change in machine.changeovers
    )
