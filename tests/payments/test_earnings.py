"""Any order of accepting, changing the deal, invoicing and paying: what was paid stays earned, nobody else pays for it."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as some

from marketplace.payments.earnings import Earnings, Price, beyond, earnings_at, releasable
from marketplace.payments.shares import rationed, share_cents

FACTORIES = (1, 2, 3)
ORDERED = 97


def a_price(*pays: int, transport: int = 0, fee: int = 0) -> Price:
    return Price(pay_cents=dict(zip(FACTORIES, pays, strict=False)), transport_cents=transport, fee_cents=fee)


prices = some.builds(
    lambda pays, transport, fee: a_price(*pays, transport=transport, fee=fee),
    some.lists(some.integers(0, 10_000), min_size=3, max_size=3),
    some.integers(0, 3_000),
    some.integers(0, 300),
)
steps = some.lists(
    some.one_of(
        some.tuples(some.just("accept"), some.integers(0, ORDERED)),
        some.tuples(some.just("change"), prices),
        some.tuples(some.just("bill"), some.none()),
        some.tuples(some.just("pay"), some.none()),
        some.tuples(some.just("cover"), some.tuples(some.sampled_from(FACTORIES), some.integers(1, 9_000))),
    ),
    max_size=30,
)


@dataclass
class Book:
    """An order's money without tax, as plain sums of cents: what the services do with rows, in a few lines."""

    price: Price
    pieces: int = 0
    invoiced: int = 0
    credited: int = 0
    received: int = 0
    released: dict[int, int] = field(default_factory=dict)
    covered: dict[int, int] = field(default_factory=dict)
    at_bill: Earnings | None = None  # what stood earned when the last invoice was written

    @property
    def stands(self):
        return earnings_at(
            self.price, pieces=self.pieces, of=ORDERED, released=self.released, covered=self.covered
        )

    @property
    def open(self) -> int:
        return self.invoiced - self.credited - self.received

    @property
    def cash(self) -> int:
        """What the order has and owes to nobody: a buyer's credit is its own."""
        put_in = sum(self.covered.values())
        return self.received + put_in - sum(self.released.values()) - max(0, -self.open)

    def do(self, what: str, value) -> None:
        if what == "accept":
            self.pieces = max(self.pieces, value)
        elif what == "change":
            self.price = value
            self.credited += beyond(
                invoiced_cents=self.invoiced - self.credited, most_cents=self.price.whole_cents
            )
        elif what == "bill" and self.unbilled > 0:
            self.invoiced += self.unbilled
            self.at_bill = self.stands
        elif what == "pay" and self.open > 0:
            self.received += self.open
        elif what == "cover":
            self.cover(*value)
        self.release()

    def cover(self, key: int, cents: int) -> None:
        more = min(cents, self.stands.borne.get(key, 0) - self.covered.get(key, 0))
        if more > 0:
            self.covered[key] = self.covered.get(key, 0) + more

    @property
    def unbilled(self) -> int:
        return self.stands.billable_cents - (self.invoiced - self.credited)

    def release(self) -> None:
        if self.open > 0 or self.invoiced == 0:
            return
        then = self.stands if self.unbilled <= 0 else self.at_bill
        self.paid_for = min(self.stands.pay_cents, then.pay_cents) + sum(self.covered.values())
        before = sum(self.released.values())
        given = releasable(
            earned=self.stands.factories,
            paid_for=then.factories,
            released=self.released,
            cents=min(self.cash, self.paid_for - before),
        )
        assert not given or before + sum(given.values()) <= self.paid_for, "no pay without cover"
        assert all(cents > 0 for cents in given.values())
        for key, cents in given.items():
            self.released[key] = self.released.get(key, 0) + cents

    def check(self) -> None:
        stands = self.stands
        for key in FACTORIES:
            share = share_cents(self.price.pay_cents[key], pieces=self.pieces, of=ORDERED)
            back = self.covered.get(key, 0)
            assert stands.factories[key] == max(share, self.released.get(key, 0) - back) + back
            assert stands.factories[key] >= self.released.get(key, 0)
            assert stands.borne.get(key, 0) >= back, "what was put in is not set off once more"
        shares = [*self.price.pay_cents.values(), self.price.transport_cents, self.price.fee_cents]
        assert stands.billable_cents == sum(
            share_cents(one, pieces=self.pieces, of=ORDERED) for one in shares
        ), "the buyer pays for shares alone, whatever factories keep"
        in_all = self.received + sum(self.covered.values())
        assert in_all >= sum(self.released.values()), "never more out than in"
        assert self.invoiced - self.credited <= self.price.whole_cents
        assert self.ledger() == 0

    def ledger(self) -> int:
        """The sum of all accounts, each from its own rows."""
        stands, out = self.stands, sum(self.released.values())
        put_in = sum(self.covered.values())
        earned_open = sum(stands.factories.values()) - out
        return (
            (self.received + put_in - out)  # in the bank, once the released is paid out
            + self.open  # receivable, or the buyer's credit
            + self.unbilled
            + (stands.borne_cents - put_in)  # allowance
            - earned_open
            - stands.transport_cents
            - stands.fee_cents
        )


@settings(max_examples=400, deadline=None)
@given(first=prices, happened=steps)
def test_whatever_happens_what_was_paid_stays_earned_and_the_books_are_zero(first, happened):
    book = Book(first)
    for what, value in happened:
        before = dict(book.released)
        book.do(what, value)
        assert all(book.released[key] >= cents for key, cents in before.items())
        book.check()
    for what, value in (("accept", ORDERED), ("bill", None), ("pay", None)):
        book.do(what, value)
        book.check()
    assert book.invoiced - book.credited == book.price.whole_cents == book.received + min(0, book.open)
    missing = {
        key: book.stands.factories[key] - book.released.get(key, 0)
        for key in FACTORIES
        if book.stands.factories[key] != book.released.get(key, 0)
    }
    assert not missing or sum(book.released.values()) >= book.paid_for, "all that was paid for is released"
    assert sum(missing.values()) <= book.stands.borne_cents - sum(book.covered.values())


def test_what_was_paid_before_a_change_is_set_against_what_the_factory_still_earns():
    price, released = a_price(40_000, 60_000), {1: 30_000}
    half = earnings_at(price, pieces=50, of=100, released=released)
    assert (half.factories[1], half.borne_cents) == (30_000, 10_000)
    whole = earnings_at(price, pieces=100, of=100, released=released)
    assert (whole.factories[1], whole.borne_cents) == (40_000, 0)


def test_what_it_never_makes_up_for_is_borne_by_the_platform_not_by_the_others():
    stands = earnings_at(a_price(0, 60_000), pieces=100, of=100, released={1: 30_000})
    assert stands.factories == {1: 30_000, 2: 60_000}
    assert (stands.borne_cents, stands.billable_cents) == (30_000, 60_000)


def test_what_was_earned_and_not_released_follows_the_deal():
    assert earnings_at(a_price(0, 60_000), pieces=50, of=100, released={}).factories == {1: 0, 2: 30_000}


def test_where_the_order_s_money_is_short_all_get_less_and_the_rest_waits():
    earned = {1: 100, 2: 200}
    assert releasable(earned=earned, paid_for=earned, released={}, cents=100) == {1: 33, 2: 67}
    assert releasable(earned={1: 100}, paid_for={1: 100}, released={}, cents=-5) == {}


def test_what_was_earned_since_the_paid_invoice_waits():
    got = releasable(earned={1: 100, 2: 90}, paid_for={1: 60, 2: 95}, released={1: 10}, cents=1_000)
    assert got == {1: 50, 2: 90}


def test_what_was_put_in_for_pay_beyond_a_share_is_not_set_against_later_pay():
    price, released = a_price(40_000, 60_000), {1: 30_000}
    half = earnings_at(price, pieces=50, of=100, released=released, covered={1: 10_000})
    assert (half.factories[1], half.borne) == (30_000, {1: 10_000})
    whole = earnings_at(price, pieces=100, of=100, released=released, covered={1: 10_000})
    assert (whole.factories[1], whole.borne) == (50_000, {1: 10_000})


@given(
    some.dictionaries(some.integers(0, 9), some.integers(1, 10**12), max_size=6), some.integers(-5, 10**13)
)
def test_a_ration_gives_all_there_is_and_nobody_more_than_it_wants(wanted, cents):
    given_ = rationed(wanted, cents=cents)
    assert sum(given_.values()) == min(max(0, cents), sum(wanted.values()))
    assert all(0 <= given_[key] <= want for key, want in wanted.items())


def test_only_what_is_beyond_the_most_is_credited():
    assert beyond(invoiced_cents=70_001, most_cents=60_000) == 10_001
    assert beyond(invoiced_cents=60_000, most_cents=60_000) == 0
