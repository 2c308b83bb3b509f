"""Orders that were agreed, as rows: what payments start from, without the solver."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun
from marketplace.trading.models import Deal, Package, Run
from tests.builders import NOW, a_machine, a_site, a_viewer, an_enterprise, an_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A buyer, factories by label order, and the deal between them."""

    buyer: Viewer
    factories: tuple[Viewer, ...]
    deal: Deal

    @property
    def order(self) -> Order:
        return self.deal.order


def an_agreed_order(
    *,
    pays: Sequence[int] = (60_000, 40_001),
    transport: int = 5_000,
    quantity: int = 300,
    public_body: bool = False,
    status: str = Deal.Status.AGREED,
    **order: object,
) -> Agreed:
    """`pays` are the cents each factory gets for the one run it has; the price is their sum and the transport."""
    buyer = a_viewer(enterprise=an_enterprise(kind=Enterprise.Kind.BUYER, is_public_body=public_body))
    placed = an_order(buyer=buyer, quantity=quantity, **order)
    net = sum(pays) + transport
    Order.objects.filter(pk=placed.pk).update(status=Order.Status.PLACED, net_cents=net)
    placed.refresh_from_db()
    plan_run = PlanRun.objects.create(
        order=placed, revision=1, goal="fastest", epoch=NOW, asked_at=NOW, status="done", plan={}
    )
    deal = Deal.objects.create(
        order=placed,
        plan_run=plan_run,
        status=status,
        chosen_at=NOW,
        net_cents=net,
        currency=placed.currency,
        promised_at=NOW + timedelta(days=10),
    )
    factories = tuple(_factory(deal, number, pay) for number, pay in enumerate(pays))
    return Agreed(buyer=buyer, factories=factories, deal=deal)


def a_booked_run(deal: Deal, viewer: Viewer, *, pay_cents: int, label: str = "A") -> Run:
    """A package of one run, accepted."""
    package = Package.objects.create(
        deal=deal,
        enterprise_id=viewer.enterprise_id,
        label=label,
        status=Package.Status.ACCEPTED,
        pay_cents=pay_cents,
        currency=deal.currency,
        pay_on=(NOW + timedelta(days=40)).date(),
        answer_by=NOW + timedelta(hours=4),
        answered_at=NOW,
    )
    return Run.objects.create(
        package=package,
        equipment=a_machine(site=a_site(enterprise=package.enterprise)),
        operation=deal.order.product.operations.first(),
        status=Run.Status.BOOKED,
        starts_at=NOW + timedelta(days=1),
        ends_at=NOW + timedelta(days=2),
        quantity=deal.order.quantity,
        pay_cents=pay_cents,
    )


def _factory(deal: Deal, number: int, pay: int) -> Viewer:
    viewer = a_viewer(enterprise=an_enterprise(name=f"Firm {number} of {deal.pk}"))
    a_booked_run(deal, viewer, pay_cents=pay, label=chr(ord("A") + number % 26))
    return viewer
