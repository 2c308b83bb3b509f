"""Precedence displaces as little as it can; tried against every set on small cases, with an oracle for a solver."""

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest

from matching.problem import Window
from scheduling.burdens import Burden, without
from scheduling.displace import MOST_EXACT, displace
from scheduling.options import SolveOptions
from scheduling.plan import Delivery, Plan, Status
from tests.scheduling.chains import a_chain

OPTIONS = SolveOptions(time_limit_s=60, seed=1)
HORIZON = 200


def work(problem):
    """Minutes for sale, by machine."""
    return {machine.id: sum(w.end - w.start for w in machine.windows) for machine in problem.machines}


def an_oracle(needed):
    """In time exactly if enough minutes are for sale altogether; late by what is missing. Lots lie everywhere."""

    def solver(problem, _options, _progress, _stop):
        from matching.problem import Lot

        minutes = sum(work(problem).values())
        arrive = 100 + max(0, needed - minutes)
        lots = tuple(
            Lot(id=f"{m.id}-{n}", order="o", operation="a", machine=m.id, start_min=w.start, setup_min=0,
                end_min=w.end, quantity=1)
            for m in problem.machines for n, w in enumerate(m.windows)
        )  # fmt: skip
        delivery = Delivery(order="o", from_site="a0", depart_min=0, arrive_min=arrive, quantity=1)
        return Plan(
            status=Status.FEASIBLE, objective=arrive, cost_cents=0, bound=None, gap_pct=None, seconds=0.0,
            seed=1, lots=lots, deliveries=(delivery,),
        )  # fmt: skip

    return solver


def a_case(seed, *, num):
    rng = Random(f"precedence {seed}")
    problem = a_chain(stages=["a"], firms_per_stage=num, quantity=1, units_per_h=60, lead_min=0)
    machines = tuple(
        replace(machine, windows=(Window(start=0, end=rng.randint(20, 60)),)) for machine in problem.machines
    )
    order = replace(problem.orders[0], due_min=100, drops=(replace(problem.orders[0].drops[0], due_min=100),))
    problem = replace(problem, machines=machines, orders=(order,), horizon_min=HORIZON)
    burdens = []
    for machine in machines:
        end = machine.windows[0].end
        start = rng.randint(0, end - 10)
        burdens.append(
            Burden(reference=f"run-{machine.id}", machine=machine.id, start_min=start, end_min=end,
                   weight=rng.randint(1, 9), turns=rng.randint(0, 2))
        )  # fmt: skip
    free = sum(work(without(problem, burdens)).values())
    everything = sum(work(problem).values())
    return problem, burdens, rng.randint(free - 10, everything)


def run(problem, burdens, needed):
    return displace(
        problem,
        burdens=burdens,
        solver=an_oracle(needed),
        options=OPTIONS,
        progress=lambda _: None,
        stop=lambda: False,
    )


def lightest(problem, burdens, needed):
    """The least weight of a set without which the rest leaves enough minutes."""
    best = None
    for size in range(len(burdens) + 1):
        for gone in combinations(burdens, size):
            kept = [burden for burden in burdens if burden not in gone]
            if sum(work(without(problem, kept)).values()) >= needed:
                weight = sum(burden.weight for burden in gone)
                best = weight if best is None else min(best, weight)
    return best


@pytest.mark.parametrize("seed", range(60))
def test_the_lightest_set_is_displaced_on_small_cases(seed):
    problem, burdens, needed = a_case(seed, num=1 + seed % MOST_EXACT)
    found = run(problem, burdens, needed)
    weight = sum(burden.weight for burden in burdens if burden.reference in found.displaced)
    assert weight == lightest(problem, burdens, needed)
    assert found.is_irreducible


@pytest.mark.parametrize("seed", range(40))
def test_no_single_displaced_work_could_be_given_back(seed):
    problem, burdens, needed = a_case(seed, num=MOST_EXACT + 4)
    found = run(problem, burdens, needed)
    assert found.is_irreducible
    for given_back in found.displaced:
        kept = [b for b in burdens if b.reference not in found.displaced - {given_back}]
        assert sum(work(without(problem, kept)).values()) < needed


def test_nothing_is_displaced_where_the_date_holds_anyway():
    problem, burdens, _needed = a_case(3, num=4)
    assert run(problem, burdens, 0).displaced == frozenset()


def test_nothing_is_displaced_where_that_would_not_help():
    problem, burdens, _needed = a_case(3, num=4)

    def never_sooner(narrowed, options, progress, stop):
        return an_oracle(0)(problem, options, progress, stop)

    late = replace(problem.orders[0], drops=(replace(problem.orders[0].drops[0], due_min=1),))
    found = displace(
        replace(problem, orders=(late,)),
        burdens=burdens,
        solver=never_sooner,
        options=OPTIONS,
        progress=lambda _: None,
        stop=lambda: False,
    )
    assert found.displaced == frozenset()


def test_among_equals_who_was_displaced_before_is_spared():
    problem, burdens, _needed = a_case(5, num=2)
    equal = [replace(burden, weight=5, turns=turns) for burden, turns in zip(burdens, (1, 0), strict=True)]
    same = [replace(burden, start_min=0, end_min=20) for burden in equal]
    windows = tuple(replace(machine, windows=(Window(start=0, end=20),)) for machine in problem.machines)
    found = run(replace(problem, machines=windows), same, 20)
    assert found.displaced == {same[1].reference}
