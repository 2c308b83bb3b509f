"""One re-plan for all that disturbs a deal: what runs or is not concerned is pinned, what is lost is planned anew."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.common.clock import real_now
from marketplace.orders.models import Order
from marketplace.orders.services import change_status
from marketplace.planning.change import Change
from marketplace.planning.models import PlanRun
from marketplace.planning.services import LIVING, queue_run
from marketplace.trading.models import Deal, Disturbance
from marketplace.trading.position import Position, position_of
from marketplace.trading.services.choose import withdraw
from marketplace.trading.standing import RunLots, lost_by, minute_of, standing_runs
from marketplace.trading.told import begun_in_fact
from matching.parse_work import read_lot
from matching.problem import Lot
from matching.write import write_lot

MAX_REPLANS = 5  # before all is agreed
FOR_GOOD_MIN = 2 * 366 * 1440  # a machine of which nobody knows when it is back


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """A plan that is not committed: what it would displace (`gone`, public ids of runs), and the time it would take."""

    plan: PlanRun
    gone: frozenset[str]
    taken: tuple[tuple[str, datetime, datetime], ...]  # public id of the machine, start, end

    def closed(self, *, epoch: datetime) -> list[tuple[str, int, int]]:
        """In minutes from `epoch`, what is over left out."""
        spans = (
            (machine, max(0, minute_of(start, epoch=epoch)), minute_of(end, epoch=epoch))
            for machine, start, end in self.taken
        )
        return [span for span in spans if span[1] < span[2]]


def propose(deal: Deal, *, now: datetime) -> PlanRun | None:
    """Queue a re-plan for all living disturbances of the deal; one that is still going on is stopped.

    Called under the order's lock. None where nothing is left to plan anew: before all is agreed MAX_REPLANS end the
    deal, and a move that came too late is over.
    """
    if deal.status != Deal.Status.AGREED and _num_replans(deal) >= MAX_REPLANS:
        withdraw(deal, reason=str(_("Too many factories declined.")))
        change_status(order=deal.order, to=Order.Status.OPEN)
        return None
    _stop_older(deal)
    is_too_late = _end_late_moves(deal, now=now)
    living = living_of(deal)
    if is_too_late and not living:
        deal.proposed_run = None
        deal.save(update_fields=["proposed_run"])
        return None
    count_made(living)
    run = queue_change(deal, living=living, now=now)
    Disturbance.objects.filter(pk__in=[one.pk for one in living]).update(
        plan_run=run, status=Disturbance.Status.OPEN
    )
    deal.proposed_run = None
    if deal.status != Deal.Status.AGREED:
        deal.status = Deal.Status.REPLANNING
    deal.save(update_fields=["status", "proposed_run"])
    return run


def living_of(deal: Deal) -> list[Disturbance]:
    return list(deal.disturbances.filter(status__in=Disturbance.LIVING).select_related("run__equipment"))


def queue_change(
    deal: Deal, *, living: list[Disturbance], now: datetime, instead: Instead | None = None
) -> PlanRun:
    """Queue the problem of a deal whose minute 0 is `now`; with `instead` it only tells what would become of it."""
    epoch = now.replace(second=0, microsecond=0)
    gone: frozenset[str] = frozenset() if instead is None else instead.gone
    standing = standing_runs(deal, epoch=epoch, lost=lost_by(living, at=epoch))
    runs = [each for each in standing if each.run.public_id not in gone]
    position = position_of(deal, runs, epoch=epoch)
    pins = pins_of(position)
    moved = [lot for one in living if (lot := _moved(one, epoch=epoch))]
    change = change_of(deal, position, living=living, epoch=epoch)
    change = replace(change, frozen={*change.frozen, *(str(lot.id) for lot in moved)})
    if instead is not None:
        change = replace(
            change,
            freed={*change.freed, *instead.gone},
            closed=[*change.closed, *instead.closed(epoch=epoch)],
        )
    return queue_run(
        order=deal.order,
        goal=deal.plan_run.goal,
        requested_by_id=deal.chosen_by_id,
        epoch=epoch,
        now=now,
        replaces=deal.plan_run,
        pins=[write_lot(lot) for lot in [*(lot for _each, lot in pins), *moved]],
        refused=_refused(living, epoch=epoch),
        change=change,
        foreseen_for=None if instead is None else instead.plan,
    )


def _num_replans(deal: Deal) -> int:
    return deal.order.plan_runs.filter(kind=PlanRun.Kind.REPLAN, asked_at__gte=deal.chosen_at).count()


def _stop_older(deal: Deal) -> None:
    older = deal.order.plan_runs.filter(kind=PlanRun.Kind.REPLAN, status__in=LIVING)
    older.filter(status=PlanRun.Status.QUEUED).update(status=PlanRun.Status.CANCELLED, finished_at=real_now())
    older.filter(status=PlanRun.Status.RUNNING).update(stop_requested=True)


def _end_late_moves(deal: Deal, *, now: datetime) -> bool:
    """A run that has begun since somebody wanted it elsewhere stays and goes on where it is, and nothing moves to a time
    that is over."""
    moves = [one for one in living_of(deal) if one.kind == Disturbance.Kind.MOVED]
    begun = begun_in_fact([one.run_id for one in moves if one.run_id is not None])
    late = [
        one for one in moves if one.run_id in begun or datetime.fromisoformat(one.facts["starts_at"]) <= now
    ]
    count_made(late)
    for one in late:
        one.status, one.ended_at = Disturbance.Status.OVER, now
    Disturbance.objects.bulk_update(late, ["status", "ended_at"])
    return bool(late)


def count_made(living: list[Disturbance]) -> None:
    """What was told as made of runs that fall out; a counter's pieces before anybody began a run are its owner's."""
    told = begun_in_fact([one.run_id for one in living if one.run_id is not None])
    for one in living:
        known = told.get(one.run_id) if one.run_id is not None else None
        if one.run is not None and known is not None:
            one.made = min(known.good, one.run.quantity)
        elif one.made is None and one.run is not None:
            one.made = 0
    Disturbance.objects.bulk_update(living, ["made"])


def _refused(living: Iterable[Disturbance], *, epoch: datetime) -> list[list[object]]:
    """What a factory said no to is not asked again."""
    return [
        [
            one.run.equipment.public_id,
            minute_of(one.run.starts_at, epoch=epoch),
            minute_of(one.run.ends_at, epoch=epoch),
        ]
        for one in living
        if one.kind == Disturbance.Kind.DECLINED and one.run is not None
    ]


def pins_of(position: Position) -> list[tuple[RunLots, Lot]]:
    """The lots that are still to come or going on, each with its run."""
    return [(each, lot) for each in position.runs for lot in each.pins.values()]


def change_of(deal: Deal, position: Position, *, living: list[Disturbance], epoch: datetime) -> Change:
    return Change(
        stock=position.stock,
        remaining=position.remaining,
        sent_arrives_min=position.sent_arrives_min,
        facts=position.facts.column(),
        transfers=position.transfers,
        deliveries=position.deliveries,
        promise_min=minute_of(deal.promised_at, epoch=epoch),
        frozen=_frozen(position),
        running=_running(position),
        freed={each.run.public_id for each in position.runs},
        closed=[*(closed for one in living if (closed := _closed(one, epoch=epoch))), *_held(position)],
    )


def _frozen(position: Position) -> set[str]:
    """Ids of the pinned lots that stand whatever happens: begun by their time, and all of a run that a person has
    pinned."""
    return {str(lot.id) for each, lot in pins_of(position) if lot.start_min < 0 or each.is_pinned}


def _running(position: Position) -> set[str]:
    """Ids of the pinned lots of runs that have begun: they stand as long as their material does not lack."""
    return {str(name) for each in position.runs for name in each.running}


def _held(position: Position) -> Iterable[tuple[str, int, int]]:
    """Time of lots that were made before it is over: their run goes on in it."""
    for each in position.runs:
        for lot in each.done_early:
            yield each.run.equipment.public_id, max(0, lot.start_min), lot.end_min


def _moved(one: Disturbance, *, epoch: datetime) -> Lot | None:
    """The lot of a run that a person wants elsewhere; it counts from when it is to start."""
    if one.kind != Disturbance.Kind.MOVED:
        return None
    lot = read_lot(one.facts["lot"])
    start_min = minute_of(datetime.fromisoformat(one.facts["starts_at"]), epoch=epoch)
    return replace(lot, start_min=start_min, end_min=start_min + lot.end_min - lot.start_min)


def _closed(one: Disturbance, *, epoch: datetime) -> tuple[str, int, int] | None:
    if one.kind != Disturbance.Kind.MACHINE_DOWN or one.run is None:
        return None
    until = FOR_GOOD_MIN if one.closed_until is None else minute_of(one.closed_until, epoch=epoch)
    return (one.run.equipment.public_id, 0, max(0, until)) if until > 0 else None
