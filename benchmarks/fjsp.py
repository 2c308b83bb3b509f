"""Flexible job shops from public instances, solved as planning problems: the gap to the best known makespan.

    python benchmarks/fjsp.py [--time-limit 20] [--workers 2] [--seed 1] [INSTANCE ...]

An instance is a path such as `brandimarte/mk01.txt` under `../shared/data/instances/fjsp`; all of
Brandimarte's by default. A job is an order of one piece, an operation needs the one before it, every machine
stands at one site and is open until all work could be done one after the other.
"""

import argparse
import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

from matching.problem import (
    Destination,
    Drop,
    Enterprise,
    EnterpriseId,
    FamilyId,
    ItemId,
    Machine,
    MachineId,
    Mode,
    Need,
    Objective,
    Operation,
    OperationId,
    Order,
    OrderId,
    Problem,
    Product,
    ProductId,
    Site,
    SiteId,
    Transport,
    Window,
)
from scheduling.discrete import DiscreteEngine
from scheduling.options import SolveOptions

INSTANCES = Path(__file__).parents[1] / "../shared/data/instances/fjsp"
_SITE = SiteId("shop")

Job = list[list[tuple[int, int]]]  # for each operation its (machine, minutes)


def read_jobs(text: str) -> list[Job]:
    """The usual format: jobs and machines; then for each job its operations, each a list of machine and time."""
    numbers = iter([int(float(word)) for line in text.splitlines()[1:] for word in line.split()])
    num_jobs = int(text.split()[0])
    return [
        [[(next(numbers), next(numbers)) for _ in range(next(numbers))] for _ in range(next(numbers))]
        for _ in range(num_jobs)
    ]


def as_problem(name: str, jobs: list[Job]) -> Problem:
    """One order of one piece for each job."""
    horizon = sum(max(minutes for _, minutes in operation) for job in jobs for operation in job)
    return Problem(
        name=name,
        epoch=datetime(2026, 1, 1, tzinfo=UTC),
        horizon_min=horizon,
        currency="CNY",
        objective=Objective.FINISH,
        enterprises=(Enterprise(id=EnterpriseId("shop")),),
        sites=(Site(id=_SITE, enterprise=EnterpriseId("shop"), lat=0.0, lon=0.0, region="shop"),),
        products=tuple(_product(number, job) for number, job in enumerate(jobs)),
        machines=_machines(jobs, horizon=horizon),
        transport=Transport(km_per_h=60, handling_min=0),
        orders=tuple(_order(number, horizon=horizon) for number in range(len(jobs))),
    )


def _product(number: int, job: Job) -> Product:
    names = [str(at) for at in range(len(job))]
    return Product(
        id=ProductId(f"J{number}"),
        operations=tuple(
            Operation(
                id=OperationId(name),
                makes=ItemId(name),
                needs=(Need(item=ItemId(names[at - 1]), num=1, den=1),) if at else (),
            )
            for at, name in enumerate(names)
        ),
    )


def _machines(jobs: list[Job], *, horizon: int) -> tuple[Machine, ...]:
    modes: dict[int, list[Mode]] = {}
    for number, job in enumerate(jobs):
        for at, choices in enumerate(job):
            for machine, minutes in choices:
                modes.setdefault(machine, []).append(_mode(number, at, minutes=minutes))
    return tuple(
        Machine(
            id=MachineId(f"M{machine}"),
            site=_SITE,
            modes=tuple(modes[machine]),
            windows=(Window(start=0, end=horizon),),
        )
        for machine in sorted(modes)
    )


def _mode(number: int, at: int, *, minutes: int) -> Mode:
    return Mode(
        product=ProductId(f"J{number}"),
        operation=OperationId(str(at)),
        run_min=minutes,
        run_units=1,
        cents_per_h=0,
        family=FamilyId(f"J{number}/{at}"),
    )


def _order(number: int, *, horizon: int) -> Order:
    destination = Destination(site=_SITE)
    return Order(
        id=OrderId(f"J{number}"),
        product=ProductId(f"J{number}"),
        quantity=1,
        due_min=horizon,
        destination=destination,
        drops=(Drop(destination=destination, quantity=1, due_min=horizon),),
    )


def main() -> int:
    arguments = _parse()
    if not INSTANCES.exists():
        print(f"skipped: no instances at {INSTANCES}", file=sys.stderr)
        return 0
    best_known = _best_known()
    print("instance                 finish   bound  best known      gap  seconds  status")
    for name in arguments.instances or sorted(each for each in best_known if each.startswith("brandimarte")):
        problem = as_problem(name, read_jobs((INSTANCES / name).read_text()))
        plan = DiscreteEngine().solve(
            problem,
            options=SolveOptions(
                time_limit_s=arguments.time_limit, seed=arguments.seed, workers=arguments.workers
            ),
            progress=lambda _: None,
            stop=lambda: False,
        )
        known = best_known[name]
        gap = "none" if plan.objective is None else f"{100 * (plan.objective - known) / known:.1f} %"
        bound = "none" if plan.bound is None else f"{float(plan.bound):.0f}"
        print(
            f"{name:24} {plan.objective!s:>6} {bound:>7} {known:>11} {gap:>8} {plan.seconds:>8.1f}  {plan.status}",
            flush=True,
        )
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Gap to the best known makespan of flexible job shops.")
    parser.add_argument("instances", nargs="*")
    parser.add_argument("--time-limit", type=float, default=20.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _best_known() -> dict[str, int]:
    with (INSTANCES / "best_known.csv").open() as file:
        return {row["path"]: int(row["upper_bound"]) for row in csv.DictReader(file)}


if __name__ == "__main__":
    sys.exit(main())
