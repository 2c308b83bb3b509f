"""What would become of the work that a plan with precedence displaces: a re-plan of each deal that changes nothing.

So a person who commits sees the new dates first, and who is displaced reads theirs in the same message as the reason.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from marketplace.common.clock import real_now
from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun
from marketplace.planning.runs import runs_of
from marketplace.planning.stored import stored_plan
from marketplace.trading.models import Deal
from marketplace.trading.services.propose import Instead, living_of, queue_change

MOST_DEALS = 12  # foreseen before the commit; each costs up to 12 s of solving


@transaction.atomic
def foresee(*, plan_public_id: str, now: datetime) -> list[PlanRun]:
    """Queue one foresight for each deal that a finished plan with precedence would displace; once for each plan."""
    plans = PlanRun.objects.filter(
        public_id=plan_public_id, kind=PlanRun.Kind.PRECEDENCE, status=PlanRun.Status.DONE
    )
    Order.objects.select_for_update(of=("self",), no_key=True).filter(plan_runs__in=plans).first()
    plan = plans.select_for_update(of=("self",), no_key=True).first()
    if plan is None or not plan.displaced or plan.foresights.exists():
        return []
    deals = (
        Deal.objects.filter(packages__runs__public_id__in=plan.displaced)
        .select_related("order", "plan_run")
        .distinct()
        .order_by("pk")
    )
    instead = Instead(plan=plan, gone=frozenset(plan.displaced), taken=tuple(_taken(plan)))
    return [
        queue_change(deal, living=living_of(deal), now=now, instead=instead) for deal in deals[:MOST_DEALS]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Of one order: `arrives_at` is the last arrival, None while it is being worked out or where no plan was found."""

    is_known: bool
    arrives_at: datetime | None


def foreseen_by(plan: PlanRun) -> dict[int, Foreseen]:
    """By key of the order that would be displaced. One query."""
    over = (PlanRun.Status.DONE, PlanRun.Status.FAILED, PlanRun.Status.CANCELLED)
    return {
        run.order_id: Foreseen(is_known=run.status in over, arrives_at=run.arrives_at)
        for run in plan.foresights.defer("problem", "plan")
    }


def stop_foresights(plan: PlanRun) -> None:
    """What is still worked out is of no use any more."""
    plan.foresights.filter(status=PlanRun.Status.QUEUED).update(
        status=PlanRun.Status.CANCELLED, finished_at=real_now()
    )
    plan.foresights.filter(status=PlanRun.Status.RUNNING).update(stop_requested=True)


def _taken(plan: PlanRun) -> list[tuple[str, datetime, datetime]]:
    problem, made = stored_plan(plan)
    return [
        (
            draft.machine,
            plan.epoch + timedelta(minutes=draft.start_min),
            plan.epoch + timedelta(minutes=draft.end_min),
        )
        for draft in runs_of(problem, made.lots)
    ]
