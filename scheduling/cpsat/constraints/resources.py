"""People, moulds, slots: never more than there are, only while they are there, with the way between (rule 2)."""

from itertools import combinations, pairwise

from matching.problem import Resource, SiteId
from scheduling.cpsat.variables import Choice, LotVars, Variables

_User = tuple[LotVars, Choice, int]


def add_resource_rules(variables: Variables) -> None:
    for resource in variables.problem.resources:
        users = _users(variables, resource)
        if users:
            stay_within_quantity(variables, resource, users=users)
            serve_own_site(variables, resource, users=users)
            if resource.site is None:
                travel(variables, resource, users=users)


def stay_within_quantity(variables: Variables, resource: Resource, *, users: list[_User]) -> None:
    """At every minute Σ used ≤ quantity; nothing is there outside the windows, less where fixed lots use it."""
    model = variables.model
    intervals = [choice.interval for _, choice, _ in users]
    demands = [units for _, _, units in users]
    for start, end, units in _taken_beforehand(variables, resource):
        intervals.append(model.new_fixed_size_interval_var(start, end - start, f"not there {resource.id}"))
        demands.append(units)
    model.add_cumulative(intervals, demands, resource.quantity)


def serve_own_site(variables: Variables, resource: Resource, *, users: list[_User]) -> None:
    """A resource with a site serves only machines there."""
    for _, choice, _ in users:
        if resource.site not in (None, choice.option.station.site):
            variables.model.add(choice.takes == 0)


def travel(variables: Variables, resource: Resource, *, users: list[_User]) -> None:
    """Between uses at two sites lies the lead: start_j ≥ end_i + lead or start_i ≥ end_j + lead."""
    model = variables.model
    for (lot, choice, _), (other_lot, other, _) in combinations(users, 2):
        here, there = choice.option.station.site, other.option.station.site
        if here == there or lot is other_lot:
            continue
        out, back = variables.shop.roads.between(here, there), variables.shop.roads.between(there, here)
        first = model.new_bool_var(f"first {choice.takes.name} {other.takes.name}")
        both = [choice.takes, other.takes]
        for is_first, way, before, after in (
            (first, out, lot, other_lot),
            (~first, back, other_lot, lot),
        ):
            if way is None:
                model.add_bool_or([~choice.takes, ~other.takes, ~is_first])
            else:
                model.add(after.start >= before.end + way.lead_min).only_enforce_if(*both, is_first)
    for lot, choice, _ in users:
        _travel_around_fixed(variables, resource, lot, choice)


def _travel_around_fixed(variables: Variables, resource: Resource, lot: LotVars, choice: Choice) -> None:
    model, here = variables.model, choice.option.station.site
    for start, end, _, there in _fixed_uses(variables, resource):
        if there == here:
            continue
        out, back = variables.shop.roads.between(here, there), variables.shop.roads.between(there, here)
        before = model.new_bool_var(f"before fixed {choice.takes.name}")
        if out is None:
            model.add(before == 0)
        else:
            model.add(lot.end + out.lead_min <= start).only_enforce_if(choice.takes, before)
        if back is None:
            model.add_implication(choice.takes, before)
        else:
            model.add(lot.start >= end + back.lead_min).only_enforce_if(choice.takes, ~before)


def _users(variables: Variables, resource: Resource) -> list[_User]:
    return [
        (
            lot,
            choice,
            sum(use.quantity for use in choice.option.station.mode.uses if use.resource == resource.id),
        )
        for lot in variables.lots
        for choice in lot.choices
        if any(use.resource == resource.id for use in choice.option.station.mode.uses)
    ]


def _taken_beforehand(variables: Variables, resource: Resource) -> list[tuple[int, int, int]]:
    """(start, end, units) that nobody else can have: all of them outside windows, what fixed lots hold inside."""
    horizon = variables.problem.horizon_min
    fixed = _fixed_uses(variables, resource)
    windows = None if resource.windows is None else [(each.start, each.end) for each in resource.windows]
    cuts = {0, horizon}
    cuts |= {minute for start, end, _, _ in fixed for minute in (start, end)}
    cuts |= {minute for window in windows or () for minute in window}
    minutes = sorted(minute for minute in cuts if 0 <= minute <= horizon)
    taken = []
    for start, end in pairwise(minutes):
        is_open = windows is None or any(opens <= start and end <= shuts for opens, shuts in windows)
        held = sum(units for since, until, units, _ in fixed if since <= start and end <= until)
        units = resource.quantity if not is_open else min(held, resource.quantity)
        if units:
            taken.append((start, end, units))
    return taken


def _fixed_uses(variables: Variables, resource: Resource) -> list[tuple[int, int, int, SiteId]]:
    """(start, end, units, site) of fixed lots that hold the resource."""
    problem = variables.problem
    found = []
    for lot in problem.fixed_lots:
        machine = problem.machine_by_id[lot.machine]
        mode = machine.mode_by_operation.get((problem.order_by_id[lot.order].product, lot.operation))
        units = sum(use.quantity for use in (mode.uses if mode else ()) if use.resource == resource.id)
        if units:
            found.append((lot.start_min, lot.end_min, units, machine.site))
    return found
