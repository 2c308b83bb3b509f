"""One solve, from row to row: load, translate, solve in a subprocess, check independently, store under the token."""

import json
import logging
import tempfile
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path

from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models import Prefetch

from marketplace.accounts.models import Site
from marketplace.capacity.market import equipment_named, listed_equipment, sellable_windows
from marketplace.capacity.models import Equipment
from marketplace.common.clock import real_now
from marketplace.orders.models import Operation, Order
from marketplace.planning import services
from marketplace.planning.change import ANSWER_MIN
from marketplace.planning.evidence import evidence_pct
from marketplace.planning.models import PlanRun, TransportTerms
from marketplace.planning.price_caps import price_caps
from marketplace.planning.solver_process import PLAN_EXITS, SolverProcess, naive_finish
from marketplace.planning.translate import Frame, MachineOffer, Period, minutes, problem_of
from matching.parse_trade import read_stock
from matching.parse_work import read_lot
from matching.problem import Problem
from matching.write import write_problem
from scheduling.burdens import Burden, narrowed_problem
from scheduling.check import check
from scheduling.plan import Plan
from scheduling.plan_format import read_plan, write_plan
from scheduling.replan.standing import standing_problem

log = logging.getLogger(__name__)

SHORTEST_HORIZON = timedelta(days=60)
LONGEST_HORIZON = timedelta(days=200)
AWAY = (OperationalError, InterfaceError)  # the database; it says nothing about the plan


def solve_row(public_id: str) -> None:
    """Do the job the row describes, if it is free. Every end is written to the row.

    Where the database is away at the end the row stays as it is: its lease ends, and the sweep gives it to a worker.
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
        goods_from_min=0 if run.kind in PlanRun.CHANGES else None,
    )
    pins = tuple(read_lot(lot) for lot in run.pins)
    offers = _offers(order, frame=frame, pinned={str(lot.machine) for lot in pins}, freed=run.freed)
    return problem_of(
        order=order,
        goal=run.goal,
        frame=frame,
        offers=offers,
        terms=TransportTerms.objects.order_by("-id").first() or TransportTerms(),
        pins=pins,
        refused=_periods(run.refused),
        closed=_periods(run.closed),
        remaining=run.remaining if run.kind in PlanRun.CHANGES else None,
        stock=tuple(read_stock(stock) for stock in run.stock),
        places=_places(run),
        caps=price_caps(
            run.priced_on, enterprises={offer.equipment.enterprise.public_id for offer in offers}
        ),
    )


def _periods(rows: list[list[object]]) -> tuple[Period, ...]:
    return tuple((str(machine), int(str(start)), int(str(end))) for machine, start, end in rows)


def _places(run: PlanRun) -> list[Site]:
    """Where goods of a plan in force lie or pass."""
    names = {stock["site"] for stock in run.stock}
    for way in (run.in_force or {}).get("transfers", []):
        names |= {way["from"], way["to"]}
    for load in (run.in_force or {}).get("deliveries", []):
        names.add(load["from"])
    return list(Site.objects.filter(public_id__in=names).select_related("enterprise"))


def _offers(order: Order, *, frame: Frame, pinned: set[str], freed: Collection[str]) -> list[MachineOffer]:
    """Of machines that are listed, and those that have pinned work, listed or not."""
    processes = {operation.process for operation in order.product.operations.all()}
    machines: list[Equipment] = list(
        listed_equipment(verified_only=order.verified_only, regions=order.regions, processes=processes)
    )
    known = {machine.public_id for machine in machines}
    machines += equipment_named(pinned - known)
    windows = sellable_windows(
        equipment_ids=[machine.pk for machine in machines],
        starts_at=frame.epoch,
        ends_at=frame.epoch + timedelta(minutes=frame.horizon_min),
        now=frame.epoch,
        freed=freed,
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
        command, beside = _command(run, Path(folder))
        process = SolverProcess(
            problem=problem_file,
            plan=plan_file,
            time_limit_s=run.time_limit_s,
            seed=run.seed,
            command=command,
            beside=beside,
        )
        outcome = process.wait(
            tick=lambda: _said(lambda: services.heartbeat(run, progress=process.progress[-200:]), away=True),
            wants_stop=lambda: _said(lambda: services.wants_stop(run), away=False),
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
    problem = _judged(run, problem=problem, plan=plan)
    _store(run, problem=problem, plan=plan, progress=process.progress, naive=naive)


def _said(ask: Callable[[], bool], *, away: bool) -> bool:
    """What the database answers; `away` while it is gone, for the solver need not stop with it: the token decides
    when its answer is stored."""
    try:
        return ask()
    except AWAY:
        log.warning("the database is away while a plan is made", exc_info=True)
        close_old_connections()
        return away


def _command(run: PlanRun, folder: Path) -> tuple[str, Path | None]:
    """Which command of the solver, and the file it reads beside the problem."""
    beside = folder / "beside.json"
    if run.kind in PlanRun.CHANGES:
        beside.write_text(json.dumps(run.in_force))
        return "replan", beside
    if run.kind == PlanRun.Kind.PRECEDENCE:
        beside.write_text(json.dumps(run.displaceable))
        return "displace", beside
    return "solve", None


def _judged(run: PlanRun, *, problem: Problem, plan: Plan) -> Problem:
    """What the plan has to be valid for: with the pins it keeps, with the time others keep."""
    if run.kind in PlanRun.CHANGES and plan.lots:
        return standing_problem(problem, plan)
    if run.kind == PlanRun.Kind.PRECEDENCE:
        burdens = [Burden(**each) for each in run.displaceable]
        return narrowed_problem(problem, plan, burdens=burdens)
    return problem


def _naive_finish(run: PlanRun, *, problem: Problem, problem_file: Path) -> int | None:
    """On the very problem, or, where it does not end within its horizon, with the windows that follow it."""
    if problem.fixed_lots or run.kind != PlanRun.Kind.PLAN:
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
        finish_min=_finish(run, plan),
        displaced=plan.notes.get("displaced", []),
        cost_cents=plan.cost_cents,
        bound=None if plan.bound is None else float(plan.bound),
        gap_pct=plan.gap_pct,
        num_enterprises=len(enterprises) or None,
        num_trips=_trips(problem, plan),
        naive_finish_min=naive,
        progress=progress[-200:],
    )


def _finish(run: PlanRun, plan: Plan) -> int | None:
    """The last arrival, of what has left before as well; None without a plan."""
    if not plan.deliveries:
        return None
    arrivals = [load.arrive_min for load in plan.deliveries]
    return max(arrivals if run.sent_arrives_min is None else [*arrivals, run.sent_arrives_min])


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
