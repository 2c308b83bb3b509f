"""Accepted pieces earn money: cumulative, to the cent, in any order of calls."""

import random

import pytest

from marketplace.common.errors import InvalidInput
from marketplace.payments.errors import AcceptanceReused, NotAgreed
from marketplace.payments.ledger import balance, balances
from marketplace.payments.models import Acceptance, Account, Entry
from marketplace.payments.services import accept_delivery
from marketplace.trading.models import Deal, Run
from tests.builders import NOW
from tests.payments.agreed import a_booked_run, an_agreed_order

pytestmark = pytest.mark.django_db
EARNED, UNBILLED = Account.Kind.EARNED, Account.Kind.UNBILLED


def accept(agreed, total: int, *, key: str = "") -> int:
    return accept_delivery(order_id=agreed.order.pk, key=key or f"box-{total}", accepted_total=total, now=NOW)


def earned(agreed) -> list[int]:
    return [-balance(agreed.order, EARNED, enterprise_id=one.enterprise_id) for one in agreed.factories]


def test_each_party_earns_its_share_of_what_is_accepted():
    agreed = an_agreed_order(pays=(60_000, 40_001), transport=5_000, quantity=300)
    assert accept(agreed, 100) == 20_000 + 13_334 + 1_667
    assert earned(agreed) == [20_000, 13_334]
    assert balance(agreed.order, Account.Kind.TRANSPORT) == -1_667
    assert balance(agreed.order, UNBILLED, enterprise_id=agreed.buyer.enterprise_id) == 35_001


def test_the_parts_add_up_to_the_whole_whatever_the_steps():
    for seed in range(20):
        agreed = an_agreed_order(pays=(60_000, 40_001, 1), transport=4_998, quantity=301)
        steps = sorted(random.Random(seed).sample(range(1, 301), k=9))
        for total in [*steps, 301]:
            accept(agreed, total)
        assert earned(agreed) == [60_000, 40_001, 1]
        assert balance(agreed.order, UNBILLED, enterprise_id=agreed.buyer.enterprise_id) == 105_000


def test_calls_out_of_order_and_twice_do_no_harm():
    agreed = an_agreed_order()
    totals = [50, 100, 150, 200, 300] * 2
    random.Random(7).shuffle(totals)
    for total in totals:
        accept(agreed, total)
    assert earned(agreed) == [60_000, 40_001]
    assert Acceptance.objects.count() == 5


def test_a_smaller_number_than_before_changes_nothing():
    agreed = an_agreed_order()
    accept(agreed, 200)
    before = balances(agreed.order)
    assert accept(agreed, 100) == 0
    assert balances(agreed.order) == before


def test_the_same_key_with_another_number_is_refused():
    agreed = an_agreed_order()
    accept(agreed, 100, key="box")
    before = balances(agreed.order)
    with pytest.raises(AcceptanceReused):
        accept(agreed, 200, key="box")
    assert balances(agreed.order) == before


def test_pieces_beyond_the_order_earn_nothing():
    agreed = an_agreed_order(quantity=300)
    accept(agreed, 350)
    assert earned(agreed) == [60_000, 40_001]
    assert accept(agreed, 400) == 0


@pytest.mark.parametrize("total", [-1, 10**9, 10**20, True, 2.5, "7"])
def test_a_number_beyond_all_sense_is_refused(total):
    agreed = an_agreed_order()
    with pytest.raises(InvalidInput):
        accept(agreed, total, key="x")
    assert not Entry.objects.exists()
    assert not Acceptance.objects.exists()


def test_nothing_is_earned_before_all_have_agreed():
    agreed = an_agreed_order(status=Deal.Status.OFFERING)
    with pytest.raises(NotAgreed):
        accept(agreed, 10)
    assert not Acceptance.objects.exists()


def test_declined_runs_earn_nothing_and_a_changed_deal_is_put_right_by_the_next_pieces():
    agreed = an_agreed_order(pays=(60_000, 40_000), transport=5_000, quantity=100)
    accept(agreed, 50)
    Run.objects.filter(package__enterprise_id=agreed.factories[1].enterprise_id).update(
        status=Run.Status.REPLACED
    )
    a_booked_run(agreed.deal, agreed.factories[0], pay_cents=40_000, label="C")
    accept(agreed, 100)
    assert earned(agreed) == [100_000, 0]
    assert balance(agreed.order, UNBILLED, enterprise_id=agreed.buyer.enterprise_id) == 105_000


def test_the_platform_fee_is_added_for_the_buyer_and_never_on_rated_orders(settings):
    settings.PLATFORM_FEE_BP = 250
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    accept(agreed, 300)
    assert earned(agreed) == [60_000]
    assert balance(agreed.order, Account.Kind.FEE) == -1_500
    rated = an_agreed_order(pays=(60_000,), transport=0)
    rated.order.rating, rated.order.programme = "DO", "dec_x"
    rated.order.save()
    accept(rated, 300)
    assert balance(rated.order, Account.Kind.FEE) == 0


def test_terms_stay_as_they_were_when_the_deal_was_agreed(settings):
    agreed = an_agreed_order(pays=(60_000,), transport=0)
    accept(agreed, 150)
    settings.PLATFORM_FEE_BP = 1_000
    accept(agreed, 300)
    assert balance(agreed.order, Account.Kind.FEE) == 0
