"""A rated order comes first: a plan that takes away as little lower-rated work as it can, committed in one step.

What has begun is never displaced. Displaced deals are planned anew in the same transaction, their people told at
once; the new date follows with that plan.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import tell
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.services import release
from marketplace.common.errors import NotFound
from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order, Rating
from marketplace.orders.services import change_status, set_price
from marketplace.planning.errors import OrderNotPlannable
from marketplace.planning.models import PlanRun
from marketplace.planning.services import queue_run
from marketplace.trading.errors import ChangeOutdated, NotRated, PlanNotChoosable
from marketplace.trading.models import Deal, Disturbance, Package, Run
from marketplace.trading.services.disturb import raise_disturbance
from marketplace.trading.services.offering import write_offers
from marketplace.trading.services.propose import propose
from marketplace.trading.services.settle import settle
from marketplace.trading.standing import STANDING, minute_of

LOWER: dict[str, tuple[str, ...]] = {
    Rating.DX: (Rating.DO, Rating.NONE),
    Rating.DO: (Rating.NONE,),
    Rating.NONE: (),
}


@transaction.atomic
def propose_precedence(
    *, viewer: Viewer, order_public_id: str, now: datetime, running: Collection[str] = ()
) -> PlanRun:
    """Queue a plan with precedence for an open rated order; its `displaced` names the runs that would go.

    `running` are public ids of runs that began before their time. Raises `NotRated` for an unrated order.
    """
    order = _locked(viewer, order_public_id)
    if order.status != Order.Status.OPEN:
        raise OrderNotPlannable(_("This order has been placed or closed; it is not planned again."))
    if not LOWER[order.rating]:
        raise NotRated(_("Only a rated order takes precedence over others."))
    epoch = now.replace(second=0, microsecond=0)
    lower = _lower(order, now=now).exclude(public_id__in=running).select_related("equipment")
    burdens = _burdens(lower, epoch=epoch)
    return queue_run(
        order=order,
        goal=PlanRun.Goal.FASTEST,
        requested_by_id=viewer.person_id,
        now=now,
        epoch=epoch,
        displaceable=burdens,
    )


@transaction.atomic
def commit_precedence(
    *,
    viewer: Viewer,
    order_public_id: str,
    plan_public_id: str,
    now: datetime,
    clock_speed: float,
    running: Collection[str] = (),
) -> Deal:
    """Offer the plan to its factories; what it displaces is free, planned anew and told of, all or nothing.

    Raises `ChangeOutdated` where a run that would be displaced has begun or changed, `CapacityGone` where other
    time of the plan was taken: propose again then.
    """
    run = PlanRun.objects.filter(public_id=plan_public_id, kind=PlanRun.Kind.PRECEDENCE).first()
    orders = _lock_all(viewer, order_public_id, run)
    order = orders[order_public_id]
    if run is None or run.order_id != order.pk:
        raise NotFound(_("There is no such plan."))
    if order.status != Order.Status.OPEN or run.revision != order.revision:
        raise PlanNotChoosable(_("A plan has been chosen for this order already, or it was changed."))
    if run.status != PlanRun.Status.DONE or run.cost_cents is None or run.finish_min is None:
        raise PlanNotChoosable(_("This plan has no production to agree on."))
    displaced = list(
        _lower(order, now=now)
        .filter(public_id__in=run.displaced)
        .exclude(public_id__in=running)
        .select_related("package__deal__order", "equipment")
        .order_by("pk")
    )
    if len(displaced) != len(run.displaced):
        raise ChangeOutdated(_("What would be displaced has changed since. Ask for a new plan."))
    _displace(displaced)
    deal = Deal.objects.create(
        order=order,
        plan_run=run,
        chosen_by_id=viewer.person_id,
        chosen_at=now,
        net_cents=run.cost_cents,
        currency=order.currency,
        promised_at=run.epoch + timedelta(minutes=run.finish_min),
    )
    write_offers(deal, plan_run=run, booked_lots=frozenset(), now=now, clock_speed=clock_speed)
    set_price(order=order, net_cents=deal.net_cents)
    change_status(order=order, to=Order.Status.OFFERED)
    _follow(displaced, rated=order, now=now)
    return deal


def displaced_runs(run: PlanRun) -> QuerySet[Run]:
    """What a plan with precedence would displace, for pages of who may see it."""
    return Run.objects.filter(public_id__in=run.displaced).select_related(
        "equipment__site", "operation", "package__deal__order__product", "package__enterprise"
    )


def _locked(viewer: Viewer, order_public_id: str) -> Order:
    """The order, for its buyer or a coordinator."""
    viewer.require_planner()
    found = Order.objects.select_for_update(of=("self",)).filter(public_id=order_public_id)
    if not viewer.is_coordinator:
        found = found.filter(buyer_id=viewer.enterprise_id)
    order = found.first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _lock_all(viewer: Viewer, order_public_id: str, run: PlanRun | None) -> dict[str, Order]:
    """The rated order and those of the runs it would displace, in the order of their keys."""
    ids = set(
        Run.objects.filter(public_id__in=[] if run is None else run.displaced).values_list(
            "package__deal__order_id", flat=True
        )
    )
    own = Order.objects.filter(public_id=order_public_id)
    ids |= set(own.values_list("pk", flat=True))
    rows = Order.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    locked = {row.public_id: row for row in rows.select_related("product", "buyer")}
    _locked(viewer, order_public_id)
    return locked


def _lower(order: Order, *, now: datetime) -> QuerySet[Run]:
    """Runs of lower-rated orders that have not begun."""
    return Run.objects.filter(
        status__in=STANDING,
        starts_at__gt=now,
        package__deal__order__rating__in=LOWER[order.rating],
    ).exclude(package__deal__status=Deal.Status.FAILED)


def _burdens(runs: Iterable[Run], *, epoch: datetime) -> list[dict[str, object]]:
    """As `scheduling.displace.Burden`; turns are what the order's buyer has lost before."""
    turns = dict(
        Disturbance.objects.filter(kind=Disturbance.Kind.DISPLACED)
        .order_by()
        .values_list("deal__order__buyer_id")
        .annotate(times=Count("id"))
    )
    return [
        {
            "reference": run.public_id,
            "machine": run.equipment.public_id,
            "start_min": minute_of(run.starts_at, epoch=epoch),
            "end_min": minute_of(run.ends_at, epoch=epoch),
            "weight": max(1, (run.ends_at - run.starts_at) // timedelta(minutes=1)),
            "turns": turns.get(buyer_id, 0),
        }
        for run, buyer_id in _with_buyers(runs)
    ]


def _with_buyers(runs: Iterable[Run]) -> list[tuple[Run, int]]:
    listed = list(runs)
    buyers = dict(
        Run.objects.filter(pk__in=[run.pk for run in listed]).values_list(
            "pk", "package__deal__order__buyer_id"
        )
    )
    return [(run, buyers[run.pk]) for run in listed]


def _displace(runs: list[Run]) -> None:
    release(references=[run.public_id for run in runs])
    for run in runs:
        run.status, run.taken = Run.Status.DISPLACED, None
    Run.objects.bulk_update(runs, ["status", "taken"])
    for package in Package.objects.filter(
        pk__in={run.package_id for run in runs}, status=Package.Status.OFFERED
    ):
        if not package.runs.filter(status=Run.Status.OFFERED).exists():
            package.status = Package.Status.WITHDRAWN
            package.save(update_fields=["status"])


def _follow(runs: list[Run], *, rated: Order, now: datetime) -> None:
    """Every displaced deal is planned anew, its buyer and factories are told, once each."""
    deals = {run.package.deal_id: run.package.deal for run in runs}
    for pk in sorted(deals):
        deal = deals[pk]
        own = [run for run in runs if run.package.deal_id == pk]
        for run in own:
            raise_disturbance(
                deal,
                run=run,
                kind=Disturbance.Kind.DISPLACED,
                cause="displaced",
                now=now,
                facts={"rating": rated.rating, "programme": rated.programme},
            )
        if deal.status == Deal.Status.OFFERING:
            settle(deal, now=now)
        else:
            propose(deal, now=now)
        _tell(deal, own, rated=rated, now=now)
        start_after_commit("production.open_work", deal.public_id)
        push_after_commit(f"order:{deal.order.public_id}")


def _tell(deal: Deal, runs: list[Run], *, rated: Order, now: datetime) -> None:
    facts: dict[str, str | int] = {
        "order": deal.order.title,
        "rating": rated.rating,
        "programme": rated.programme,
        "promised_at": deal.promised_at.isoformat(),
        "runs": len(runs),
    }
    key = f"displaced:{rated.public_id}:{deal.public_id}"
    url = reverse("trading:change", args=[deal.order.public_id])
    tell([deal.order.buyer_id], key=key, kind="trading.displaced", facts=facts, url=url, now=now)
    factories = {run.equipment.enterprise_id for run in runs}
    own: dict[str, str | int] = {"rating": rated.rating, "programme": rated.programme, "runs": len(runs)}
    tell(
        factories,
        key=key,
        kind="trading.own-runs-displaced",
        facts=own,
        url=reverse("trading:work"),
        now=now,
    )
