"""The best plan of a tiny problem by trying every lot at every minute; and tiny problems to try it on.

It knows machines with windows, breaks, prices and set-ups, chains of one or two operations, two sites with
lanes, due dates, unmet pieces and fixed costs; nothing of it is shared with a solver.
"""

from itertools import product
from random import Random

from matching.problem import Lane, Objective
from tests.matching.workshop import (
    a_chain,
    a_machine,
    a_mode,
    a_problem,
    a_site,
    a_transport,
    an_enterprise,
    an_order,
)

HORIZON = 9


def a_tiny_problem(seed, *, objective=None):
    """One or two orders of one or two pieces, two or three machines at two sites, nine minutes."""
    rng = Random(f"tiny problem {seed}")
    operations = ["a", "b"][: rng.randint(1, 2)]
    pieces = rng.choice([(1, 1), (2,), (1,)]) if len(operations) == 2 else rng.choice([(2, 1), (2,), (1, 1)])
    machines = [_machine(at, rng, operations) for at in range(rng.randint(2, 3))]
    return a_problem(
        objective=objective or rng.choice(list(Objective)),
        horizon_min=HORIZON,
        enterprises=[
            an_enterprise("E", fixed_cents_per_order=rng.choice([0, 30])),
            an_enterprise("F", fixed_cents=rng.choice([0, 50])),
        ],
        sites=[a_site("S"), a_site("T", enterprise="F")],
        products=[a_chain(*operations)],
        machines=machines,
        transport=a_transport(
            lanes=(
                Lane(from_site="S", to="T", lead_min=rng.randint(0, 2), cents_per_1000_units=7000),
                Lane(from_site="T", to="S", lead_min=rng.randint(0, 2), cents_per_1000_units=3000),
            )
        ),
        orders=[
            an_order(
                f"O{at}",
                quantity=quantity,
                due_min=rng.randint(2, HORIZON),
                release_min=rng.choice([0, 0, 1]),
                tardiness_cents_per_1000_unit_day=rng.choice([0, 14_400_000]),
                unmet_cents_per_1000_units=rng.choice([None, 400_000]),
            )
            for at, quantity in enumerate(pieces)
        ],
    )


def _machine(at, rng, operations):
    cut = rng.randint(3, 6)
    windows = rng.choice([[(0, HORIZON)], [(0, cut), (cut + 1, HORIZON, 150)], [(1, HORIZON, 50)]])
    return a_machine(
        f"M{at}",
        site=rng.choice("ST"),
        modes=[
            a_mode(
                name,
                run_min=rng.randint(1, 3),
                setup_min=rng.choice([0, 1, 2]),
                cents_per_h=rng.choice([600, 1200]),
                family=rng.choice([f"part/{name}", "both"]),
            )
            for name in operations
            if rng.random() < 0.8
        ],
        windows=windows,
        breaks=[(2, 3)] if windows[0][0] == 0 and rng.random() < 0.4 else [],
    )


def best_objective(problem):
    """The least finish or cost (exact, as a float in cents) over all plans without surplus; None if there is none."""
    best = None
    choices = [_ways_to_make(problem, order) for order in problem.orders]
    for combination in product(*choices):
        lots = [lot for per_order in combination for lot in per_order]
        best = _place(problem, lots, [], best)
    return best


def _ways_to_make(problem, order):
    """For each number of pieces made, each way to cut the pieces of each operation into lots."""
    operations = problem.product_by_id[order.product].operations
    may_miss = problem.objective is Objective.COST and order.unmet_cents_per_1000_units is not None
    found = []
    for made in range(0 if may_miss else order.quantity, order.quantity + 1):
        for cuts in product(*[_cuts(made) for _ in operations]):
            found.append(
                [
                    (order, operation, quantity)
                    for operation, cut in zip(operations, cuts, strict=True)
                    for quantity in cut
                ]
            )
    return found


def _cuts(pieces):
    return {0: [()], 1: [(1,)], 2: [(2,), (1, 1)]}[pieces]


def _place(problem, left, placed, best):
    if not left:
        value = _value(problem, placed)
        return best if value is None else value if best is None else min(best, value)
    (order, operation, quantity), *rest = left
    for machine in problem.machines:
        mode = machine.mode_by_operation.get((order.product, operation.id))
        if mode is None:
            continue
        for window in machine.windows:
            for setup in {0, mode.setup_min}:
                for start in range(max(window.start, order.release_min), window.end):
                    end = _end(machine, start, setup + quantity * mode.run_min)
                    if end > window.end:
                        break
                    lot = (start, end, setup, machine, window, mode, order, operation, quantity)
                    if all(o[3] is not machine or o[1] <= start or end <= o[0] for o in placed):
                        best = _place(problem, rest, [*placed, lot], best)
    return best


def _end(machine, start, minutes):
    """Minute by minute; a lot that is done where a break begins ends there."""
    now = start
    while minutes:
        if not any(each.start <= now < each.end for each in machine.breaks):
            minutes -= 1
        now += 1
    return now


def _value(problem, placed):
    if not _sets_up_right(placed):
        return None
    cents = 0.0
    finish = 0
    for order in problem.orders:
        served = _serve(problem, order, [lot for lot in placed if lot[6] is order])
        if served is None:
            return None
        finish = max(finish, served[0])
        cents += served[1]
    if problem.objective is Objective.FINISH:
        return finish
    for start, end, _, machine, window, mode, *_ in placed:
        idle = sum(start < each.end and each.start < end for each in machine.breaks)
        cents += (end - start - idle) * mode.cents_per_h * window.price_pct / 6000
    works = {(problem.site_by_id[lot[3].site].enterprise, lot[6].id) for lot in placed}
    cents += sum(problem.enterprise_by_id[firm].fixed_cents_per_order for firm, _ in works)
    return cents + sum(problem.enterprise_by_id[firm].fixed_cents for firm in {firm for firm, _ in works})


def _sets_up_right(placed):
    for lot in placed:
        before = [o for o in placed if o[3] is lot[3] and o[4] is lot[4] and o[1] <= lot[0]]
        last = max(before, key=lambda o: o[0], default=None)
        expected = 0 if last is not None and last[5].family == lot[5].family else lot[5].setup_min
        if lot[2] != expected:
            return False
    return True


def _serve(problem, order, lots):
    """(last arrival, cents of ways, lateness and unmet pieces) of one order at best; None if it cannot be."""
    operations = problem.product_by_id[order.product].operations
    makers = [lot for lot in lots if lot[7] is operations[0] for _ in range(lot[8])]
    users = [lot for lot in lots if lot[7] is operations[-1] for _ in range(lot[8])]
    cents = 0.0
    if len(operations) == 2:
        carried = _pair(problem, makers, users)
        if carried is None:
            return None
        cents += carried
    finish = 0
    for lot in users:
        arrives = lot[1] + _lane(problem, lot[3].site, "S")[0]
        if arrives > problem.horizon_min:
            return None
        finish = max(finish, arrives)
        cents += _lane(problem, lot[3].site, "S")[1]
        late = max(0, arrives - order.due_min)
        cents += late * order.tardiness_cents_per_1000_unit_day / 1_440_000
    cents += (order.quantity - len(users)) * (order.unmet_cents_per_1000_units or 0) / 1000
    return finish, cents


def _pair(problem, makers, users):
    """Cents of the cheapest way to give each user a maker's piece in time."""
    if not users:
        return 0.0
    user, *rest = users
    best = None
    for at, maker in enumerate(makers):
        minutes, cents = _lane(problem, maker[3].site, user[3].site)
        if maker[1] + minutes <= user[0] + user[2]:
            others = _pair(problem, makers[:at] + makers[at + 1 :], rest)
            if others is not None and (best is None or others + cents < best):
                best = others + cents
    return best


def _lane(problem, start, end):
    """(minutes, cents of one unit)."""
    if start == end:
        return 0, 0.0
    lane = problem.transport.lane_by_pair[start, end]
    return lane.lead_min, lane.cents_per_1000_units / 1000
