"""A rated order comes first: a plan that takes away as little lower-rated work as it can, committed in one step.

Who may claim it is verified by the app that owns declarations and checked again here against the order's own rating
and programme. What has begun is never displaced. Displaced deals are planned anew in the same transaction, their
people told at once.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.services import release
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order, Rating
from marketplace.orders.services import change_status, set_price
from marketplace.planning.errors import OrderNotPlannable
from marketplace.planning.models import PlanRun
from marketplace.planning.services import queue_run
from marketplace.trading.claim import Claim
from marketplace.trading.errors import ChangeOutdated, NotRated, PlanNotChoosable
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.services.displaced_news import tell_displaced
from marketplace.trading.services.disturb import raise_disturbance
from marketplace.trading.services.foresee import Foreseen, foreseen_by, stop_foresights
from marketplace.trading.services.gave_way import note_gave_way, withdraw_emptied
from marketplace.trading.services.offering import write_offers
from marketplace.trading.services.propose import propose
from marketplace.trading.services.settle import settle
from marketplace.trading.standing import STANDING, minute_of
from marketplace.trading.told import follow_change

LOWER: dict[str, tuple[str, ...]] = {
    Rating.DX: (Rating.DO, Rating.NONE),
    Rating.DO: (Rating.NONE,),
    Rating.NONE: (),
}


@transaction.atomic
def propose_precedence(*, viewer: Viewer, claim: Claim, now: datetime) -> PlanRun:
    """Queue a plan with precedence for an open rated order; its `displaced` names the runs that would go.

    What has begun, by its booked time or in fact, stays where it is in that plan. Raises `NotFound` where no order
    bears the claim's rating and programme.
    """
    viewer.require_planner()
    order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.find().pk)
    if order.status != Order.Status.OPEN:
        raise OrderNotPlannable(_("This order has been placed or closed; it is not planned again."))
    if not LOWER[claim.rating]:
        raise NotRated(_("Only a rated order takes precedence over others."))
    epoch = now.replace(second=0, microsecond=0)
    return queue_run(
        order=order,
        goal=PlanRun.Goal.FASTEST,
        requested_by_id=viewer.person_id,
        now=now,
        epoch=epoch,
        displaceable=in_the_way(claim, epoch=epoch, now=now),
        priced_on=claim.occasion if claim.is_drill else None,
    )


def in_the_way(claim: Claim, *, epoch: datetime, now: datetime) -> list[dict[str, object]]:
    """Work that may give way to what is claimed, as `scheduling.burdens.Burden` in minutes from `epoch`."""
    lower = _lower(claim, now=now).select_related("equipment")
    return _burdens(_not_begun(lower, claim=claim), epoch=epoch)


@transaction.atomic
def commit_precedence(
    *, viewer: Viewer, claim: Claim, plan_public_id: str, now: datetime, clock_speed: float
) -> Deal:
    """Offer the plan to its factories; what it displaces is free, planned anew and told of, all or nothing.

    Raises `ChangeOutdated` where a run that would be displaced has begun or changed, `CapacityGone` where other
    time of the plan was taken: propose again then.
    """
    viewer.require_planner()
    if claim.is_drill:
        raise NotRated(_("A drill displaces nothing."))
    run = PlanRun.objects.filter(
        public_id=plan_public_id, kind=PlanRun.Kind.PRECEDENCE, order=claim.find()
    ).first()
    if run is None:
        raise NotFound(_("There is no such plan."))
    order = _lock_all(claim, run)
    if order.status != Order.Status.OPEN or run.revision != order.revision:
        raise PlanNotChoosable(_("A plan has been chosen for this order already, or it was changed."))
    if run.status != PlanRun.Status.DONE or run.cost_cents is None or run.finish_min is None:
        raise PlanNotChoosable(_("This plan has no production to agree on."))
    found = _lower(claim, now=now).filter(public_id__in=run.displaced)
    displaced = _not_begun(
        found.select_related("package__deal__order__product", "equipment").order_by("pk"), claim=claim
    )
    if len(displaced) != len(run.displaced):
        raise ChangeOutdated(_("What would be displaced has changed since. Ask for a new plan."))
    foreseen = foreseen_by(run)
    stop_foresights(run)
    _displace(displaced, now=now)
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
    _follow(displaced, claim=claim, foreseen=foreseen, now=now)
    return deal


def displaced_runs(run: PlanRun) -> QuerySet[Run]:
    """What a plan with precedence would displace, for pages of who may see it."""
    return Run.objects.filter(public_id__in=run.displaced).select_related(
        "equipment__site",
        "operation",
        "package__deal__order__product",
        "package__deal__order__buyer",
        "package__enterprise",
    )


def turns_of_buyers() -> dict[int, int]:
    """How many runs of each buyer (by key) gave way so far. One query."""
    return dict(
        Disturbance.objects.filter(kind=Disturbance.Kind.DISPLACED)
        .order_by()
        .values_list("deal__order__buyer_id")
        .annotate(times=Count("id"))
    )


def _lock_all(claim: Claim, run: PlanRun) -> Order:
    """The rated order, still as claimed; it and those of the runs it would displace locked in the order of their keys."""
    displaced = Run.objects.filter(public_id__in=run.displaced)
    ids = {*displaced.values_list("package__deal__order_id", flat=True), run.order_id}
    rows = Order.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
    locked = {row.pk: row for row in rows.select_related("product", "buyer")}
    return locked[claim.find().pk]


def _lower(claim: Claim, *, now: datetime) -> QuerySet[Run]:
    """Runs of lower-rated orders in the claim's regions whose time has not come."""
    return Run.objects.filter(
        status__in=STANDING,
        starts_at__gt=now,
        equipment__site__region__in=claim.regions,
        package__deal__order__rating__in=LOWER[claim.rating],
    ).exclude(package__deal__status=Deal.Status.FAILED)


def _not_begun(runs: Iterable[Run], *, claim: Claim) -> list[Run]:
    """Without those that were started before their time."""
    listed = list(runs)
    begun = claim.begun([run.pk for run in listed])
    return [run for run in listed if run.public_id not in begun]


def _burdens(runs: Iterable[Run], *, epoch: datetime) -> list[dict[str, object]]:
    """As `scheduling.displace.Burden`; turns are what the order's buyer has lost before."""
    turns = turns_of_buyers()
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


def _displace(runs: list[Run], *, now: datetime) -> None:
    release(references=[run.public_id for run in runs])
    for run in runs:
        run.status, run.taken = Run.Status.DISPLACED, None
    Run.objects.bulk_update(runs, ["status", "taken"])
    note_gave_way(runs, now=now, because="displaced")
    withdraw_emptied(runs)


def _follow(runs: list[Run], *, claim: Claim, foreseen: Mapping[int, Foreseen], now: datetime) -> None:
    """Every displaced deal is planned anew, its buyer and factories are told, once each."""
    deals = {run.package.deal_id: run.package.deal for run in runs}
    for pk in sorted(deals):
        deal = deals[pk]
        own = [run for run in runs if run.package.deal_id == pk]
        expected = foreseen.get(deal.order_id)
        arrives_at = None if expected is None else expected.arrives_at
        for run in own:
            raise_disturbance(
                deal,
                run=run,
                kind=Disturbance.Kind.DISPLACED,
                cause="displaced",
                now=now,
                facts=claim.reason(),
            )
        if deal.status == Deal.Status.OFFERING:
            settle(deal, now=now)
        else:
            propose(deal, now=now)
        tell_displaced(deal, own, claim=claim, arrives_at=arrives_at, now=now)
        follow_change(deal.order_id, now=now)
        push_after_commit(f"order:{deal.order.public_id}")
