"""An office with a rated order in the way of which other work lies, agreed and booked."""

from datetime import timedelta

from marketplace.accounts.models import Person
from marketplace.accounts.selectors import viewer_for
from marketplace.mobilisation import services
from marketplace.mobilisation.models import OrderRating
from marketplace.orders.models import Order
from marketplace.orders.services import open_order
from marketplace.planning import run as planning_run
from marketplace.planning.models import PlanRun
from marketplace.trading.models import Deal, Run
from marketplace.trading.services.foresee import foresee
from tests.builders import NOW
from tests.mobilisation.emergencies import Office, a_public_order, a_template, an_office, in_force
from tests.trading.deals import a_network, an_agreed_deal


class Displacing:
    """One press, booked for somebody else in the hours in which a hospital's order would have to be made."""

    def __init__(self, *, office: Office | None = None, rating: str = "DX", **declared: object) -> None:
        self.office = office or an_office()
        self.product = a_template(name="Face mask")
        self.declaration = in_force(self.office, product=self.product, **declared)
        self.programme = services.open_programme(
            viewer=self.office.first,
            declaration_public_id=self.declaration.public_id,
            name="Masks for hospitals",
            product=self.product.code,
            target_quantity=10_000,
            now=NOW,
        )
        self.rating = self.rated(rating=rating)
        self.network = a_network(num_firms=1, quantity=4_000, due_at=NOW + timedelta(days=20))
        self.deal: Deal = an_agreed_deal(self.network)

    @property
    def run(self) -> Run:
        return Run.objects.get(package__deal=self.deal)

    @property
    def order(self) -> Order:
        return self.rating.order

    def rated(self, *, rating: str) -> OrderRating:
        """A hospital's open order, wanted in nine hours, its need confirmed, signed."""
        order = a_public_order(product=self.product, quantity=300, due_at=NOW + timedelta(hours=9))
        hospital = viewer_for(Person.objects.get(pk=order.created_by_id))
        open_order(viewer=hospital, order=order.public_id, now=NOW)
        services.confirm_need(
            viewer=self.office.first,
            declaration_public_id=self.declaration.public_id,
            order_public_id=order.public_id,
            confirmed_with="Dr Chen",
            how="telephone",
            now=NOW,
        )
        return services.rate_order(
            viewer=self.office.second,
            programme_public_id=self.programme.public_id,
            order_public_id=order.public_id,
            rating=rating,
            statement="This is a rated order; it comes first, at no higher price.",
            now=NOW,
        )

    def rated_again(self) -> OrderRating:
        """The same order once more, under the same programme."""
        return services.rate_order(
            viewer=self.office.second,
            programme_public_id=self.programme.public_id,
            order_public_id=self.order.public_id,
            rating="DX",
            statement="This is a rated order; it comes first, at no higher price.",
            now=NOW,
        )

    def ask(self, rating: OrderRating | None = None, *, viewer=None, now=NOW) -> PlanRun:
        return services.ask_for_precedence(
            viewer=viewer or self.office.first,
            rating_public_id=(rating or self.rating).public_id,
            now=now,
        )

    def plan(self, rating: OrderRating | None = None) -> PlanRun:
        """Asked for and made, as the worker does."""
        plan = self.ask(rating)
        planning_run.solve_row(plan.public_id)
        plan.refresh_from_db()
        assert plan.status == PlanRun.Status.DONE, plan.error
        return plan

    def foresee(self, plan: PlanRun) -> None:
        for run in foresee(plan_public_id=plan.public_id, now=NOW):
            planning_run.solve_row(run.public_id)

    def take(self, plan: PlanRun, rating: OrderRating | None = None, *, viewer=None, now=NOW) -> Deal:
        return services.take_precedence(
            viewer=viewer or self.office.second,
            rating_public_id=(rating or self.rating).public_id,
            plan_public_id=plan.public_id,
            now=now,
            clock_speed=1.0,
        )
