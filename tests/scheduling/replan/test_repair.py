"""After a loss the plan is repaired: valid, in time where that is possible, and with few changes."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from matching.problem import Lot, Window
from scheduling.arrivals import last_arrival
from scheduling.check import check
from scheduling.options import SolveOptions
from scheduling.plan import Delivery, Status, Transfer
from scheduling.position import Way, Work, position_at
from scheduling.replan.ask import Ask
from scheduling.replan.choose import replan
from scheduling.replan.repair import repair
from scheduling.replan.standing import standing_problem
from scheduling.solve import solve
from tests.scheduling.chains import a_chain

LEAD = 10
OPTIONS = SolveOptions(time_limit_s=5, seed=1, workers=1, work=5)


def solved(problem):
    plan = solve(problem, options=OPTIONS, progress=lambda _: None, stop=lambda: False)
    assert plan.status in (Status.OPTIMAL, Status.FEASIBLE)
    return plan


def work_of(problem, lot, *, at_min):
    """A lot of a plan of this problem, of which nobody has told anything."""
    order = problem.order_by_id[lot.order]
    operation = problem.product_by_id[order.product].operation_by_id[lot.operation]
    machine = problem.machine_by_id[lot.machine]
    mode = machine.mode_by_operation[order.product, lot.operation]
    return Work(
        makes=operation.makes,
        site=machine.site,
        lots=(moved(lot, at_min),),
        hold_min=mode.hold_min,
        good=0,
        counted=0,
        uses={
            need.item: Fraction(1000 * need.num, mode.good_per_1000 * need.den)
            for need in operation.needs
            if need.item is not None
        },
    )


def after(problem, plan, *, at_min, down):
    """What is left of a plan when a machine falls out at a minute, and what is asked then."""
    lots = [lot for lot in plan.lots if lot.machine != down or lot.end_min <= at_min]
    order = problem.orders[0]
    ways = [(each, each.item, each.to_site) for each in plan.transfers]
    ways += [(each, problem.products[0].final_item, None) for each in plan.deliveries]
    position = position_at(
        "o",
        works=[work_of(problem, lot, at_min=at_min) for lot in lots],
        ways=[
            Way(
                item=item,
                from_site=each.from_site,
                to_site=site,
                arrive_min=each.arrive_min - at_min,
                quantity=each.quantity,
                sent=0,
                is_due=each.depart_min < at_min,
            )
            for each, item, site in sorted(ways, key=lambda way: way[0].depart_min)
        ],
        lying={},
        held={},
        coming=[],
    )
    quantity = order.quantity - sum(each.quantity for each in plan.deliveries if each.depart_min < at_min)
    machines = tuple(
        replace(
            machine,
            windows=()
            if machine.id == down
            else tuple(
                replace(window, start=max(0, window.start - at_min), end=window.end - at_min)
                for window in machine.windows
                if window.end > at_min
            ),
        )
        for machine in problem.machines
    )
    drops = (replace(order.drops[0], quantity=quantity),)
    rest = replace(
        problem,
        machines=machines,
        orders=(replace(order, quantity=quantity, drops=drops),),
        stock=position.stock,
        fixed_lots=tuple(moved(lot, at_min) for lot in lots if lot.end_min > at_min),
        horizon_min=problem.horizon_min - at_min,
    )
    ask = Ask(
        promise_min=plan.objective - at_min,
        frozen=frozenset(lot.id for lot in rest.fixed_lots if lot.start_min < 0),
        transfers=tuple(sent(each, at_min) for each in plan.transfers if each.depart_min >= at_min),
        deliveries=tuple(sent(each, at_min) for each in plan.deliveries if each.depart_min >= at_min),
    )
    return rest, ask


def moved(lot, by):
    return replace(lot, start_min=lot.start_min - by, end_min=lot.end_min - by)


def sent(load, by):
    return replace(load, depart_min=load.depart_min - by, arrive_min=load.arrive_min - by)


def repaired(rest, ask):
    plan = repair(rest, ask=ask, seed=1, is_over=lambda: False)
    assert plan is not None
    assert check(standing_problem(rest, plan), plan) == []
    return plan


def new_lots(rest, plan):
    return [lot for lot in plan.lots if lot not in rest.fixed_lots]


@pytest.mark.parametrize("seed", range(15))
def test_a_repaired_plan_is_valid_and_delivers_everything(seed):
    rng = Random(seed)
    windows = [(day * 1440, day * 1440 + rng.choice([480, 700, 1440])) for day in range(60)]
    problem = a_chain(
        stages=["a", "b", "c"][: rng.randint(1, 3)],
        firms_per_stage=rng.randint(2, 4),
        quantity=rng.randint(50, 3000),
        units_per_h=rng.choice([20, 60]),
        lead_min=rng.choice([0, 30]),
        setup_min=rng.choice([0, 20]),
        windows=windows,
    )
    plan = solved(problem)
    down = rng.choice(sorted({lot.machine for lot in plan.lots}))
    rest, ask = after(problem, plan, at_min=plan.objective // rng.randint(2, 5), down=down)
    again = repaired(rest, ask)
    assert sum(load.quantity for load in again.deliveries) == rest.orders[0].quantity
    assert down not in {lot.machine for lot in new_lots(rest, again)}
    assert ask.frozen <= {lot.id for lot in again.lots}


def test_where_nothing_is_lost_nothing_changes():
    problem = a_chain(stages=["a", "b"], firms_per_stage=2, quantity=500, units_per_h=60, lead_min=30)
    plan = solved(problem)
    rest, ask = after(problem, plan, at_min=plan.objective // 2, down="nobody")
    again = repaired(rest, ask)
    assert set(again.lots) == set(rest.fixed_lots)
    assert sorted(again.transfers, key=str) == sorted(ask.transfers, key=str)


def one_lost_lot(rng):
    """One stage; the pieces of machine a0 are lost, the others have a few windows of a piece a minute."""
    problem = a_chain(
        stages=["a"],
        firms_per_stage=5,
        quantity=rng.randint(20, 90),
        units_per_h=60,
        lead_min=LEAD,
        setup_min=3,
    )
    machines = [replace(problem.machines[0], windows=())]
    for machine in problem.machines[1:]:
        start = rng.randint(0, 60)
        machines.append(replace(machine, windows=(Window(start=start, end=start + rng.randint(5, 60)),)))
    promise = rng.randint(40, 120)
    lost = Delivery(
        order="o",
        from_site="a0",
        depart_min=promise - LEAD,
        arrive_min=promise,
        quantity=problem.orders[0].quantity,
    )
    return (
        replace(problem, machines=tuple(machines), horizon_min=400),
        Ask(promise_min=promise, frozen=frozenset(), deliveries=(lost,)),
    )


def fewest_machines(problem, ask):
    """By trying every set: the smallest that makes all pieces in time; None if not even all machines do."""
    quantity = problem.orders[0].quantity
    pieces = {}
    for machine in problem.machines:
        ends = [min(window.end, ask.promise_min - LEAD) - window.start - 3 for window in machine.windows]
        pieces[machine.id] = sum(max(0, minutes) for minutes in ends)
    for size in range(1, len(pieces) + 1):
        for chosen in combinations(pieces.values(), size):
            if sum(chosen) >= quantity:
                return size
    return None


@pytest.mark.parametrize("seed", range(80))
def test_as_few_machines_as_any_plan_in_time_needs(seed):
    problem, ask = one_lost_lot(Random(f"few machines {seed}"))
    fewest = fewest_machines(problem, ask)
    plan = repair(problem, ask=ask, seed=1, is_over=lambda: False)
    if fewest is None:
        assert plan is None or last_arrival(plan) > ask.promise_min
        return
    assert plan is not None
    assert check(problem, plan) == []
    assert last_arrival(plan) <= ask.promise_min
    assert len({lot.machine for lot in plan.lots}) == fewest


def test_a_starving_lot_is_released_with_the_rest_of_its_run():
    problem = a_chain(stages=["a", "b"], firms_per_stage=2, quantity=60, units_per_h=60, lead_min=LEAD)
    fed = Lot(
        id="1", order="o", operation="b", machine="b0", start_min=80, setup_min=0, end_min=110, quantity=30
    )
    tail = replace(fed, id="2", start_min=110, end_min=140)
    down = replace(problem.machines[0], windows=())
    late = replace(problem.machines[1], windows=(Window(start=200, end=400),))
    rest = replace(problem, machines=(down, late, *problem.machines[2:]), fixed_lots=(fed, tail))
    ask = Ask(
        promise_min=160,
        frozen=frozenset(),
        transfers=(
            Transfer(
                order="o", item="a", from_site="a0", to_site="b0", depart_min=60, arrive_min=70, quantity=60
            ),
        ),
        deliveries=(Delivery(order="o", from_site="b0", depart_min=140, arrive_min=150, quantity=60),),
    )
    plan = repaired(rest, ask)
    assert not {"1", "2"} & {lot.id for lot in plan.lots}
    assert last_arrival(plan) > 160
    starved = repaired(rest, replace(ask, running=frozenset({"1"})))
    assert not {"1", "2"} & {lot.id for lot in starved.lots}


def test_what_was_used_up_for_lost_pieces_is_made_again():
    problem = a_chain(stages=["a", "b"], firms_per_stage=2, quantity=60, units_per_h=60, lead_min=LEAD)
    plan = repaired(problem, Ask(promise_min=500, frozen=frozenset()))
    made = {"a": 0, "b": 0}
    for lot in plan.lots:
        made[lot.operation] += lot.quantity
    assert made == {"a": 60, "b": 60}


def test_a_wider_change_is_taken_only_where_it_keeps_the_promise():
    problem, ask = one_lost_lot(Random("few machines 0"))
    plan = replan(problem, ask=ask, options=OPTIONS, progress=lambda _: None, stop=lambda: False)
    assert check(standing_problem(problem, plan), plan) == []
    early = replace(ask, promise_min=1)
    late = replan(problem, ask=early, options=OPTIONS, progress=lambda _: None, stop=lambda: False)
    assert check(standing_problem(problem, late), late) == []


def a_press_that_runs_and_one_that_is_idle():
    """A lot of all pieces is on at the slow press; at the quick one they would be made in a fourth of the time."""
    problem = a_chain(stages=["a"], firms_per_stage=2, quantity=60, units_per_h=60, lead_min=LEAD)
    slow = replace(problem.machines[0], speed_pct=25)
    on = Lot(
        id="1", order="o", operation="a", machine=slow.id, start_min=5, setup_min=0, end_min=245, quantity=60
    )
    load = Delivery(order="o", from_site=slow.site, depart_min=245, arrive_min=245 + LEAD, quantity=60)
    ask = Ask(promise_min=120, frozen=frozenset(), deliveries=(load,))
    return replace(problem, machines=(slow, *problem.machines[1:]), fixed_lots=(on,)), ask


def test_running_work_stands_in_a_wider_change_too():
    problem, ask = a_press_that_runs_and_one_that_is_idle()
    wider = replan(problem, ask=ask, options=OPTIONS, progress=lambda _: None, stop=lambda: False)
    assert problem.fixed_lots[0] not in wider.lots
    on = replace(ask, running=frozenset({"1"}))
    plan = replan(problem, ask=on, options=OPTIONS, progress=lambda _: None, stop=lambda: False)
    assert plan.lots == problem.fixed_lots
