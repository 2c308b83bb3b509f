"""Books follow a change once all have answered it: not before, and also where the order is done by then."""

import pytest

from marketplace.orders.models import Order
from marketplace.payments import selectors, services
from marketplace.payments.ledger import balance
from marketplace.payments.models import Account, ContractsFollow, Invoice
from marketplace.payments.oracles import open_faults
from marketplace.payments.services import earning
from marketplace.payments.services.contracts import deals_without_contracts
from marketplace.payments.services.terms import terms_of
from marketplace.payments.worth import worth_of
from marketplace.trading.models import Deal, Disturbance, Package, Run
from tests.builders import NOW
from tests.payments.agreed import Agreed, an_agreed_order
from tests.payments.changes import answered, offered
from tests.payments.steps import accept, bill, borne, in_all

pytestmark = pytest.mark.django_db
TRANSPORT = Account.Kind.TRANSPORT


@pytest.fixture
def agreed():
    """Written as a worker does when all have agreed; half of it is accepted, nothing invoiced or paid."""
    found = an_agreed_order(pays=(60_000, 40_000), transport=5_000)
    follow(found)
    accept(found, 150)
    return found


def follow(agreed: Agreed) -> None:
    services.write_contracts(deal_public_id=agreed.deal.public_id, now=NOW)


def done(agreed: Agreed) -> None:
    """The order has ended, and trading asks nobody any more."""
    Order.objects.filter(pk=agreed.order.pk).update(status=Order.Status.DONE)
    Run.objects.filter(status=Run.Status.OFFERED).update(status=Run.Status.REPLACED)
    Package.objects.filter(status=Package.Status.OFFERED).update(status=Package.Status.WITHDRAWN)


def earned(agreed: Agreed) -> list[int]:
    return [
        -balance(agreed.order, Account.Kind.EARNED, enterprise_id=one.enterprise_id)
        for one in agreed.factories
    ]


def test_what_is_received_while_a_change_waits_is_earned_by_the_deal_as_it_was(agreed):
    first, second = agreed.factories
    offered(agreed, pays={first: 0, second: 110_000}, transport=5_000)
    accept(agreed, 225)
    assert earned(agreed) == [45_000, 30_000]
    assert in_all(agreed, TRANSPORT) == -3_750
    assert selectors.pays(first)[0].kept_cents == 0, "nothing of it is paid yet"
    assert in_all(agreed, Account.Kind.UNBILLED) == 78_750
    assert open_faults() == []
    answered(agreed)
    follow(agreed)
    assert earned(agreed) == [0, 82_500]
    assert open_faults() == []


def test_an_oracle_names_money_that_was_earned_by_a_change_that_nobody_has_agreed_to(agreed, monkeypatch):
    offered(agreed, pays={agreed.factories[0]: 110_000})
    monkeypatch.setattr(earning, "booked_price", lambda deal: worth_of(deal, terms=terms_of(deal)).price)
    accept(agreed, 225)
    monkeypatch.undo()
    assert [fault.split(": ")[1] for fault in open_faults()] == [
        "a factory earned 0 and its share is 45000 cents",
        "a factory earned 0 and its share is 30000 cents",
        "its buyer owes 78750 and 86250 cents are booked, untaxed",
    ]


def test_runs_that_a_rated_order_displaced_are_earned_until_they_are_planned_anew(agreed):
    first, _second = agreed.factories
    run = Run.objects.get(package__enterprise_id=first.enterprise_id)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.DISPLACED)
    found = Disturbance.objects.create(
        deal=agreed.deal, run=run, kind=Disturbance.Kind.DISPLACED, cause="displaced", noticed_at=NOW
    )
    accept(agreed, 225)
    follow(agreed)
    assert earned(agreed) == [45_000, 30_000]
    assert in_all(agreed, TRANSPORT) == -3_750
    assert open_faults() == []
    Disturbance.objects.filter(pk=found.pk).update(status=Disturbance.Status.DISMISSED, ended_at=NOW)
    follow(agreed)
    assert earned(agreed) == [0, 30_000]


def test_a_refused_run_of_a_change_is_planned_again_before_the_books_follow(agreed):
    first, second = agreed.factories
    offered(agreed, pays={first: 50_000, second: 50_000})
    refused = Run.objects.filter(status=Run.Status.OFFERED, package__enterprise_id=first.enterprise_id)
    Package.objects.filter(runs__in=refused).update(status=Package.Status.DECLINED)
    run = refused.get()
    refused.update(status=Run.Status.DECLINED)
    Run.objects.filter(status=Run.Status.OFFERED).update(status=Run.Status.BOOKED)
    Package.objects.filter(status=Package.Status.OFFERED).update(status=Package.Status.ACCEPTED)
    Disturbance.objects.create(
        deal=agreed.deal, run=run, kind=Disturbance.Kind.DECLINED, cause="declined", noticed_at=NOW
    )
    assert deals_without_contracts() == []
    follow(agreed)
    assert earned(agreed) == [30_000, 20_000]
    assert open_faults() == []


def test_a_change_that_was_agreed_before_the_order_was_done_is_followed_by_the_sweep(agreed):
    first, second = agreed.factories
    accept(agreed, 300)
    offered(agreed, pays={first: 30_000, second: 45_000})
    answered(agreed)
    done(agreed)
    assert any("has not followed" in fault for fault in open_faults())
    assert deals_without_contracts() == [agreed.deal.public_id], "the nudge was lost"
    follow(agreed)
    assert earned(agreed) == [30_000, 45_000]
    assert deals_without_contracts() == [] and open_faults() == []
    assert bill(agreed).net_cents == 80_000


def test_less_of_a_change_that_is_followed_after_the_order_was_done_is_credited(agreed):
    first, second = agreed.factories
    accept(agreed, 300)
    assert bill(agreed).net_cents == 105_000
    offered(agreed, pays={first: 30_000, second: 45_000})
    answered(agreed)
    done(agreed)
    follow(agreed)
    assert Invoice.objects.get(because="less").net_cents == 25_000
    assert in_all(agreed, Account.Kind.UNBILLED) == borne(agreed) == 0
    assert open_faults() == []


def test_a_change_that_was_never_answered_comes_to_nothing_when_the_order_is_done(agreed):
    first, second = agreed.factories
    offered(agreed, pays={first: 0, second: 110_000})
    accept(agreed, 300)
    done(agreed)
    assert deals_without_contracts() == []
    follow(agreed)
    assert earned(agreed) == [60_000, 40_000]
    assert in_all(agreed, TRANSPORT) == -5_000
    assert open_faults() == []


@pytest.mark.parametrize("status", [Order.Status.RUNNING, Order.Status.DONE])
def test_deals_that_were_followed_before_their_price_was_kept_are_looked_at_again(agreed, status):
    """Earlier, only contracts followed a change: the row says that it is followed, and the books are behind."""
    first, second = agreed.factories
    offered(agreed, pays={first: 30_000, second: 45_000})
    answered(agreed)
    deal = Deal.objects.get(pk=agreed.deal.pk)
    ContractsFollow.objects.filter(deal=deal).update(plan_run_id=deal.plan_run_id, price=None, version=None)
    Order.objects.filter(pk=agreed.order.pk).update(status=status)
    assert deals_without_contracts() == [deal.public_id]
    follow(agreed)
    assert earned(agreed) == [15_000, 22_500]
    assert deals_without_contracts() == [] and open_faults() == []


def test_of_an_old_deal_that_ended_with_offers_withdrawn_nothing_is_guessed(agreed):
    first, second = agreed.factories
    offered(agreed, pays={first: 0, second: 110_000})
    done(agreed)
    ContractsFollow.objects.update(price=None, version=None)
    assert deals_without_contracts() == []
    follow(agreed)
    assert earned(agreed) == [30_000, 20_000]
