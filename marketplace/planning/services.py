"""Asking for plans, stopping them, and giving them to workers."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common import leases
from marketplace.common.clock import real_now
from marketplace.common.errors import NotFound
from marketplace.common.jobs import start_after_commit
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.orders.services import open_order
from marketplace.planning.change import Change
from marketplace.planning.errors import OrderNotPlannable, RunIsOver
from marketplace.planning.models import PlanRun
from marketplace.planning.price_caps import occasion_of

SOLVE_TASK = "planning.solve"
LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 3
REPLAN_LIMIT_S = 12  # a proposal is wanted within half a minute, reading and checking included
LIVING = (PlanRun.Status.QUEUED, PlanRun.Status.RUNNING)


@transaction.atomic
def request_plans(*, viewer: Viewer, order_public_id: str, now: datetime) -> list[PlanRun]:
    """Queue one run for each goal on an open order of the viewer's; runs still going on are left alone."""
    viewer.require_planner()
    order = (
        Order.objects.select_for_update(no_key=True)
        .filter(public_id=order_public_id, buyer_id=viewer.enterprise_id)
        .first()
    )
    if order is None:
        raise NotFound(_("There is no such order."))
    if order.status == Order.Status.DRAFT:
        open_order(viewer=viewer, order=order_public_id, now=now)
        order.refresh_from_db()
    if order.status != Order.Status.OPEN:
        raise OrderNotPlannable(_("This order has been placed or closed; it is not planned again."))
    current = order.plan_runs.filter(kind=PlanRun.Kind.PLAN, status__in=LIVING, revision=order.revision)
    living = set(current.values_list("goal", flat=True))
    return [
        queue_run(order=order, goal=goal, requested_by_id=viewer.person_id, now=now)
        for goal in PlanRun.Goal.values
        if goal not in living
    ]


def queue_run(
    *,
    order: Order,
    goal: str,
    requested_by_id: int | None,
    now: datetime,
    epoch: datetime | None = None,
    replaces: PlanRun | None = None,
    pins: list[dict[str, object]] | None = None,
    refused: list[list[object]] | None = None,
    change: Change | None = None,
    displaceable: list[dict[str, object]] | None = None,
    foreseen_for: PlanRun | None = None,
    priced_on: str | None = None,
) -> PlanRun:
    """Insert the row and nudge a worker after commit. The caller holds the order's lock.

    `pins`, `refused` and `change` count minutes from `epoch`. With `change` it is a re-plan, with `displaceable`
    a plan with precedence, with `foreseen_for` too a re-plan that only tells what that plan would do to the order.
    `priced_on` is the occasion from which prices are capped; None: that of the order's rating, if it has one.
    """
    more: dict[str, object] = {}
    if change is not None:
        kind = PlanRun.Kind.REPLAN if foreseen_for is None else PlanRun.Kind.FORESIGHT
        more = {"kind": kind, "foreseen_for": foreseen_for, **change.columns()}
    elif displaceable is not None:
        freed = [str(burden["reference"]) for burden in displaceable]
        more = {"kind": PlanRun.Kind.PRECEDENCE, "displaceable": displaceable, "freed": freed}
    run = PlanRun.objects.create(
        **more,
        order=order,
        revision=order.revision,
        goal=goal,
        requested_by_id=requested_by_id,
        epoch=(epoch or now).replace(second=0, microsecond=0),
        asked_at=now,
        priced_on=occasion_of(order) if priced_on is None else priced_on,
        seed=1 + order.plan_runs.count(),
        time_limit_s=_time_limit_s(is_replan=change is not None),
        replaces=replaces,
        pins=pins or [],
        refused=refused or [],
    )
    start_after_commit(SOLVE_TASK, run.public_id)
    announce(run)
    return run


def _time_limit_s(*, is_replan: bool) -> int:
    limit: int = settings.SOLVER["time_limit_s"]
    return min(limit, REPLAN_LIMIT_S) if is_replan else limit


@transaction.atomic
def stop_run(*, viewer: Viewer, public_id: str) -> PlanRun:
    """Ask a run to stop; a running solver writes its best plan so far, a queued run is cancelled at once."""
    viewer.require_planner()
    found = PlanRun.objects.filter(
        public_id=public_id, order__buyer_id=viewer.enterprise_id, foreseen_for=None
    ).first()
    if found is None:
        raise NotFound(_("There is no such plan."))
    _lock_announced(found)
    run = (
        PlanRun.objects.select_for_update(of=("self",), no_key=True).select_related("order").get(pk=found.pk)
    )
    if run.status not in LIVING:
        raise RunIsOver(_("This plan is finished; there is nothing to stop."))
    run.stop_requested = True
    if run.status == PlanRun.Status.QUEUED:
        run.status = PlanRun.Status.CANCELLED
        run.finished_at = real_now()
    run.save(update_fields=["stop_requested", "status", "finished_at"])
    announce(run)
    return run


@transaction.atomic
def lease(*, public_id: str) -> PlanRun | None:
    """Give a queued run (or one whose lease has run out) to the calling worker; None if there is nothing to do."""
    now = real_now()
    found = PlanRun.objects.filter(public_id=public_id).select_related("foreseen_for").first()
    if found is None:
        return None
    _lock_announced(found)
    run = leases.lock_free(PlanRun.objects.select_related("order").filter(public_id=public_id), now=now)
    if run is None:
        return None
    if run.attempts >= MAX_ATTEMPTS:
        run.status, run.finished_at = PlanRun.Status.FAILED, now
        run.error = f"given up after {run.attempts} attempts"
        run.save(update_fields=["status", "finished_at", "error"])
        announce(run)
        return None
    leases.take(run, now=now, lease=LEASE, started_at=now, progress=[])
    announce(run)
    return run


def heartbeat(run: PlanRun, *, progress: list[list[float | None]]) -> bool:
    """Extend the lease and store progress under the token. False: the run is no longer ours."""
    with transaction.atomic():
        _lock_announced(run)
        is_ours = leases.held(run).update(lease_until=real_now() + LEASE, progress=progress)
        if is_ours:
            announce(run)
    return bool(is_ours)


def wants_stop(run: PlanRun) -> bool:
    return PlanRun.objects.filter(pk=run.pk, stop_requested=True).exists()


def finish(run: PlanRun, **answer: object) -> bool:
    """Store the end of a run under its token and tell everybody; False if another worker has taken it over."""
    with transaction.atomic():
        _lock_announced(run)
        is_ours = leases.held(run).update(lease_until=None, finished_at=real_now(), **answer)
        if is_ours:
            announce(run)
            if run.kind != PlanRun.Kind.PLAN:
                start_after_commit("trading.take_up", run.public_id)
    return bool(is_ours)


def requeue_lost() -> list[str]:
    """Nudge every run that waits or whose lease ran out; returns their public ids.

    Runs of orders that were cancelled or changed are stopped instead.
    """
    now = real_now()
    void = PlanRun.objects.filter(Q(order__status=Order.Status.CANCELLED) | ~Q(revision=F("order__revision")))
    void.filter(status=PlanRun.Status.QUEUED).update(status=PlanRun.Status.CANCELLED, finished_at=now)
    void.filter(status=PlanRun.Status.RUNNING).update(stop_requested=True)
    unheard = Q(created_at__lt=now - timedelta(seconds=5))
    lost = leases.free(PlanRun.objects.all(), now=now, due=unheard).values_list("public_id", flat=True)
    for public_id in lost:
        start_after_commit(SOLVE_TASK, public_id)
    return list(lost)


def announce(run: PlanRun) -> None:
    """A foresight is news for those who look at the plan it was made for, not for the order that might give way."""
    order = _announced(run)
    Order.objects.filter(pk=order.pk).update(version=F("version") + 1)
    push_after_commit(f"plan:{run.public_id}", f"order:{order.public_id}")


def _announced(run: PlanRun) -> Order:
    return run.order if run.foreseen_for is None else run.foreseen_for.order


def _lock_announced(run: PlanRun) -> None:
    """The order's row before its plans', as everybody does who holds both."""
    Order.objects.select_for_update(no_key=True).get(pk=_announced(run).pk)
