"""One re-plan for all that disturbs a deal: what runs or is not concerned is pinned, what is lost is planned anew."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _

from marketplace.common.clock import real_now
from marketplace.orders.models import OperationNeed, Order
from marketplace.orders.services import change_status
from marketplace.planning.change import Change
from marketplace.planning.models import PlanRun
from marketplace.planning.services import LIVING, queue_run
from marketplace.trading.made import made_by_run
from marketplace.trading.models import Deal, Disturbance, Leg, Run
from marketplace.trading.services.choose import withdraw
from marketplace.trading.standing import RunLots, begun_lots, lost_by, minute_of, standing_runs
from marketplace.trading.told import begun_in_fact
from matching.parse_work import read_lot
from matching.problem import DropId, ItemId, Lot, OrderId, SiteId, Stock
from matching.write import write_lot
from scheduling.plan import Delivery, Transfer
from scheduling.position import Sending, Work, position_at

MAX_REPLANS = 5  # before all is agreed
FOR_GOOD_MIN = 2 * 366 * 1440  # a machine of which nobody knows when it is back

Needs = dict[int, list[OperationNeed]]  # by key of the operation


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

    Called under the order's lock. Before all is agreed, MAX_REPLANS end the deal: None.
    """
    if deal.status != Deal.Status.AGREED and _num_replans(deal) >= MAX_REPLANS:
        withdraw(deal, reason=str(_("Too many factories declined.")))
        change_status(order=deal.order, to=Order.Status.OPEN)
        return None
    _stop_older(deal)
    living = living_of(deal)
    _count_made(deal, living, now=now)
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
    pins = [(each, lot) for each in runs for lot in each.left if lot.end_min > 0]
    moved = [lot for one in living if (lot := _moved(one, epoch=epoch))]
    change = change_of(deal, runs, pins=pins, living=living, epoch=epoch)
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
        pins=[write_lot(lot) for _each, lot in pins] + [write_lot(lot) for lot in moved],
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


def _count_made(deal: Deal, living: list[Disturbance], *, now: datetime) -> None:
    """What was made of a run that fell out, as of its first re-plan: later re-plans count the same."""
    open_ones = [one for one in living if one.made is None and one.run is not None]
    if not open_ones:
        return
    counted = made_by_run(deal, now=now)
    for one in open_ones:
        assert one.run is not None
        one.made = counted.get(one.run.pk, 0)
    Disturbance.objects.bulk_update(open_ones, ["made"])


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


def change_of(
    deal: Deal,
    runs: list[RunLots],
    *,
    pins: list[tuple[RunLots, Lot]],
    living: list[Disturbance],
    epoch: datetime,
) -> Change:
    legs = list(deal.legs.select_related("from_site", "to_site", "to_drop"))
    gone = [leg for leg in legs if leg.departs_at < epoch]
    to_go = [leg for leg in legs if leg.departs_at >= epoch]
    order = OrderId(deal.order.public_id)
    arrivals = [minute_of(leg.arrives_at, epoch=epoch) for leg in gone if leg.to_drop_id]
    return Change(
        stock=_stock(deal, runs, gone, epoch=epoch),
        remaining=_remaining(deal, epoch=epoch),
        sent_arrives_min=max(arrivals, default=None),
        transfers=[_transfer(leg, order, epoch) for leg in to_go if leg.to_site is not None],
        deliveries=[_delivery(leg, order, epoch) for leg in to_go if leg.to_drop is not None],
        promise_min=minute_of(deal.promised_at, epoch=epoch),
        frozen=_frozen(runs, pins),
        freed={each.run.public_id for each in runs},
        closed=[closed for one in living if (closed := _closed(one, epoch=epoch))],
    )


def _frozen(runs: list[RunLots], pins: list[tuple[RunLots, Lot]]) -> set[str]:
    """Ids of the pinned lots that stand whatever happens: begun by their time, or by what was made of their run, which
    may be ahead of its plan or have begun before it; and all of a run that a person has pinned."""
    made = begun_in_fact([each.run.pk for each in runs])
    begun = {lot.id for each in runs for lot in begun_lots(each.left, made=made.get(each.run.pk))}
    return {str(lot.id) for each, lot in pins if lot.start_min < 0 or each.is_pinned or lot.id in begun}


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


def _stock(deal: Deal, runs: list[RunLots], gone: list[Leg], *, epoch: datetime) -> tuple[Stock, ...]:
    """What lies where by the plan, corrected by what the disturbances say was made."""
    base = epoch - deal.chosen_at.replace(second=0, microsecond=0) + timedelta(days=1)
    at_min = base // timedelta(minutes=1)  # so that everything of the deal lies after minute 0
    needs: Needs = {}
    for need in OperationNeed.objects.filter(operation__product=deal.order.product_id):
        needs.setdefault(need.operation_id, []).append(need)
    order = OrderId(deal.order.public_id)
    works = [
        _work(each.run, lot, order=order, needs=needs, shift=at_min) for each in runs for lot in each.left
    ]
    sendings = [
        Sending(
            order=order,
            item=ItemId(leg.item),
            from_site=SiteId(leg.from_site.public_id),
            to_site=None if leg.to_site is None else SiteId(leg.to_site.public_id),
            depart_min=minute_of(leg.departs_at, epoch=epoch) + at_min,
            arrive_min=minute_of(leg.arrives_at, epoch=epoch) + at_min,
            quantity=leg.quantity,
        )
        for leg in gone
    ]
    return position_at(works, sendings, at_min=at_min)


def _work(run: Run, lot: Lot, *, order: OrderId, needs: Needs, shift: int) -> Work:
    started = -(-lot.quantity * 1000 // run.good_per_1000)
    return Work(
        order=order,
        makes=ItemId(run.operation.makes),
        site=SiteId(run.equipment.site.public_id),
        start_min=lot.start_min + shift,
        end_min=lot.end_min + shift,
        hold_min=run.operation.hold_min,
        quantity=lot.quantity,
        uses={
            ItemId(need.item): -(-started * need.num // need.den)
            for need in needs.get(run.operation_id, [])
            if need.item
        },
    )


def _remaining(deal: Deal, *, epoch: datetime) -> dict[str, int]:
    sent = dict(
        deal.legs.filter(departs_at__lt=epoch, to_drop__isnull=False)
        .order_by()
        .values_list("to_drop_id")
        .annotate(pieces=Sum("quantity"))
    )
    return {drop.public_id: max(0, drop.quantity - sent.get(drop.pk, 0)) for drop in deal.order.drops.all()}


def _transfer(leg: Leg, order: OrderId, epoch: datetime) -> Transfer:
    assert leg.to_site is not None
    return Transfer(
        order=order,
        item=ItemId(leg.item),
        from_site=SiteId(leg.from_site.public_id),
        to_site=SiteId(leg.to_site.public_id),
        depart_min=minute_of(leg.departs_at, epoch=epoch),
        arrive_min=minute_of(leg.arrives_at, epoch=epoch),
        quantity=leg.quantity,
    )


def _delivery(leg: Leg, order: OrderId, epoch: datetime) -> Delivery:
    assert leg.to_drop is not None
    return Delivery(
        order=order,
        drop=DropId(leg.to_drop.public_id),
        from_site=SiteId(leg.from_site.public_id),
        depart_min=minute_of(leg.departs_at, epoch=epoch),
        arrive_min=minute_of(leg.arrives_at, epoch=epoch),
        quantity=leg.quantity,
    )
