"""Writing a plan's packages: rows for its runs and ways, and the machines' time held."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Site
from marketplace.capacity.models import Equipment
from marketplace.capacity.services import OutsideOffer, TimeTaken, Wanted, hold_runs, release
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Operation, OrderDrop
from marketplace.planning.models import PlanRun
from marketplace.planning.price_caps import occasion_of
from marketplace.planning.runs import RunDraft, letters
from marketplace.planning.stored import stored_plan
from marketplace.trading.answer_clock import answer_due
from marketplace.trading.drafts import PackageDraft, packages_of
from marketplace.trading.errors import CapacityGone, PricedOtherwise
from marketplace.trading.facts import facts_of
from marketplace.trading.models import Deal, Leg, Package, Run
from matching.problem import MachineId, Problem
from matching.write import write_lot
from scheduling.plan import Plan

PAY_AFTER = timedelta(days=30)  # after the last run's end
HOLD_MARGIN_S = 600


def write_offers(
    deal: Deal, *, plan_run: PlanRun, booked_lots: frozenset[str], now: datetime, clock_speed: float
) -> list[Package]:
    """Packages, runs, ways and holds of a plan, all or none. Raises `CapacityGone`, also for time that is over, and
    `PricedOtherwise`.

    Lots in `booked_lots` are booked already and are offered to nobody. A factory that is still asked for other runs is
    asked for all of them in one package, with time to answer from now on.
    """
    if plan_run.priced_on != occasion_of(deal.order):
        raise PricedOtherwise(
            _("The order's rating has changed since this plan was made. Ask for a new plan.")
        )
    problem, plan = stored_plan(plan_run)
    drafts = packages_of(problem, plan, without=booked_lots)
    machines = _machines_of(problem, drafts, now=now)
    enterprises = _by_public_id(Enterprise.objects.filter(public_id__in={d.enterprise for d in drafts}))
    answer_by = answer_due(deal.order, now=now)
    asked = _withdraw_asked(deal, enterprises.values())
    packages = _packages(
        deal, drafts, enterprises=enterprises, asked=asked, epoch=problem.epoch, answer_by=answer_by
    )
    Package.objects.bulk_create(packages)
    runs = _write_runs(deal, packages, drafts, machines=machines, problem=problem)
    _ask_in(packages, asked)
    hold_time([*runs, *asked], until=answer_by, now=now, clock_speed=clock_speed)
    _replace_legs(deal, list(_legs(deal, plan, problem=problem)), gone=facts_of(plan_run).gone)
    push_after_commit(*(f"enterprise:{enterprise.public_id}" for enterprise in enterprises.values()))
    return packages


def _machines_of(problem: Problem, drafts: Sequence[PackageDraft], *, now: datetime) -> dict[str, Equipment]:
    """By public id. Raises `CapacityGone` where their time is over, or one stands elsewhere by now."""
    if any(_moment(problem.epoch, run.start_min) < now for draft in drafts for run in draft.runs):
        raise CapacityGone(_("Some of the planned machine time is over. Ask for a new plan."))
    names = {run.machine for draft in drafts for run in draft.runs}
    machines: dict[str, Equipment] = _by_public_id(
        Equipment.objects.select_related("site").filter(public_id__in=names)
    )
    _require_unmoved(problem, machines.values())
    return machines


def _write_runs(
    deal: Deal,
    packages: Sequence[Package],
    drafts: Sequence[PackageDraft],
    *,
    machines: Mapping[str, Equipment],
    problem: Problem,
) -> list[Run]:
    operations = {operation.code: operation for operation in deal.order.product.operations.all()}
    runs = [
        run
        for package, draft in zip(packages, drafts, strict=True)
        for run in _runs(package, draft, machines=machines, operations=operations, problem=problem)
    ]
    return Run.objects.bulk_create(runs)


def _packages(
    deal: Deal,
    drafts: Sequence[PackageDraft],
    *,
    enterprises: Mapping[str, Enterprise],
    asked: Sequence[Run],
    epoch: datetime,
    answer_by: datetime,
) -> list[Package]:
    """One for each draft, with those of the runs `asked` for already that are its factory's."""
    labels = _labels(deal, drafts)
    runs: dict[int, list[Run]] = defaultdict(list)
    for run in asked:
        runs[run.package.enterprise_id].append(run)
    return [
        _package(
            deal,
            draft,
            label=labels[draft.enterprise],
            enterprise=enterprises[draft.enterprise],
            asked=runs[enterprises[draft.enterprise].pk],
            epoch=epoch,
            answer_by=answer_by,
        )
        for draft in drafts
    ]


def _withdraw_asked(deal: Deal, enterprises: Iterable[Enterprise]) -> list[Run]:
    """Runs of the open offers to these factories, which are withdrawn."""
    waiting = deal.packages.filter(status=Package.Status.OFFERED, enterprise__in=list(enterprises))
    asked = Run.objects.filter(package__in=waiting, status=Run.Status.OFFERED).select_related("package")
    runs = list(asked.order_by("pk"))
    waiting.update(status=Package.Status.WITHDRAWN)
    return runs


def _ask_in(packages: Iterable[Package], asked: Sequence[Run]) -> None:
    """These runs are of the new packages from now on; their time is free to be held anew."""
    by_enterprise = {package.enterprise_id: package for package in packages}
    release(references=[run.public_id for run in asked])
    for run in asked:
        run.package = by_enterprise[run.package.enterprise_id]
    Run.objects.bulk_update(asked, ["package"])


def _package(
    deal: Deal,
    draft: PackageDraft,
    *,
    label: str,
    enterprise: Enterprise,
    asked: Sequence[Run],
    epoch: datetime,
    answer_by: datetime,
) -> Package:
    """For the draft's runs and those that the factory is `asked` for already."""
    first = min([_moment(epoch, draft.runs[0].start_min), *(run.starts_at for run in asked)])
    last = max([*(_moment(epoch, run.end_min) for run in draft.runs), *(run.ends_at for run in asked)])
    return Package(
        deal=deal,
        enterprise=enterprise,
        label=label,
        pay_cents=draft.pay_cents + sum(run.pay_cents for run in asked),
        currency=deal.currency,
        pay_on=(last + PAY_AFTER).date(),
        answer_by=min(answer_by, first),  # what has begun is agreed to no more
    )


def _runs(
    package: Package,
    draft: PackageDraft,
    *,
    machines: Mapping[str, Equipment],
    operations: Mapping[str, Operation],
    problem: Problem,
) -> Iterable[Run]:
    epoch = problem.epoch
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
            good_per_1000=_good_per_1000(problem, run),
            lots=[write_lot(lot) for lot in run.lots],
        )


def _good_per_1000(problem: Problem, run: RunDraft) -> int:
    product = problem.order_by_id[run.lots[0].order].product
    machine = problem.machine_by_id[MachineId(run.machine)]
    return machine.mode_by_operation[product, run.lots[0].operation].good_per_1000


def hold_time(runs: Sequence[Run], *, until: datetime, now: datetime, clock_speed: float) -> None:
    """Hold every run's time until the answers are due (holds expire in real time). Raises `CapacityGone`."""
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


def _labels(deal: Deal, drafts: Sequence[PackageDraft]) -> dict[str, str]:
    """Neutral names by enterprise: who has one in the deal keeps it, newcomers get the next letters."""
    known = dict(deal.packages.order_by("pk").values_list("enterprise__public_id", "label"))
    free = (name for number in count() if (name := letters(number)) not in known.values())
    return {draft.enterprise: known.get(draft.enterprise) or next(free) for draft in drafts}


def _replace_legs(deal: Deal, wanted: list[Leg], *, gone: Mapping[int, int]) -> None:
    """Ways that have left before the plan, and those it keeps as they were, stay the same rows.

    `gone` are pieces by key of the way: where not all have left, the way is another one of so many.
    """
    there: dict[tuple[object, ...], list[int]] = defaultdict(list)
    new, over = [], []
    for leg in deal.legs.all():
        left = gone.get(leg.pk, 0)
        if not left:
            there[_way(leg)].append(leg.pk)
        elif left < leg.quantity:
            over.append(leg.pk)
            new.append(_of(leg, quantity=left))
    for leg in wanted:
        if same := there[_way(leg)]:
            same.pop()
        else:
            new.append(leg)
    deal.legs.filter(pk__in=[*over, *(pk for rows in there.values() for pk in rows)]).delete()
    Leg.objects.bulk_create(new)


def _of(leg: Leg, *, quantity: int) -> Leg:
    return Leg(
        deal_id=leg.deal_id,
        item=leg.item,
        from_site_id=leg.from_site_id,
        to_site_id=leg.to_site_id,
        to_drop_id=leg.to_drop_id,
        departs_at=leg.departs_at,
        arrives_at=leg.arrives_at,
        quantity=quantity,
    )


def _way(leg: Leg) -> tuple[object, ...]:
    ends = (leg.from_site_id, leg.to_site_id, leg.to_drop_id)
    return (leg.item, *ends, leg.departs_at, leg.arrives_at, leg.quantity)


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
