"""Reading plans: a buyer sees those of its own orders, nobody else sees any here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.market import listed_equipment
from marketplace.common.errors import NotFound
from marketplace.common.live import Watcher
from marketplace.orders.models import Order
from marketplace.planning.coverage import Coverage, coverage_of
from marketplace.planning.models import PlanRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A plan run as a choice: when all has arrived, at what price, how far from the proven best.

    `days` and `naive_days` count from the moment of asking to the last arrival; `gap_pct` is None where no
    bound is proven; `is_choosable` when there is something to agree on; `elapsed_s` of its
    time the solver has had.
    """

    run: PlanRun
    arrives_at: datetime | None
    days: float | None
    naive_days: float | None
    is_late: bool
    is_choosable: bool
    elapsed_s: float | None

    @property
    def is_living(self) -> bool:
        return self.run.status in (PlanRun.Status.QUEUED, PlanRun.Status.RUNNING)

    @property
    def best_so_far(self) -> list[float | None] | None:
        """Seconds, objective and bound of the last progress; minutes for fastest, cents for cheapest."""
        return self.run.progress[-1] if self.run.progress else None

    @property
    def minutes(self) -> int | None:
        """From the moment of asking to the last arrival."""
        return self.run.finish_min

    @property
    def tone(self) -> str:
        return "bad" if self.is_late else "good"

    @property
    def gap_meaning(self) -> Promise:
        """What the proven gap says to somebody who has never heard of one."""
        if self.run.gap_pct is None:
            return _("how much better a plan could be is not known")
        if self.run.goal == PlanRun.Goal.FASTEST:
            return _("no plan can be faster by more than this")
        return _("no plan can be cheaper by more than this")

    @property
    def times_faster(self) -> float | None:
        """How many times as fast as the naive award; None if it is not faster."""
        times = self.naive_days / self.days if self.naive_days and self.days else 0.0
        return times if times > 1 else None


def plan_runs(viewer: Viewer) -> QuerySet[PlanRun]:
    """The viewer's plan runs of orders as they are now, newest first, without the large documents.

    What somebody only weighs is nobody's plan: foresights are not among them.
    """
    return (
        PlanRun.objects.filter(
            order__buyer_id=viewer.enterprise_id, order__buyer__isnull=False, revision=F("order__revision")
        )
        .exclude(kind=PlanRun.Kind.FORESIGHT)
        .select_related("order")
        .defer("problem", "plan")
        .order_by("-id")
    )


def plan_run(viewer: Viewer, *, public_id: str) -> PlanRun:
    run = plan_runs(viewer).filter(public_id=public_id).first()
    if run is None:
        raise NotFound(_("There is no such plan."))
    return run


def whole_plan_run(viewer: Viewer, *, public_id: str) -> PlanRun:
    """With the order's routing and drops, for a picture of it; problem and plan are read when they are needed."""
    run = (
        PlanRun.objects.filter(
            public_id=public_id, order__buyer_id=viewer.enterprise_id, revision=F("order__revision")
        )
        .exclude(kind=PlanRun.Kind.FORESIGHT)
        .select_related("order__product")
        .prefetch_related("order__product__operations", "order__drops")
        .defer("problem", "plan")
        .first()
    )
    if run is None:
        raise NotFound(_("There is no such plan."))
    return run


def plannable_order(viewer: Viewer, *, order_public_id: str) -> Order:
    """The viewer's order."""
    order = Order.objects.filter(public_id=order_public_id, buyer_id=viewer.enterprise_id).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def options(viewer: Viewer, *, order_public_id: str, real_now: datetime) -> list[Option]:
    """The newest run of each goal of an order of the viewer's, fastest first."""
    order = plannable_order(viewer, order_public_id=order_public_id)
    newest: dict[str, PlanRun] = {}
    for run in plan_runs(viewer).filter(order=order, kind=PlanRun.Kind.PLAN):
        newest.setdefault(run.goal, run)
    return [option_of(newest[goal], real_now=real_now) for goal in PlanRun.Goal.values if goal in newest]


def option_of(run: PlanRun, *, real_now: datetime) -> Option:
    arrives_at = None if run.finish_min is None else run.epoch + timedelta(minutes=run.finish_min)
    elapsed_s = (real_now - run.started_at).total_seconds() if run.started_at else None
    return Option(
        run=run,
        arrives_at=arrives_at,
        days=None if run.finish_min is None else run.finish_min / 1440,
        naive_days=None if run.naive_finish_min is None else run.naive_finish_min / 1440,
        is_late=arrives_at is not None and arrives_at > run.order.due_at,
        is_choosable=run.status == PlanRun.Status.DONE and run.finish_min is not None,
        elapsed_s=None if elapsed_s is None else min(elapsed_s, run.time_limit_s),
    )


def coverage(viewer: Viewer, *, order_public_id: str) -> list[Coverage]:
    """For each operation of the viewer's order, how many machines of the network can do it."""
    order = (
        Order.objects.filter(public_id=order_public_id, buyer_id=viewer.enterprise_id)
        .select_related("product")
        .prefetch_related("product__operations")
        .first()
    )
    if order is None:
        raise NotFound(_("There is no such order."))
    processes = {operation.process for operation in order.product.operations.all()}
    machines = listed_equipment(verified_only=order.verified_only, regions=order.regions, processes=processes)
    return coverage_of(order=order, equipment=machines)


def may_watch_plan(person: Watcher, public_id: str) -> bool:
    """A plan is watched by the people of its buyer."""
    return PlanRun.objects.filter(
        public_id=public_id, order__buyer__memberships__person_id=person.pk
    ).exists()
