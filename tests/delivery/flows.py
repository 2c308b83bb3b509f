"""A small joint order that is agreed and made: two factories in a row, and a drop. Rows as the services leave them."""

from dataclasses import dataclass
from datetime import timedelta

from marketplace.accounts.models import Site
from marketplace.accounts.viewer import Viewer
from marketplace.delivery import services
from marketplace.delivery.models import Shipment
from marketplace.orders.models import Order
from marketplace.production.models import WorkOrder
from marketplace.production.services import open_work
from marketplace.trading.models import Deal, Leg, Package, Run
from tests.builders import NOW, a_buyer, a_machine, a_product, a_site, a_viewer, an_enterprise, an_order
from tests.production.work import a_deal

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """`press` makes `pressed` and sends it to `coat`, which makes the product and sends it to the only drop."""

    buyer: Viewer
    press: Viewer
    coat: Viewer
    press_site: Site
    coat_site: Site
    order: Order
    deal: Deal

    @property
    def shipments(self) -> list[Shipment]:
        return list(Shipment.objects.filter(order=self.order).order_by("pk"))

    @property
    def between(self) -> Shipment:
        """The first from factory to factory."""
        return Shipment.objects.filter(order=self.order, to_drop=None).order_by("pk")[0]

    @property
    def last(self) -> Shipment:
        """The first to the drop."""
        return Shipment.objects.filter(order=self.order, to_site=None).order_by("pk")[0]

    def work(self, operation: str) -> WorkOrder:
        return WorkOrder.objects.get(order=self.order, run__operation__code=operation)


def a_flow(*, quantity=1_000, num_legs=1, made=True, buyer: Viewer | None = None) -> Flow:
    """Agreed and planned into shipments; `made`: all pieces are tallied and every first article is approved."""
    buyer = buyer or a_buyer()
    product = a_product(processes=("press", "coat"))
    order = an_order(buyer=buyer, product=product, quantity=quantity)
    Order.objects.filter(pk=order.pk).update(status=Order.Status.RUNNING, net_cents=100_000)
    order.refresh_from_db()
    firms = [an_enterprise(name=name) for name in ("Secret Press Works", "Secret Coating Works")]
    sites = [
        a_site(enterprise=firms[0], name="Press hall", city="Ningbo", address="1 Hidden Road"),
        a_site(enterprise=firms[1], name="Coating hall", city="Yuyao", address="2 Hidden Road"),
    ]
    deal = a_deal(order)
    for number, (firm, site, operation) in enumerate(
        zip(firms, sites, product.operations.all(), strict=True)
    ):
        package = Package.objects.create(
            deal=deal, enterprise=firm, label="AB"[number], status=Package.Status.ACCEPTED, pay_cents=40_000,
            currency="CNY", pay_on=NOW.date(), answer_by=NOW,
        )  # fmt: skip
        Run.objects.create(
            package=package,
            equipment=a_machine(site=site, process=operation.process, name=f"Own name {number}"),
            operation=operation,
            status=Run.Status.BOOKED,
            starts_at=NOW + 20 * number * HOUR,
            ends_at=NOW + (20 * number + 10) * HOUR,
            quantity=quantity,
            pay_cents=40_000,
        )
    write_legs(deal, sites, num_legs=num_legs)
    open_work(deal_id=deal.pk, now=NOW)
    services.plan_shipments(deal_public_id=deal.public_id)
    if made:
        WorkOrder.objects.filter(order=order).update(good=quantity, article="approved", started_at=NOW)
    return Flow(
        buyer=buyer,
        press=a_viewer(enterprise=firms[0]),
        coat=a_viewer(enterprise=firms[1]),
        press_site=sites[0],
        coat_site=sites[1],
        order=order,
        deal=deal,
    )


def write_legs(deal: Deal, sites, *, num_legs: int, hours: int = 0) -> None:
    """The whole quantity in `num_legs` equal parts from site to site and on to the drop."""
    share = deal.order.quantity // num_legs
    drop = deal.order.drops.get()
    for number in range(num_legs):
        later = (number + hours) * HOUR
        Leg.objects.create(
            deal=deal, item="pressed", from_site=sites[0], to_site=sites[1], quantity=share,
            departs_at=NOW + 11 * HOUR + later, arrives_at=NOW + 15 * HOUR + later,
        )  # fmt: skip
        Leg.objects.create(
            deal=deal, item="coated", from_site=sites[1], to_drop=drop, quantity=share,
            departs_at=NOW + 31 * HOUR + later, arrives_at=NOW + 40 * HOUR + later,
        )  # fmt: skip


def send(flow: Flow, shipment: Shipment, *, by: Viewer | None = None, now=NOW, **packing) -> Shipment:
    sender = by or (flow.press if shipment.to_drop_id is None else flow.coat)
    packed = services.Packing(shipment=shipment.public_id, **packing)
    return services.dispatch(viewer=sender, packing=packed, now=now)


def receive(
    flow: Flow, shipment: Shipment, *, by: Viewer | None = None, now=NOW, key="all", **count
) -> Shipment:
    receiver = by or (flow.coat if shipment.to_drop_id is None else flow.buyer)
    whole = services.Whole(shipment=shipment.public_id, count=services.Count(key=key, **count))
    return services.receive(viewer=receiver, whole=whole, now=now)
