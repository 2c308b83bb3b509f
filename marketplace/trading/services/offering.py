"""Writing a plan's packages: rows for its runs and ways, and the machines' time held."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Site
from marketplace.capacity.models import Equipment
from marketplace.capacity.services import OutsideOffer, TimeTaken, Wanted, hold_runs
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Operation, OrderDrop
from marketplace.planning.models import PlanRun
from marketplace.planning.stored import stored_plan
from marketplace.trading.drafts import PackageDraft, packages_of
from marketplace.trading.errors import CapacityGone
from marketplace.trading.models import Deal, Leg, Package, Run
from matching.problem import MachineId, Problem
from matching.write import write_lot
from scheduling.plan import Plan

ANSWER_WITHIN = timedelta(hours=4)  # business time; planning.run lets nothing start earlier
PAY_AFTER = timedelta(days=30)  # after the last run's end
HOLD_MARGIN_S = 600


def write_offers(
    deal: Deal, *, plan_run: PlanRun, booked_lots: frozenset[str], now: datetime, clock_speed: float
) -> list[Package]:
    """Packages, runs, ways and holds of a plan, all or none. Raises `CapacityGone`, also for time that is over.

    Lots in `booked_lots` are booked already and are offered to nobody.
    """
    problem, plan = stored_plan(plan_run)
    drafts = packages_of(problem, plan, without=booked_lots)
    if any(_moment(problem.epoch, run.start_min) < now for draft in drafts for run in draft.runs):
        raise CapacityGone(_("Some of the planned machine time is over. Ask for a new plan."))
    machines = _by_public_id(
        Equipment.objects.select_related("site").filter(
            public_id__in={r.machine for d in drafts for r in d.runs}
        )
    )
    _require_unmoved(problem, machines.values())
    enterprises = _by_public_id(Enterprise.objects.filter(public_id__in={d.enterprise for d in drafts}))
    operations = {operation.code: operation for operation in deal.order.product.operations.all()}
    packages = [
        _package(deal, draft, enterprise=enterprises[draft.enterprise], epoch=problem.epoch, now=now)
        for draft in drafts
    ]
    Package.objects.bulk_create(packages)
    runs = [
        run
        for package, draft in zip(packages, drafts, strict=True)
        for run in _runs(package, draft, machines=machines, operations=operations, epoch=problem.epoch)
    ]
    Run.objects.bulk_create(runs)
    _hold(runs, until=now + ANSWER_WITHIN, now=now, clock_speed=clock_speed)
    deal.legs.all().delete()
    Leg.objects.bulk_create(_legs(deal, plan, problem=problem))
    push_after_commit(*(f"enterprise:{enterprise.public_id}" for enterprise in enterprises.values()))
    return packages


def _package(
    deal: Deal, draft: PackageDraft, *, enterprise: Enterprise, epoch: datetime, now: datetime
) -> Package:
    first = _moment(epoch, min(run.start_min for run in draft.runs))
    last = _moment(epoch, max(run.end_min for run in draft.runs))
    return Package(
        deal=deal,
        enterprise=enterprise,
        label=draft.label,
        pay_cents=draft.pay_cents,
        currency=deal.currency,
        pay_on=(last + PAY_AFTER).date(),
        answer_by=min(now + ANSWER_WITHIN, first),  # what has begun is agreed to no more
    )


def _runs(
    package: Package,
    draft: PackageDraft,
    *,
    machines: Mapping[str, Equipment],
    operations: Mapping[str, Operation],
    epoch: datetime,
) -> Iterable[Run]:
    for run in draft.runs:
        yield Run(
            package=package,
            equipment=machines[run.machine],
            operation=operations[run.operation],
            starts_at=epoch + timedelta(minutes=run.start_min),
            ends_at=epoch + timedelta(minutes=run.end_min),
            setup_min=run.setup_min,
            quantity=run.quantity,
            pay_cents=run.pay_cents,
            lots=[write_lot(lot) for lot in run.lots],
        )


def _hold(runs: Sequence[Run], *, until: datetime, now: datetime, clock_speed: float) -> None:
    """Hold every run's time until the answers are due (holds expire in real time)."""
    real_s = (until - now).total_seconds() / max(clock_speed, 1.0)
    wanted = [
        Wanted(
            equipment_id=run.equipment_id,
            starts_at=run.starts_at,
            ends_at=run.ends_at,
            reference=run.public_id,
        )
        for run in runs
    ]
    try:
        taken = hold_runs(wanted=wanted, hold_s=int(real_s) + HOLD_MARGIN_S)
    except (TimeTaken, OutsideOffer) as error:
        raise CapacityGone(
            _("Some of the planned machine time is no longer free. Ask for a new plan.")
        ) from error
    for run, row in zip(runs, taken, strict=True):
        run.taken = row
    Run.objects.bulk_update(runs, ["taken"])


def _legs(deal: Deal, plan: Plan, *, problem: Problem) -> Iterable[Leg]:
    names = {t.from_site for t in plan.transfers} | {t.to_site for t in plan.transfers}
    names |= {d.from_site for d in plan.deliveries}
    sites = _by_public_id(Site.objects.filter(public_id__in=names))
    drops = _by_public_id(OrderDrop.objects.filter(order_id=deal.order_id))
    product = problem.products[0]
    for transfer in plan.transfers:
        if transfer.from_site == transfer.to_site:
            continue
        yield Leg(
            deal=deal,
            item=str(transfer.item or transfer.material),
            from_site=sites[transfer.from_site],
            to_site=sites[transfer.to_site],
            departs_at=problem.epoch + timedelta(minutes=transfer.depart_min),
            arrives_at=problem.epoch + timedelta(minutes=transfer.arrive_min),
            quantity=transfer.quantity,
        )
    for delivery in plan.deliveries:
        yield Leg(
            deal=deal,
            item=str(product.final_item),
            from_site=sites[delivery.from_site],
            to_drop=drops[str(delivery.drop)],
            departs_at=problem.epoch + timedelta(minutes=delivery.depart_min),
            arrives_at=problem.epoch + timedelta(minutes=delivery.arrive_min),
            quantity=delivery.quantity,
        )


def _require_unmoved(problem: Problem, machines: Iterable[Equipment]) -> None:
    """The plan's ways lead to where the machines stood when it was made."""
    planned = problem.machine_by_id
    if any(planned[MachineId(one.public_id)].site != one.site.public_id for one in machines):
        raise CapacityGone(_("Some of the planned machine time is no longer free. Ask for a new plan."))


def _moment(epoch: datetime, minute: int) -> datetime:
    return epoch + timedelta(minutes=minute)


def _by_public_id(rows: Iterable) -> dict:  # type: ignore[type-arg]
    return {row.public_id: row for row in rows}
