"""Any order of accepting, changing the deal, invoicing and paying: what was paid stays earned, nobody else pays for it."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as some

from marketplace.payments.earnings import Price, beyond, earnings_at, releasable
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
    billed_pieces: int = 0
    released: dict[int, int] = field(default_factory=dict)

    @property
    def stands(self):
        return earnings_at(self.price, pieces=self.pieces, of=ORDERED, released=self.released)

    @property
    def open(self) -> int:
        return self.invoiced - self.credited - self.received

    @property
    def cash(self) -> int:
        """What the order has and owes to nobody: a buyer's credit is its own."""
        return self.received - sum(self.released.values()) - max(0, -self.open)

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
            self.billed_pieces = self.pieces
        elif what == "pay" and self.open > 0:
            self.received += self.open
        self.release()

    @property
    def unbilled(self) -> int:
        return self.stands.billable_cents - (self.invoiced - self.credited)

    def release(self) -> None:
        if self.open > 0 or self.invoiced == 0:
            return
        given = releasable(
            self.price,
            paid_pieces=None if self.unbilled <= 0 else self.billed_pieces,
            of=ORDERED,
            earned=self.stands.factories,
            released=self.released,
            covered_cents=self.cash,
        )
        assert all(cents > 0 for cents in given.values())
        for key, cents in given.items():
            self.released[key] = self.released.get(key, 0) + cents

    def check(self) -> None:
        stands = self.stands
        for key in FACTORIES:
            share = share_cents(self.price.pay_cents[key], pieces=self.pieces, of=ORDERED)
            assert stands.factories[key] == max(share, self.released.get(key, 0))
        assert stands.borne_cents >= 0
        shares = [*self.price.pay_cents.values(), self.price.transport_cents, self.price.fee_cents]
        assert stands.billable_cents == sum(
            share_cents(one, pieces=self.pieces, of=ORDERED) for one in shares
        ), "the buyer pays for shares alone, whatever factories keep"
        assert self.received >= sum(self.released.values()), "never more out than in"
        assert self.invoiced - self.credited <= self.price.whole_cents
        assert self.ledger() == 0

    def ledger(self) -> int:
        """The sum of all accounts, each from its own rows."""
        stands, out = self.stands, sum(self.released.values())
        earned_open = sum(stands.factories.values()) - out
        return (
            (self.received - out)  # in the bank, once the released is paid out
            + self.open  # receivable, or the buyer's credit
            + self.unbilled
            + stands.borne_cents  # allowance
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
    assert not missing or book.cash <= 0, "what is earned waits only where the order has no money left"
    assert sum(missing.values()) <= book.stands.borne_cents


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
    got = releasable(
        a_price(100, 200), paid_pieces=None, of=10, earned={1: 100, 2: 200}, released={}, covered_cents=100
    )
    assert got == {1: 33, 2: 67}
    nothing = releasable(
        a_price(100), paid_pieces=None, of=10, earned={1: 100}, released={}, covered_cents=-5
    )
    assert nothing == {}


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
