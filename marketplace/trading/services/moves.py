"""Pinning a run, or moving it to another time or machine: checked by the independent checker before anything changes.

A factory moves its own runs among its own machines at once, where that breaks nothing. A buyer's planner moves any run
of the order: the moved run is an offer to its factory, and where the move breaks something the rest can be planned
anew around it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Equipment, TakenTime
from marketplace.capacity.services import Wanted, release, take_time
from marketplace.common.errors import NotFound
from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun
from marketplace.planning.run import build_problem
from marketplace.trading.errors import MoveBreaksPlan, RunNotMovable
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.position import position_of
from marketplace.trading.services.disturb import raise_disturbance
from marketplace.trading.services.propose import change_of, pins_of, propose
from marketplace.trading.standing import standing_runs
from marketplace.trading.told import begun_in_fact
from marketplace.trading.wording import BROKEN
from matching.problem import Lot, LotId, MachineId, OperationId, OrderId, Problem
from matching.rules import run_minutes, started_pieces
from matching.working_time import WorkingTime
from matching.write import write_lot
from scheduling.check import check
from scheduling.evaluate import evaluate
from scheduling.plan import Plan, Status
from scheduling.plan_format import read_plan

PLACE_RULES = {1, 2, 3, 4}  # broken by the moved run where it is put: nothing can be planned around that


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A rule the moved plan breaks. `stage` and `starts_at` name the run it shows at, where it is one."""

    rule: int
    text: Promise | str
    stage: str = ""
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCheck:
    """What a move amounts to: the new time, and all that it breaks."""

    machine: Equipment
    starts_at: datetime
    ends_at: datetime
    lot: Lot | None
    broken: tuple[Broken, ...]

    @property
    def is_clean(self) -> bool:
        return not self.broken

    @property
    def may_plan_around(self) -> bool:
        """The run itself may stand there; only others suffer."""
        return self.lot is not None and not any(one.rule in PLACE_RULES for one in self.broken)


@transaction.atomic
def pin_run(*, viewer: Viewer, public_id: str, is_pinned: bool) -> Run:
    """A pinned run is moved by no re-plan; a person may still move it."""
    run = movable_run(viewer, public_id)
    run.is_pinned = is_pinned
    run.save(update_fields=["is_pinned"])
    push_after_commit(f"order:{run.package.deal.order.public_id}")
    return run


def check_move(
    *, viewer: Viewer, public_id: str, machine: str, starts_at: datetime, now: datetime
) -> MoveCheck:
    """The whole plan with the run moved, judged by the checker; nothing is written. Raises `RunNotMovable`."""
    run = _found(viewer, public_id)
    _require_movable(run, now=now)
    target = _machine_of_owner(run, machine)
    return _check(run, target=target, starts_at=starts_at, now=now)


@transaction.atomic
def commit_move(*, viewer: Viewer, public_id: str, machine: str, starts_at: datetime, now: datetime) -> Run:
    """Move an own run to an own machine and pin it there. Raises `MoveBreaksPlan`, `TimeTaken`."""
    run = movable_run(viewer, public_id)
    _require_movable(run, now=now)
    if run.package.enterprise_id != viewer.enterprise_id:
        raise RunNotMovable(_("Another's run is moved by planning around it; its factory is asked then."))
    found = _check(run, target=_machine_of_owner(run, machine), starts_at=starts_at, now=now)
    if not found.is_clean or found.lot is None:
        raise MoveBreaksPlan(
            _("The move breaks the plan: %(what)s")
            % {"what": " ".join(str(one.text) for one in found.broken)},
            broken=sorted({one.rule for one in found.broken}),
        )
    release(references=[run.public_id])
    wanted = Wanted(
        equipment_id=found.machine.pk,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        reference=run.public_id,
        title=run.package.deal.order.title[:120],
    )
    (run.taken,) = take_time(wanted=[wanted], kind=TakenTime.Kind.BOOKING, viewer=viewer)
    run.equipment, run.starts_at, run.ends_at = found.machine, found.starts_at, found.ends_at
    run.setup_min, run.lots, run.is_pinned = found.lot.setup_min, [write_lot(found.lot)], True
    run.save()
    deal = run.package.deal
    push_after_commit(f"order:{deal.order.public_id}")
    start_after_commit("payments.write_contracts", deal.public_id)
    start_after_commit("production.open_work", deal.public_id)
    return run


@transaction.atomic
def plan_around(
    *, viewer: Viewer, public_id: str, machine: str, starts_at: datetime, now: datetime
) -> PlanRun | None:
    """The buyer wants the run there: the rest is planned anew around it, and waits for a person to commit it."""
    run = movable_run(viewer, public_id)
    deal = run.package.deal
    if deal.order.buyer_id != viewer.enterprise_id:
        raise RunNotMovable(_("Only the buyer has the rest of the order planned anew."))
    _require_movable(run, now=now)
    found = _check(run, target=_machine_of_owner(run, machine), starts_at=starts_at, now=now)
    if not found.may_plan_around or found.lot is None:
        raise MoveBreaksPlan(
            _("The run cannot stand there: %(what)s")
            % {"what": " ".join(str(one.text) for one in found.broken)},
            broken=sorted({one.rule for one in found.broken}),
        )
    facts = {
        "machine": machine,
        "starts_at": found.starts_at.isoformat(),
        "lot": write_lot(found.lot),
    }
    raise_disturbance(deal, run=run, kind=Disturbance.Kind.MOVED, cause="moved", now=now, facts=facts, made=0)
    return propose(deal, now=now)


def movable_run(viewer: Viewer, public_id: str) -> Run:
    """Under the order's lock: a booked run of an agreed deal, for its buyer or its factory."""
    viewer.require_planner()
    Order.objects.select_for_update(no_key=True).get(pk=_found(viewer, public_id).package.deal.order_id)
    run = _found(viewer, public_id)
    _require_booked(run)
    return run


def _found(viewer: Viewer, public_id: str) -> Run:
    rows = Run.objects.filter(public_id=public_id).select_related(
        "package__deal__order__product", "package__deal__plan_run", "equipment__site", "operation"
    )
    mine = viewer.require_enterprise()
    run = (
        rows.filter(package__enterprise_id=mine).first()
        or rows.filter(package__deal__order__buyer_id=mine).first()
    )
    if run is None:
        raise NotFound(_("There is no such run."))
    return run


def _require_booked(run: Run) -> None:
    if run.status != Run.Status.BOOKED or run.package.deal.status != Deal.Status.AGREED:
        raise RunNotMovable(_("Only a booked run of an agreed order is pinned or moved."))


def _require_movable(run: Run, *, now: datetime) -> None:
    _require_booked(run)
    if run.starts_at <= now or begun_in_fact([run.pk]):
        raise RunNotMovable(_("The run has begun; running work is not moved."))
    if run.package.deal.disturbances.filter(status__in=Disturbance.LIVING).exists():
        raise RunNotMovable(_("The order is being planned anew; commit or dismiss that first."))


def _machine_of_owner(run: Run, public_id: str) -> Equipment:
    """The run's own machine, or another of the same factory."""
    found = Equipment.objects.filter(
        public_id=public_id, enterprise_id=run.package.enterprise_id
    ).select_related("site__enterprise")
    machine = found.first()
    if machine is None:
        raise NotFound(_("There is no such machine."))
    return machine


def _check(run: Run, *, target: Equipment, starts_at: datetime, now: datetime) -> MoveCheck:
    deal = run.package.deal
    epoch = now.replace(second=0, microsecond=0)
    standing = standing_runs(deal, epoch=epoch, lost={run.pk: 0})
    position = position_of(deal, standing, epoch=epoch)
    pins = pins_of(position)
    change = change_of(deal, position, living=[], epoch=epoch)
    asked = PlanRun(
        order=deal.order,
        kind=PlanRun.Kind.REPLAN,
        goal=deal.plan_run.goal,
        epoch=epoch,
        asked_at=now - timedelta(hours=4),  # the time for answers is not waited for: nobody is asked
        pins=[write_lot(lot) for _each, lot in pins],
        **change.columns(),
    )
    problem = build_problem(asked)
    start_min = (starts_at - epoch) // timedelta(minutes=1)
    lot = _lot(problem, run, target=target, start_min=start_min)
    if lot is None:
        broken = (Broken(rule=1, text=BROKEN[1]),)
        return MoveCheck(machine=target, starts_at=starts_at, ends_at=starts_at, lot=None, broken=broken)
    plan = _plan(problem, lot, goods=read_plan(json.dumps(asked.in_force)))
    names = {each_lot.id: each.run for each, each_lot in pins} | {lot.id: run}
    return MoveCheck(
        machine=target,
        starts_at=epoch + timedelta(minutes=start_min),
        ends_at=epoch + timedelta(minutes=lot.end_min),
        lot=lot,
        broken=tuple(_broken(problem, plan, names)),
    )


def _lot(problem: Problem, run: Run, *, target: Equipment, start_min: int) -> Lot | None:
    """All pieces of the run as one lot there, with its full set-up; None where the machine cannot make them."""
    machine = problem.machine_by_id.get(MachineId(target.public_id))
    product = problem.orders[0].product
    mode = (
        None if machine is None else machine.mode_by_operation.get((product, OperationId(run.operation.code)))
    )
    if machine is None or mode is None:
        return None
    minutes = mode.setup_min + run_minutes(
        mode, started=started_pieces(mode, good=run.quantity), speed_pct=machine.speed_pct
    )
    return Lot(
        id=LotId(f"moved-{run.public_id}"),
        order=OrderId(problem.orders[0].id),
        operation=OperationId(run.operation.code),
        machine=machine.id,
        start_min=start_min,
        setup_min=mode.setup_min,
        end_min=WorkingTime(machine).earliest_end(start_min, minutes),
        quantity=run.quantity,
    )


def _plan(problem: Problem, lot: Lot, *, goods: Plan) -> Plan:
    lots = (*problem.fixed_lots, lot)
    found = evaluate(problem, lots=lots, transfers=goods.transfers, deliveries=goods.deliveries)
    return Plan(
        status=Status.FEASIBLE,
        objective=found.objective,
        cost_cents=found.cost_cents,
        bound=None,
        gap_pct=None,
        seconds=0.0,
        seed=0,
        lots=lots,
        transfers=goods.transfers,
        deliveries=goods.deliveries,
        orders=found.orders,
    )


def _broken(problem: Problem, plan: Plan, names: dict[LotId, Run]) -> list[Broken]:
    """Each broken rule once for each run it shows at, in the order of the rules."""
    found: dict[tuple[int, int | None], Broken] = {}
    for violation in check(problem, plan):
        run = None
        if violation.path.startswith("lots["):
            at = int(violation.path.removeprefix("lots[").partition("]")[0])
            run = names.get(plan.lots[at].id)
        found.setdefault(
            (violation.rule, None if run is None else run.pk),
            Broken(
                rule=violation.rule,
                text=BROKEN.get(violation.rule, violation.text),
                stage="" if run is None else run.operation.name,
                starts_at=None if run is None else run.starts_at,
            ),
        )
    return list(found.values())
