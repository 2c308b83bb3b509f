"""No pay without cover: what a change adds waits for the buyer's money for it, or for who puts the difference in."""

import pytest

from marketplace.payments import selectors
from marketplace.payments.models import Account
from marketplace.payments.oracles import open_faults
from tests.payments.agreed import an_agreed_order
from tests.payments.changes import changed
from tests.payments.steps import accept, bill, borne, cover, in_all, pay, released

pytestmark = pytest.mark.django_db
EARNED = Account.Kind.EARNED


@pytest.fixture
def paid_half(cashier):
    """150 of 300 pieces accepted, invoiced and paid: the order holds its tax and what is for transport."""
    agreed = an_agreed_order(pays=(60_000, 40_000), transport=5_000)
    accept(agreed, 150)
    pay(cashier, bill(agreed))
    assert [released(agreed, one) for one in agreed.factories] == [[30_000], [20_000]]
    return agreed


def test_a_raise_for_pieces_that_are_paid_waits_until_the_buyer_has_paid_the_raise(paid_half, cashier):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 64_000, second: 40_000})
    assert released(paid_half, first) == [30_000], "the raise of 2,000 is neither invoiced nor paid"
    accept(paid_half, 300)
    more = bill(paid_half)
    assert released(paid_half, first) == [30_000]
    pay(cashier, more)
    assert released(paid_half, first) == [30_000, 34_000]
    assert in_all(paid_half, EARNED) == 0
    assert open_faults() == []


def test_pay_that_moves_to_another_factory_is_not_taken_from_tax_or_transport(paid_half, cashier):
    """What the first was paid it keeps: for the other's raise no money of a buyer will come."""
    first, second = paid_half.factories
    changed(paid_half, pays={first: 56_000, second: 44_000})
    assert borne(paid_half) == 2_000
    assert released(paid_half, second) == [20_000]
    cover(cashier, paid_half, 1_500)
    assert released(paid_half, second) == [20_000, 1_500]
    cover(cashier, paid_half, 500, bank_id="C2")
    assert released(paid_half, second) == [20_000, 1_500, 500]
    assert open_faults() == []


def test_pay_that_waits_is_released_as_the_other_makes_up_for_what_it_keeps(paid_half, cashier):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 56_000, second: 44_000})
    accept(paid_half, 300)
    pay(cashier, bill(paid_half))
    assert (released(paid_half, first), released(paid_half, second)) == ([30_000, 26_000], [20_000, 24_000])
    assert (borne(paid_half), in_all(paid_half, EARNED)) == (0, 0)
    assert open_faults() == []


def test_what_was_put_in_is_not_set_against_later_pay_as_well(paid_half, cashier):
    """The factory has paid back what it had beyond its share: its later pieces are paid in full."""
    first, second = paid_half.factories
    changed(paid_half, pays={first: 40_000, second: 60_000})
    assert borne(paid_half) == 10_000
    cover(cashier, paid_half, 10_000)
    assert borne(paid_half) == 0
    for total in (225, 300):
        accept(paid_half, total)
        assert borne(paid_half) == 0
        assert open_faults() == []
    pay(cashier, bill(paid_half))
    assert sum(released(paid_half, first)) == 40_000 + 10_000, "10,000 of it are its own"
    assert sum(released(paid_half, second)) == 60_000
    assert (borne(paid_half), in_all(paid_half, EARNED)) == (0, 0)
    assert open_faults() == []


def test_only_a_part_that_was_put_in_leaves_the_rest_to_be_made_up_for(paid_half, cashier):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 40_000, second: 60_000})
    cover(cashier, paid_half, 4_000)
    accept(paid_half, 300)
    pay(cashier, bill(paid_half))
    assert (sum(released(paid_half, first)), borne(paid_half)) == (44_000, 0)
    assert open_faults() == []


def test_what_was_put_in_for_one_factory_leaves_the_other_s_pay_as_it_is(paid_half, cashier):
    """Also where a further change gives the first its runs back."""
    first, second = paid_half.factories
    changed(paid_half, pays={first: 0, second: 100_000})
    cover(cashier, paid_half, 30_000)
    changed(paid_half, pays={first: 60_000, second: 40_000})
    accept(paid_half, 300)
    pay(cashier, bill(paid_half))
    assert (sum(released(paid_half, first)), sum(released(paid_half, second))) == (80_000, 50_000)
    assert borne(paid_half) == 10_000, "the second was paid 50,000 before, and has 40,000 to get"
    cover(cashier, paid_half, 10_000, bank_id="C2")
    assert (sum(released(paid_half, first)), sum(released(paid_half, second))) == (60_000 + 30_000, 50_000)
    assert (borne(paid_half), in_all(paid_half, EARNED)) == (0, 0)
    assert open_faults() == []


def test_what_the_platform_bears_for_a_factory_is_no_account_of_the_factory_s(paid_half):
    first, second = paid_half.factories
    changed(paid_half, pays={first: 0, second: 100_000})
    assert borne(paid_half) == 30_000
    assert {one["account__kind"] for one in selectors.balances(first)} == {"earned", "payable"}
