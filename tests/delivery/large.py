"""An order as large as `plates`, half made and half delivered: rows as the services leave them, written in bulk."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from marketplace.accounts.models import Site
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Equipment
from marketplace.common.hashing import hash_token
from marketplace.delivery import events
from marketplace.delivery.drafts import new_shipment
from marketplace.delivery.models import Box, Receipt, ReceiptLine, Shipment, VisibilityEvent
from marketplace.delivery.services import usual_box_size
from marketplace.orders.models import Operation, Order, OrderDrop
from marketplace.production.models import StationLink, Tally, WorkOrder
from marketplace.trading.models import Deal, Package, Run
from tests.builders import NOW, a_buyer, a_product, a_site, a_viewer, an_enterprise, an_order
from tests.production.work import a_deal

HOUR = timedelta(hours=1)
STAGES = ("press", "coat", "emboss")
STAGE_LASTS = 96 * HOUR
MADE_SHARE = (1.0, 0.9, 0.7)  # of the runs of each stage that are finished
S = Shipment.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeFlow:
    """`factory` is one of the firms with most machines; `now` is when all this is looked at."""

    buyer: Viewer
    factory: Viewer
    order: Order
    deal: Deal
    sites: Sequence[Site]
    now = NOW + 8 * 24 * HOUR


def a_large_flow(
    *, num_firms=63, num_machines=153, num_runs=1_063, num_shipments=1_000, quantity=4_700_000, seed=1
) -> LargeFlow:
    """Of the shipments of each stage a third is received, a third on the way and a third still planned."""
    draw = random.Random(seed)
    buyer = a_buyer()
    product = a_product(processes=STAGES)
    order = an_order(buyer=buyer, product=product, quantity=quantity)
    Order.objects.filter(pk=order.pk).update(status=Order.Status.RUNNING, net_cents=100_000)
    order.refresh_from_db()
    deal = a_deal(order)
    sites = [
        a_site(enterprise=an_enterprise(name=f"Works {number}"), city=("Ningbo", "Yuyao", "Cixi")[number % 3])
        for number in range(num_firms)
    ]
    machines = _machines(sites, number=num_machines)
    operations = list(product.operations.all())
    _write_work(deal, machines, operations, num_runs=num_runs)
    _write_shipments(order, machines, operations, number=num_shipments, draw=draw)
    return LargeFlow(
        buyer=buyer, factory=a_viewer(enterprise=sites[0].enterprise), order=order, deal=deal, sites=sites
    )


def _machines(sites: Sequence[Site], *, number: int) -> list[Equipment]:
    """Dealt out in turn; what is left after whole rounds goes to the first nine firms."""
    rounds = number // len(sites) * len(sites)
    owners = [
        sites[at % len(sites)] if at < rounds else sites[at % min(9, len(sites))] for at in range(number)
    ]
    return Equipment.objects.bulk_create(
        Equipment(enterprise=site.enterprise, site=site, name=f"Machine {at}", own_number=f"M{at}")
        for at, site in enumerate(owners)
    )


def _write_work(
    deal: Deal, machines: Sequence[Equipment], operations: Sequence[Operation], *, num_runs: int
) -> None:
    labels = {pk: f"F{at}" for at, pk in enumerate(dict.fromkeys(one.enterprise_id for one in machines))}
    packages = {
        one.enterprise_id: one
        for one in Package.objects.bulk_create(
            Package(
                deal=deal, enterprise_id=pk, label=label, status=Package.Status.ACCEPTED, pay_cents=40_000,
                currency="CNY", pay_on=NOW.date(), answer_by=NOW,
            )
            for pk, label in labels.items()
        )
    }  # fmt: skip
    runs = [
        _run(at, packages=packages, machines=machines, operations=operations, num_runs=num_runs, deal=deal)
        for at in range(num_runs)
    ]
    work = [_work_order(deal.order, run, at) for at, run in enumerate(Run.objects.bulk_create(runs))]
    WorkOrder.objects.bulk_create(work)
    StationLink.objects.bulk_create(
        StationLink(work_order=one, token_hash=hash_token(one.code)) for one in work
    )
    Tally.objects.bulk_create([tally for one in work for tally in _tallies(one)], batch_size=2_000)


def _run(at, *, packages, machines, operations, num_runs, deal) -> Run:
    """The runs of a stage follow each other on its machines."""
    stage = at % len(operations)
    mine = machines[stage :: len(operations)]
    turn = at // len(operations)
    machine, nth = mine[turn % len(mine)], turn // len(mine)
    starts_at = NOW + stage * STAGE_LASTS / 2 + nth * 12 * HOUR
    return Run(
        package=packages[machine.enterprise_id],
        equipment=machine,
        operation=operations[stage],
        status=Run.Status.BOOKED,
        starts_at=starts_at,
        ends_at=starts_at + 11 * HOUR,
        quantity=deal.order.quantity * len(operations) // num_runs,
        pay_cents=1_000,
    )


def _work_order(order: Order, run: Run, at: int) -> WorkOrder:
    stage, turn = at % len(STAGES), at // len(STAGES)
    is_done = turn % 10 < 10 * MADE_SHARE[stage]
    return WorkOrder(
        run=run,
        order=order,
        equipment=run.equipment,
        code=f"L{order.pk}-{at}",
        status=WorkOrder.Status.FINISHED if is_done else WorkOrder.Status.WAITING,
        quantity=run.quantity,
        good=run.quantity if is_done else 0,
        started_at=run.starts_at if is_done else None,
        closed_at=run.ends_at if is_done else None,
        created_at=NOW,
    )


def _tallies(one: WorkOrder) -> list[Tally]:
    """Told each hour."""
    hours = 11
    told = [(hour + 1) * one.good // hours - hour * one.good // hours for hour in range(hours)]
    return [
        Tally(
            work_order=one, key=f"hour-{hour}", kind=Tally.Kind.GOOD, source=Tally.Source.OFFICE, quantity=pieces,
            made_at=one.run.starts_at + (hour + 1) * HOUR, received_at=NOW,
        )
        for hour, pieces in enumerate(told)
        if pieces
    ]  # fmt: skip


def _write_shipments(
    order: Order,
    machines: Sequence[Equipment],
    operations: Sequence[Operation],
    *,
    number: int,
    draw: random.Random,
) -> None:
    drop = order.drops.get()
    num_stages = len(operations)
    sites = [[one.site for one in machines[stage::num_stages]] for stage in range(num_stages)]
    shipments = [
        _shipment(order, operations[at % num_stages], sites, at, drop=drop, number=number, draw=draw)
        for at in range(number)
    ]
    Shipment.objects.bulk_create(shipments)
    boxes = {one: _boxes(one) for one in shipments if one.dispatched_at}
    Box.objects.bulk_create([box for some in boxes.values() for box in some], batch_size=2_000)
    _write_receipts(boxes)
    VisibilityEvent.objects.bulk_create(
        [event for one, some in boxes.items() for event in _events(one, some)], batch_size=500
    )


def _shipment(
    order: Order,
    operation: Operation,
    sites: Sequence[Sequence[Site]],
    at: int,
    *,
    drop: OrderDrop,
    number: int,
    draw: random.Random,
) -> Shipment:
    stage, turn = at % len(sites), at // len(sites)
    start = draw.choice(sites[stage])
    is_last = stage == len(sites) - 1
    end = None if is_last else draw.choice([site for site in sites[stage + 1] if site.pk != start.pk])
    departs_at = NOW + (stage + 1) * STAGE_LASTS / 2 + draw.randrange(48) * HOUR
    status = (S.RECEIVED, S.DISPATCHED, S.PLANNED)[turn % 3]
    return new_shipment(
        order=order,
        item=operation.makes,
        from_site=start,
        to_site=end,
        to_drop=drop if is_last else None,
        status=status,
        quantity=order.quantity * len(sites) // number,
        departs_at=departs_at,
        arrives_at=departs_at + 4 * HOUR,
        dispatched_at=None if status == S.PLANNED else departs_at,
        arrived_at=departs_at + 4 * HOUR if status == S.RECEIVED else None,
        received_at=departs_at + 5 * HOUR if status == S.RECEIVED else None,
    )


def _boxes(shipment: Shipment) -> list[Box]:
    size = usual_box_size(shipment.quantity)
    full, last = divmod(shipment.quantity, size)
    return [
        Box(
            shipment=shipment,
            number=number,
            quantity=pieces,
            packed_at=shipment.dispatched_at,
            received_at=shipment.received_at,
        )
        for number, pieces in enumerate([size] * full + ([last] if last else []), start=1)
    ]


def _write_receipts(boxes: dict[Shipment, list[Box]]) -> None:
    """Every tenth comes with a missing piece."""
    received = [one for one in boxes if one.received_at]
    receipts = Receipt.objects.bulk_create(
        Receipt(shipment=one, opened_at=one.received_at, closed_at=one.received_at) for one in received
    )
    ReceiptLine.objects.bulk_create(
        ReceiptLine(
            receipt=receipt,
            key="all",
            good=one.quantity - _num_missing(at),
            missing=_num_missing(at),
            reason="lost" if _num_missing(at) else "",
            how=ReceiptLine.How.PROGRAM,
            recorded_at=one.received_at,
        )
        for at, (one, receipt) in enumerate(zip(received, receipts, strict=True))
    )


def _num_missing(at: int) -> int:
    return int(at % 10 == 0)


def _events(one: Shipment, boxes: Sequence[Box]) -> list[VisibilityEvent]:
    found = [
        events.packed(one, boxes, at=one.dispatched_at, now=one.dispatched_at),
        events.dispatched(one, boxes, at=one.dispatched_at, now=one.dispatched_at),
    ]
    if one.arrived_at:
        found.append(events.arrived(one, boxes, at=one.arrived_at, now=one.arrived_at))
    if one.received_at:
        found += events.received(
            one, boxes, good=one.quantity, damaged=0, missing=0, at=one.received_at, now=one.received_at
        )
    return found
