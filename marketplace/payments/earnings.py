"""What stands earned when so many pieces are accepted, however often the deal was changed on the way. Pure.

The rule: a party has earned its share of what is agreed now, and a factory never less than what was released to it.
What was released beyond the share is set against what the factory still earns in the order; as long as it is not made
up for, the platform bears it, so that neither the buyer nor another factory pays for it. What was put in for it is
settled for good and not set off as well. Pay beyond what the buyer has paid for waits. The buyer's side is alike:
what was invoiced stays invoiced as long as the order comes to as much; what lies beyond is credited.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.payments.shares import rationed, share_cents

NOTHING: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What all pieces are worth, in cents, by the deal as it stands: the pay of factories by key, the rest, the fee."""

    pay_cents: Mapping[int, int]
    transport_cents: int
    fee_cents: int

    @property
    def whole_cents(self) -> int:
        """What the buyer owes for all pieces, without tax."""
        return sum(self.pay_cents.values()) + self.transport_cents + self.fee_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Earnings:
    """Cumulative cents. `borne` is what factories keep beyond their shares, by key, where it is more than nothing."""

    factories: Mapping[int, int]
    transport_cents: int
    fee_cents: int
    borne: Mapping[int, int]

    @property
    def borne_cents(self) -> int:
        return sum(self.borne.values())

    @property
    def pay_cents(self) -> int:
        """The shares of all factories: what the buyer owes of their pay."""
        return sum(self.factories.values()) - self.borne_cents

    @property
    def billable_cents(self) -> int:
        """What the buyer owes for the accepted pieces, without tax."""
        return sum(self.factories.values()) + self.transport_cents + self.fee_cents - self.borne_cents


def earnings_at(
    price: Price,
    *,
    pieces: int,
    of: int,
    released: Mapping[int, int],
    covered: Mapping[int, int] = NOTHING,
) -> Earnings:
    """At `pieces` accepted `of` ordered ones. By factory, in cents: `released` was ever given free for pay-out, and
    `covered` put in for what it kept beyond its share.
    """
    shares = {
        key: share_cents(price.pay_cents.get(key, 0), pieces=pieces, of=of)
        for key in {*price.pay_cents, *released}
    }
    paid_back = {key: covered.get(key, 0) for key in shares}
    kept = {
        key: max(share, released.get(key, 0) - paid_back[key]) + paid_back[key]
        for key, share in shares.items()
    }
    return Earnings(
        factories=kept,
        transport_cents=share_cents(price.transport_cents, pieces=pieces, of=of),
        fee_cents=share_cents(price.fee_cents, pieces=pieces, of=of),
        borne={key: kept[key] - share for key, share in shares.items() if kept[key] > share},
    )


def releasable(
    *,
    earned: Mapping[int, int],
    paid_for: Mapping[int, int],
    released: Mapping[int, int],
    cents: int,
) -> dict[int, int]:
    """What each factory is paid out now, more than nothing: what it has earned, and had when the paid invoice was
    written (`paid_for`), less what was released before.

    `cents` is the most for all of them together: where that is not enough, all get less, and the rest waits.
    """
    wanted = {key: min(earned[key], paid_for.get(key, 0)) - released.get(key, 0) for key in sorted(earned)}
    given = rationed({key: want for key, want in wanted.items() if want > 0}, cents=cents)
    return {key: share for key, share in given.items() if share > 0}


def beyond(*, invoiced_cents: int, most_cents: int) -> int:
    """What was invoiced beyond the most that the buyer can come to owe, without tax: it is credited."""
    return max(0, invoiced_cents - most_cents)
