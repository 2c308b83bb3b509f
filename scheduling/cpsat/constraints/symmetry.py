"""What loses no plan but much searching: equal slots in order, load of a machine against the finish."""

from collections import defaultdict
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduling.cpsat.variables import Expression, LotVars, Variables
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.shop import Good


def order_equal_slots(variables: Variables) -> None:
    """Slots of one item are interchangeable: those that exist come first, in order of their start."""
    alike: dict[Good, list[LotVars]] = defaultdict(list)
    for lot in variables.lots:
        alike[lot.slot.order.id, lot.slot.item].append(lot)
    for lots in alike.values():
        for before, after in pairwise(lots):
            variables.model.add_implication(after.exists, before.exists)
            variables.model.add(before.start <= after.start).only_enforce_if(after.exists)


def carry_load(variables: Variables, finish: cp_model.IntVar, *, estimates: Estimates) -> None:
    """Σ run times on a machine + the earliest start + the shortest way on ≤ finish."""
    for choices in variables.choices_by_machine().values():
        load: Expression = 0
        heads, tails = [], []
        for lot, choice in choices:
            station = choice.option.station
            tail = estimates.tail(lot.slot.order, lot.slot.item, site=station.site) or 0
            load = load + station.run_minutes(good=1) * choice.takes
            heads.append(choice.option.first)
            tails.append(tail + station.mode.hold_min)
        runs = variables.model.new_bool_var("machine runs")
        for _, choice in choices:
            variables.model.add_implication(choice.takes, runs)
        variables.model.add(load + min(heads) + min(tails) <= finish).only_enforce_if(runs)
