"""Noticing that something cannot be made as booked: told once, planned anew at once."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import tell
from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_text, require_whole
from marketplace.common.errors import InvalidInput
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.trading.errors import NoDisturbance, RunNotMovable
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.services.after_done import LIVING
from marketplace.trading.services.agree import agree_if_all_have
from marketplace.trading.services.propose import count_made, propose

# Of being displaced people are told with the rating, of work that was closed short with its reason; of a move they have
# ordered themselves, not at all.
TOLD_HERE = {Disturbance.Kind.MACHINE_DOWN, Disturbance.Kind.DECLINED, Disturbance.Kind.LATE}
Facts = Mapping[str, object]


@transaction.atomic
def report(
    *,
    run_id: int,
    kind: Disturbance.Kind,
    cause: str,
    now: datetime,
    facts: Facts | None = None,
    made: int | None = None,
    closed_until: datetime | None = None,
) -> Disturbance | None:
    """A run of an agreed deal cannot be made as booked; its rest is planned anew. For the apps above, and sweeps.

    `made`: good pieces that count (None: what telemetry counted). `closed_until`: when its machine is back, None for
    a kind other than machine-down, or where nobody knows. None where such a disturbance lives already, or the run
    is not booked in an agreed deal, or its order is done.
    """
    order_id = Run.objects.filter(pk=run_id).values_list("package__deal__order_id", flat=True).first()
    if order_id is None:
        return None
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    run = Run.objects.select_related("package__deal__order", "equipment").get(pk=run_id)
    deal = run.package.deal
    is_in_work = deal.order.status in LIVING
    if run.status != Run.Status.BOOKED or deal.status != Deal.Status.AGREED or not is_in_work:
        return None
    if made is not None:
        require_whole(made, field="made", least=0, most=run.quantity)
    if Disturbance.objects.filter(run=run, status__in=Disturbance.LIVING).exists():
        return None
    found = raise_disturbance(
        deal, run=run, kind=kind, cause=cause, now=now, facts=facts, made=made, closed_until=closed_until
    )
    propose(deal, now=now)
    return found


def raise_disturbance(
    deal: Deal,
    *,
    run: Run | None,
    kind: Disturbance.Kind,
    cause: str,
    now: datetime,
    facts: Facts | None = None,
    made: int | None = None,
    closed_until: datetime | None = None,
) -> Disturbance:
    """Insert the row and tell buyer and factory. The caller holds the order's lock and proposes.

    The promise as it stood is kept with it: a written notice of delay names it when the promise is another one.
    """
    found = Disturbance.objects.create(
        deal=deal,
        run=run,
        kind=kind,
        cause=cause,
        facts={**(facts or {}), "promised_at": deal.promised_at.isoformat()},
        noticed_at=now,
        made=made,
        closed_until=closed_until,
    )
    if deal.status == Deal.Status.AGREED and kind in TOLD_HERE:
        _tell(found, run=run, now=now)
    push_after_commit(f"order:{deal.order.public_id}")
    return found


@transaction.atomic
def say_return(*, viewer: Viewer, public_id: str, back_at: datetime | None, now: datetime) -> Disturbance:
    """The machine's owner says when it is back (None: not known); the rest is planned anew with that."""
    viewer.require_planner()
    found = _locked(public_id, run__equipment__enterprise_id=viewer.require_enterprise())
    if found.kind != Disturbance.Kind.MACHINE_DOWN:
        raise RunNotMovable(_("Only a machine that is down comes back."))
    if back_at is not None and back_at <= now:
        raise InvalidInput(_("This must be in the future."), field="back_at", value=back_at.isoformat())
    found.closed_until = back_at
    found.save(update_fields=["closed_until"])
    propose(found.deal, now=now)
    return found


@transaction.atomic
def dismiss(*, viewer: Viewer, public_id: str, reason: str, now: datetime) -> Disturbance:
    """The buyer leaves the plan as it is, and says why."""
    viewer.require_planner()
    require_text(reason, field="reason", least=1, most=240)
    found = _locked(public_id, deal__order__buyer_id=viewer.require_enterprise())
    if found.deal.status != Deal.Status.AGREED:
        raise RunNotMovable(_("Before all is agreed a re-plan is consented to or withdrawn."))
    end(found, as_=Disturbance.Status.DISMISSED, now=now, person_id=viewer.person_id, reason=reason)
    return found


@transaction.atomic
def end_by_itself(*, disturbance_id: int, now: datetime) -> bool:
    """What disturbed is over before anybody committed a change: nothing has to change. False where somebody did."""
    order_id = Disturbance.objects.values_list("deal__order_id", flat=True).get(pk=disturbance_id)
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    found = (
        Disturbance.objects.filter(pk=disturbance_id, status__in=Disturbance.LIVING)
        .select_related("deal__order", "deal__plan_run")
        .first()
    )
    if found is not None:
        count_made([found])
        end(found, as_=Disturbance.Status.OVER, now=now)
    return found is not None


def end(
    found: Disturbance,
    *,
    as_: Disturbance.Status,
    now: datetime,
    person_id: int | None = None,
    reason: str = "",
) -> None:
    """The disturbance no longer waits; what was proposed for it alone is taken back, the rest planned anew."""
    found.status, found.ended_at, found.ended_by_id, found.reason = as_, now, person_id, reason
    found.save(update_fields=["status", "ended_at", "ended_by", "reason"])
    deal = found.deal
    if deal.proposed_run_id is not None:
        deal.proposed_run = None
        deal.save(update_fields=["proposed_run"])
    if deal.disturbances.filter(status__in=Disturbance.LIVING).exists():
        propose(deal, now=now)
    else:
        agree_if_all_have(deal)
    push_after_commit(f"order:{deal.order.public_id}")


def _locked(public_id: str, **whose: int) -> Disturbance:
    found = Disturbance.objects.filter(public_id=public_id, status__in=Disturbance.LIVING, **whose)
    order_id = found.values_list("deal__order_id", flat=True).first()
    if order_id is None:
        raise NoDisturbance(_("There is no such disturbance."))
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    row = found.select_related("deal__order", "deal__plan_run", "run").first()
    if row is None:
        raise NoDisturbance(_("There is no such disturbance."))
    return row


def _tell(found: Disturbance, *, run: Run | None, now: datetime) -> None:
    """Buyer and factory, each once; the buyer is not told whose machine it is before it looks."""
    order = found.deal.order
    facts = {"order": order.title, "promised_at": found.deal.promised_at.isoformat()}
    tell(
        [order.buyer_id],
        key=f"disturbance:{found.public_id}",
        kind=f"trading.{found.kind.replace('_', '-')}",
        facts=facts,
        url=reverse("trading:change", args=[order.public_id]),
        now=now,
    )
    if run is not None:
        tell(
            [run.equipment.enterprise_id],
            key=f"disturbance:{found.public_id}",
            kind=f"trading.own-{found.kind.replace('_', '-')}",
            facts={"machine": run.equipment.name, "starts_at": run.starts_at.isoformat()},
            url=reverse("trading:run", args=[run.public_id]),
            now=now,
        )
