"""A committed change of an agreed deal, as rows: what trading leaves behind, without the solver."""

from collections.abc import Mapping

from django.db.models import F

from marketplace.accounts.viewer import Viewer
from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.planning.models import PlanRun
from marketplace.trading.models import Deal, Package, Run
from tests.builders import NOW
from tests.payments.agreed import Agreed, a_booked_run


def change(agreed: Agreed, *, pays: Mapping[Viewer, int], transport: int = 5_000) -> None:
    """Every run goes, and each of these factories has one new run with this pay. Nobody is nudged."""
    deal = agreed.deal
    Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED).update(status=Run.Status.REPLACED)
    for factory, cents in pays.items():
        if cents:
            a_booked_run(deal, factory, pay_cents=cents)
    plan_run = PlanRun.objects.create(
        order=agreed.order, revision=1, goal="fastest", epoch=NOW, asked_at=NOW, status="done", plan={}
    )
    net = sum(pays.values()) + transport
    Deal.objects.filter(pk=deal.pk).update(plan_run=plan_run, net_cents=net)
    Order.objects.filter(pk=agreed.order.pk).update(net_cents=net)


def changed(agreed: Agreed, **deal: object) -> None:
    """The change, which trading counts once all have agreed, and what the worker does when it is told."""
    change(agreed, **deal)
    Deal.objects.filter(pk=agreed.deal.pk).update(version=F("version") + 1)
    services.write_contracts(deal_public_id=agreed.deal.public_id, now=NOW)


def offered(agreed: Agreed, **deal: object) -> None:
    """A change is committed, and its new runs are offered."""
    before = set(Run.objects.values_list("pk", flat=True))
    change(agreed, **deal)
    new = Run.objects.exclude(pk__in=before)
    Package.objects.filter(runs__in=new).update(status=Package.Status.OFFERED)
    new.update(status=Run.Status.OFFERED)


def answered(agreed: Agreed) -> None:
    """The last factory accepts: what trading writes. Nobody is nudged."""
    Run.objects.filter(status=Run.Status.OFFERED).update(status=Run.Status.BOOKED)
    Package.objects.filter(status=Package.Status.OFFERED).update(status=Package.Status.ACCEPTED)
    Deal.objects.filter(pk=agreed.deal.pk).update(version=F("version") + 1)
