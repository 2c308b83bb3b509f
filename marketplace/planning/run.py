"""One solve, from row to row: load, translate, solve in a subprocess, check independently, store under the token."""

import json
import logging
import tempfile
from datetime import timedelta
from pathlib import Path

from django.db import InterfaceError, OperationalError
from django.db.models import Prefetch

from marketplace.capacity.market import listed_equipment, sellable_windows
from marketplace.capacity.models import Equipment
from marketplace.common.clock import real_now
from marketplace.orders.models import Operation, Order
from marketplace.planning import services
from marketplace.planning.evidence import evidence_pct
from marketplace.planning.models import PlanRun, TransportTerms
from marketplace.planning.solver_process import PLAN_EXITS, SolverProcess, naive_finish
from marketplace.planning.translate import Frame, MachineOffer, minutes, problem_of
from matching.parse_work import read_lot
from matching.problem import Problem
from matching.write import write_problem
from scheduling.check import check
from scheduling.plan import Plan
from scheduling.plan_format import read_plan, write_plan

log = logging.getLogger(__name__)

ANSWER_MIN = 4 * 60  # factories have this long to answer before anything may start
SHORTEST_HORIZON = timedelta(days=60)
LONGEST_HORIZON = timedelta(days=200)
AWAY = (OperationalError, InterfaceError)  # the database; it says nothing about the plan


def solve_row(public_id: str) -> None:
    """Do the job the row describes, if it is free. Every end is written to the row.

    Where the database goes away meanwhile the row stays as it is: its lease ends, and the sweep gives it to a worker.
    """
    run = services.lease(public_id=public_id)
    if run is None:
        return
    try:
        problem = build_problem(run)
        _solve(run, problem)
    except AWAY:
        log.warning("plan run %s is left to the sweep", public_id, exc_info=True)
    except Exception as error:
        log.exception("plan run %s failed", public_id)
        services.finish(run, status=PlanRun.Status.FAILED, error=f"{type(error).__name__}: {error}"[:2000])


def build_problem(run: PlanRun, *, at_least: timedelta = SHORTEST_HORIZON) -> Problem:
    """What the network offers for the order of this run from the run's epoch on, for `at_least` this long."""
    order = (
        Order.objects.select_related("product")
        .prefetch_related(
            "drops",
            "blocked",
            Prefetch("product__operations", Operation.objects.prefetch_related("needs__material")),
        )
        .get(pk=run.order_id)
    )
    horizon = min(max(2 * (order.due_at - run.epoch), at_least), LONGEST_HORIZON)
    frame = Frame(
        epoch=run.epoch,
        now_min=minutes(run.asked_at, epoch=run.epoch, up=True) + ANSWER_MIN,
        horizon_min=horizon // timedelta(minutes=1),
    )
    pins = tuple(read_lot(lot) for lot in run.pins)
    offers = _offers(order, frame=frame, pinned={str(lot.machine) for lot in pins})
    return problem_of(
        order=order,
        goal=run.goal,
        frame=frame,
        offers=offers,
        terms=TransportTerms.objects.order_by("-id").first() or TransportTerms(),
        pins=pins,
        refused=tuple((str(m), int(a), int(b)) for m, a, b in run.refused),
    )


def _offers(order: Order, *, frame: Frame, pinned: set[str]) -> list[MachineOffer]:
    processes = {operation.process for operation in order.product.operations.all()}
    machines: list[Equipment] = list(
        listed_equipment(verified_only=order.verified_only, regions=order.regions, processes=processes)
    )
    windows = sellable_windows(
        equipment_ids=[machine.pk for machine in machines],
        starts_at=frame.epoch,
        ends_at=frame.epoch + timedelta(minutes=frame.horizon_min),
        now=frame.epoch,
    )
    evidence = evidence_pct(machines=machines, real_now=real_now())
    return [
        MachineOffer(
            equipment=machine, windows=tuple(windows[machine.pk]), evidence_pct=max(1, evidence[machine.pk])
        )
        for machine in machines
        if (windows[machine.pk] and evidence[machine.pk]) or machine.public_id in pinned
    ]


def _solve(run: PlanRun, problem: Problem) -> None:
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        problem_file, plan_file = Path(folder) / "problem.json", Path(folder) / "plan.json"
        document = write_problem(problem)
        problem_file.write_text(json.dumps(document))
        naive = _naive_finish(run, problem=problem, problem_file=problem_file)
        process = SolverProcess(
            problem=problem_file, plan=plan_file, time_limit_s=run.time_limit_s, seed=run.seed
        )
        outcome = process.wait(
            tick=lambda: services.heartbeat(run, progress=process.progress[-200:]),
            wants_stop=lambda: services.wants_stop(run),
        )
        if outcome.is_abandoned:
            log.warning("plan run %s was taken over", run.public_id)
            return
        if outcome.is_stopped_early:
            services.finish(run, status=PlanRun.Status.CANCELLED)
            return
        if outcome.exit_code not in PLAN_EXITS or not plan_file.exists():
            raise SolverFailed(f"exit {outcome.exit_code}: {outcome.message}")
        plan = read_plan(plan_file.read_bytes())
    _store(run, problem=problem, plan=plan, progress=process.progress, naive=naive)


def _naive_finish(run: PlanRun, *, problem: Problem, problem_file: Path) -> int | None:
    """On the very problem, or, where it does not end within its horizon, with the windows that follow it."""
    if problem.fixed_lots:
        return None
    finish = naive_finish(problem_file)
    if finish is not None:
        return finish
    longer_file = problem_file.with_name("longer.json")
    longer_file.write_text(json.dumps(write_problem(build_problem(run, at_least=LONGEST_HORIZON))))
    return naive_finish(longer_file)


class SolverFailed(Exception):
    """The solver ended without a plan file; the text holds its exit code and last words."""


class PlanRefused(Exception):
    """The independent checker found the solver's plan invalid; nothing of it is kept."""


def _store(
    run: PlanRun,
    *,
    problem: Problem,
    plan: Plan,
    progress: list[list[float | None]],
    naive: int | None,
) -> None:
    if plan.lots:
        violations = check(problem, plan)
        if violations:
            raise PlanRefused("; ".join(str(violation) for violation in violations[:5]))
    machines = problem.machine_by_id
    enterprises = {problem.site_by_id[machines[lot.machine].site].enterprise for lot in plan.lots}
    document = write_plan(plan)
    services.finish(
        run,
        status=PlanRun.Status.CANCELLED if plan.interrupted and not plan.lots else PlanRun.Status.DONE,
        problem=write_problem(problem),
        plan=document,
        relaxations=document.get("relaxations", []),
        unsupported=document.get("unsupported", []),
        plan_status=plan.status,
        finish_min=max((d.arrive_min for d in plan.deliveries), default=None),
        cost_cents=plan.cost_cents,
        bound=None if plan.bound is None else float(plan.bound),
        gap_pct=plan.gap_pct,
        num_enterprises=len(enterprises) or None,
        num_trips=_trips(problem, plan),
        naive_finish_min=naive,
        progress=progress[-200:],
    )


def _trips(problem: Problem, plan: Plan) -> int:
    """Trucks: goods with the same from, to and departure share trips of `trip_units` pieces (rule 10)."""
    load: dict[tuple[str, str, int], int] = {}
    for transfer in plan.transfers:
        leaves = (str(transfer.from_site), str(transfer.to_site), transfer.depart_min)
        load[leaves] = load.get(leaves, 0) + transfer.quantity
    for delivery in plan.deliveries:
        leaves = (str(delivery.from_site), f"{delivery.order}/{delivery.drop}", delivery.depart_min)
        load[leaves] = load.get(leaves, 0) + delivery.quantity
    most = problem.transport.trip_units
    return sum(1 if most is None else -(-units // most) for units in load.values())
