"""A small network with a solved order, for tests of what follows."""

from dataclasses import dataclass

from marketplace.accounts.viewer import Viewer
from marketplace.orders.models import Order
from marketplace.planning import run as planning_run
from marketplace.planning import services as planning
from marketplace.planning.models import PlanRun
from marketplace.trading import services
from marketplace.trading.models import Deal, Package
from tests.builders import NOW, a_buyer, a_machine, a_product, a_site, a_viewer, an_enterprise, an_order

ALWAYS = tuple((weekday, "00:00", "00:00") for weekday in range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    buyer: Viewer
    order: Order
    owners: dict[int, Viewer]  # by enterprise key

    def plan(self, goal=PlanRun.Goal.FASTEST) -> PlanRun:
        """The order's plan of this goal, solved here and now."""
        runs = planning.request_plans(viewer=self.buyer, order_public_id=self.order.public_id, now=NOW)
        found = next(run for run in runs if run.goal == goal)
        planning_run.solve_row(found.public_id)
        found.refresh_from_db()
        assert found.status == PlanRun.Status.DONE, found.error
        return found

    def choose(self, plan: PlanRun) -> Deal:
        return services.choose_plan(
            viewer=self.buyer,
            order_public_id=self.order.public_id,
            plan_public_id=plan.public_id,
            now=NOW,
            clock_speed=1.0,
        )

    def deal(self) -> Deal:
        return self.choose(self.plan())

    def answer(self, package: Package, *, accept=None, now=NOW, reason="") -> Package:
        """The package's owner accepts these runs, all of them by default."""
        if accept is None:
            accept = [run.public_id for run in package.runs.all()]
        return services.answer_package(
            viewer=self.owners[package.enterprise_id],
            public_id=package.public_id,
            answer=services.Answer(accepted=frozenset(accept), reason=reason),
            now=now,
        )


def a_network(
    *, num_firms=3, quantity=2_000, units_per_h=200, parameters=(), processes=("press",), **order
) -> Network:
    """Firms that press day and night, each with its own owner, and a buyer who wants more than one can make quickly.

    Of several processes each firm has one, in turn.
    """
    owners = {}
    for number in range(num_firms):
        enterprise = an_enterprise(name=f"Firm {number}")
        owners[enterprise.pk] = a_viewer(enterprise=enterprise)
        a_machine(
            site=a_site(enterprise=enterprise, lat=29.9 + number / 10),
            process=processes[number % len(processes)],
            units_per_h=units_per_h,
            hours=ALWAYS,
        )
    buyer = a_buyer()
    product = a_product(processes=processes, parameters=parameters)
    return Network(
        buyer=buyer, order=an_order(buyer=buyer, product=product, quantity=quantity, **order), owners=owners
    )


def an_agreed_deal(network: Network) -> Deal:
    """Every factory has accepted its package."""
    deal = network.deal()
    for package in deal.packages.all():
        network.answer(package)
    deal.refresh_from_db()
    assert deal.status == Deal.Status.AGREED
    return deal


def solve_change(deal: Deal, *, now=NOW) -> PlanRun:
    """What the worker does with the newest re-plan of a deal, and what follows it."""
    run = PlanRun.objects.filter(order=deal.order, kind=PlanRun.Kind.REPLAN).latest("pk")
    planning_run.solve_row(run.public_id)
    run.refresh_from_db()
    assert run.status == PlanRun.Status.DONE, run.error
    services.take_up(plan_public_id=run.public_id, now=now, clock_speed=1.0)
    deal.refresh_from_db()
    return run
