"""What stands earned when so many pieces are accepted, however often the deal was changed on the way. Pure.

The rule: a party has earned its share of what is agreed now, and a factory never less than what was released to it.
What was released beyond the share is set against what the factory still earns in the order; as long as it is not made
up for, the platform bears it, so that neither the buyer nor another factory pays for it. The buyer's side is alike:
what was invoiced stays invoiced as long as the order comes to as much; what lies beyond is credited.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.payments.shares import rationed, share_cents


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
    """Cumulative cents. `borne_cents` is what factories keep beyond their shares."""

    factories: Mapping[int, int]
    transport_cents: int
    fee_cents: int
    borne_cents: int

    @property
    def billable_cents(self) -> int:
        """What the buyer owes for the accepted pieces, without tax."""
        return sum(self.factories.values()) + self.transport_cents + self.fee_cents - self.borne_cents


def earnings_at(price: Price, *, pieces: int, of: int, released: Mapping[int, int]) -> Earnings:
    """At `pieces` accepted `of` ordered ones; `released` are cents that were ever given free for pay-out, by factory."""
    shares = {
        key: share_cents(price.pay_cents.get(key, 0), pieces=pieces, of=of)
        for key in {*price.pay_cents, *released}
    }
    kept = {key: max(share, released.get(key, 0)) for key, share in shares.items()}
    return Earnings(
        factories=kept,
        transport_cents=share_cents(price.transport_cents, pieces=pieces, of=of),
        fee_cents=share_cents(price.fee_cents, pieces=pieces, of=of),
        borne_cents=sum(kept.values()) - sum(shares.values()),
    )


def releasable(
    price: Price,
    *,
    paid_pieces: int | None,
    of: int,
    earned: Mapping[int, int],
    released: Mapping[int, int],
    covered_cents: int,
) -> dict[int, int]:
    """What each factory is paid out now, more than nothing: what it earned by the pieces that are paid, less what was
    released before.

    `paid_pieces` are the pieces that are paid for, None if all accepted ones are. `covered_cents` is what the order
    has of money that is owed to nobody yet: where that is not enough, all get less, and the rest waits.
    """

    def target(key: int) -> int:
        if paid_pieces is None:
            return earned[key]
        return min(earned[key], share_cents(price.pay_cents.get(key, 0), pieces=paid_pieces, of=of))

    wanted = {key: target(key) - released.get(key, 0) for key in sorted(earned)}
    given = rationed({key: cents for key, cents in wanted.items() if cents > 0}, cents=covered_cents)
    return {key: cents for key, cents in given.items() if cents > 0}


def beyond(*, invoiced_cents: int, most_cents: int) -> int:
    """What was invoiced beyond the most that the buyer can come to owe, without tax: it is credited."""
    return max(0, invoiced_cents - most_cents)
