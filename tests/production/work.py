"""Orders in work, for tests: agreed deals written down without a solver."""

from dataclasses import dataclass
from datetime import timedelta

from marketplace.accounts.viewer import Viewer
from marketplace.machines.models import Device
from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun
from marketplace.production import services
from marketplace.production.hands import Hand
from marketplace.production.models import Stint, Tally, WorkOrder
from marketplace.trading.models import Deal, Package, Run
from tests.builders import (
    NOW,
    a_buyer,
    a_device,
    a_machine,
    a_product,
    a_site,
    a_viewer,
    an_enterprise,
    an_order,
)

LASTS = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """An order in work at one factory."""

    buyer: Viewer
    owner: Viewer
    order: Order
    deal: Deal

    @property
    def work(self) -> list[WorkOrder]:
        return list(WorkOrder.objects.select_related("run", "equipment__device").order_by("pk"))

    @property
    def first(self) -> WorkOrder:
        return self.work[0]


def a_shop(
    *,
    quantity=500,
    num_runs=1,
    num_machines=1,
    processes=("press",),
    article=False,
    counter=None,
    run_quantity=None,
    parameters=(),
    opened=True,
    **order_values,
) -> Shop:
    """Each run lasts eight hours, one after the other from NOW, dealt out to the machines in turn.

    `counter` ("good" or "count") gives each machine a device that has shown 1,000 pieces. Without `article` no
    first pieces are to be shown.
    """
    buyer = a_buyer()
    factory = an_enterprise(name="Ningbo Pressing")
    owner = a_viewer(enterprise=factory)
    site = a_site(enterprise=factory)
    product = a_product(processes=processes, parameters=parameters)
    order = an_order(buyer=buyer, product=product, quantity=quantity, **order_values)
    machines = [a_machine(site=site, process=processes[0]) for _ in range(num_machines)]
    for machine in machines if counter else ():
        machine.device = a_device(site=site)
        machine.save()
    deal = a_deal(order)
    package = a_package(deal, factory)
    operations = list(product.operations.all())
    for number in range(num_runs):
        a_run(
            package,
            equipment=machines[number % num_machines],
            operation=operations[number % len(operations)],
            starts_at=NOW + number * LASTS,
            quantity=run_quantity or quantity // num_runs,
        )
    Order.objects.filter(pk=order.pk).update(status=Order.Status.PLACED)
    order.refresh_from_db()
    if opened:
        services.open_work(deal_id=deal.pk, now=NOW)
    if not article:
        WorkOrder.objects.update(first_quantity=0, article="")
    shop = Shop(buyer=buyer, owner=owner, order=order, deal=deal)
    for machine in machines if counter else ():
        shows(machine.device, **{counter: 1_000}, at=NOW - timedelta(minutes=1))
    return shop


def a_deal(order: Order, *, status=Deal.Status.AGREED) -> Deal:
    plan = PlanRun.objects.create(
        order=order,
        revision=order.revision,
        goal=PlanRun.Goal.FASTEST,
        epoch=NOW,
        asked_at=NOW,
        requested_by_id=order.created_by_id,
    )
    return Deal.objects.create(
        order=order,
        plan_run=plan,
        status=status,
        chosen_at=NOW,
        net_cents=100_000,
        currency="CNY",
        promised_at=NOW + timedelta(days=7),
    )


def a_package(deal: Deal, enterprise) -> Package:
    return Package.objects.create(
        deal=deal,
        enterprise=enterprise,
        label="A",
        status=Package.Status.ACCEPTED,
        pay_cents=50_000,
        currency="CNY",
        pay_on=NOW.date(),
        answer_by=NOW,
    )


def a_run(package, *, equipment, operation, starts_at=NOW, quantity=500, status=Run.Status.BOOKED) -> Run:
    return Run.objects.create(
        package=package,
        equipment=equipment,
        operation=operation,
        status=status,
        starts_at=starts_at,
        ends_at=starts_at + LASTS,
        quantity=quantity,
        pay_cents=1_000,
    )


def hand(shop: Shop) -> Hand:
    return Hand(person_id=shop.owner.person_id)


def start(shop: Shop, work_order: WorkOrder, *, at=NOW, now=None):
    return services.start_work(
        work_order_id=work_order.pk, hand=hand(shop), how=Stint.How.TAP, at=at, now=now or at
    )


def tell(shop: Shop, work_order: WorkOrder, quantity=1, *, key="k1", kind="good", now=NOW, **draft):
    if kind == "scrap":
        draft.setdefault("reason", "size")
    return services.tell(
        work_order_id=work_order.pk,
        hand=hand(shop),
        source=Tally.Source.OFFICE,
        draft=services.TallyDraft(key=key, kind=kind, quantity=quantity, **draft),
        now=now,
        real_now=NOW,
        clock_speed=1.0,
    )


def close_short(shop: Shop, *, at=NOW, reason="No more blanks"):
    return services.close_short(viewer=shop.owner, work_order=shop.first.public_id, reason=reason, now=at)


_seq = iter(range(1, 10**9))


def shows(device: Device, *, at, **values) -> None:
    """The device says these values at that time."""
    from tests.machines.messages import a_message, said

    said(a_message(device, seq=next(_seq), at=at, now=at, **values), now=at)
