"""A rated order costs no more than before: a price that is raised after the declaration does not count for it, and the
owner reads why."""

import pytest

from marketplace.accounts.models import Enterprise, Person
from marketplace.capacity.drafts import RateDraft
from marketplace.capacity.models import Equipment, TakenTime
from marketplace.capacity.services import set_rate
from marketplace.common import oracles
from marketplace.trading.errors import PricedOtherwise
from marketplace.trading.models import Deal, Run
from tests.mobilisation.test_rating import Case
from tests.trading.deals import a_network

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

ASKED, RAISED = 12_000, 24_000


class Raised:
    """A declaration is in force; then the only owner doubles the price of its machine."""

    def __init__(self) -> None:
        self.network = a_network(num_firms=1, quantity=400)
        Enterprise.objects.filter(pk=self.network.buyer.enterprise_id).update(is_public_body=True)
        self.case = Case(product=self.network.order.product)
        self.case.order = self.network.order
        self.machine = Equipment.objects.get()
        self.owner = self.network.owners[self.machine.enterprise_id]
        set_rate(
            viewer=self.owner,
            machine=self.machine.public_id,
            draft=RateDraft(process="press", run_units=200, price_cents_per_h=RAISED, currency="CNY"),
        )

    def rate(self) -> None:
        self.case.rated()
        self.network.order.refresh_from_db()


@pytest.fixture
def raised(settings):
    settings.SOLVER = {**settings.SOLVER, "time_limit_s": 2}
    return Raised()


def test_a_price_that_is_raised_after_the_declaration_does_not_count_and_the_owner_reads_why(raised, client):
    raised.rate()
    package = raised.network.deal().packages.get()
    run = package.runs.get()
    hours = (run.ends_at - run.starts_at).total_seconds() / 3600
    assert package.pay_cents == run.pay_cents == hours * ASKED
    client.force_login(Person.objects.get(pk=raised.owner.person_id))
    page = client.get(f"/offers/{package.public_id}/").content.decode()
    assert "A rated order costs no more than before" in page
    assert f"{raised.machine.name}: " in page
    assert "240.00" in page and "120.00" in page
    assert list(oracles.faults(["mobilisation"])) == []
    Run.objects.update(pay_cents=run.pay_cents * 2)
    assert [fault.text for fault in oracles.faults(["mobilisation"])] == [
        f"{run.public_id}: a rated order pays more than {raised.machine.public_id} asked before"
    ]


def test_a_plan_that_was_made_before_the_rating_at_the_raised_price_is_not_offered(raised):
    plan = raised.network.plan()
    assert plan.priced_on == ""
    raised.rate()
    with pytest.raises(PricedOtherwise):
        raised.network.choose(plan)
    assert not Deal.objects.exists()
    assert not TakenTime.objects.exists()
    again = raised.network.plan()
    assert again.pk != plan.pk
    assert again.priced_on == raised.case.declaration.public_id
    assert (again.cost_cents or 0) < (plan.cost_cents or 0)
    assert raised.network.choose(again).plan_run == again


def test_an_order_that_is_not_rated_pays_the_raised_price_and_its_owner_reads_of_no_cap(raised, client):
    package = raised.network.deal().packages.get()
    run = package.runs.get()
    assert run.pay_cents == (run.ends_at - run.starts_at).total_seconds() / 3600 * RAISED
    client.force_login(Person.objects.get(pk=raised.owner.person_id))
    assert "costs no more than before" not in client.get(f"/offers/{package.public_id}/").content.decode()
