"""What each party of a deal gets when everything is delivered."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from marketplace.common.money import BASIS_POINTS, round_half_up, tax_cents
from marketplace.payments.earnings import Price
from marketplace.payments.models import PaymentTerms
from marketplace.trading.models import Deal, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Whole cents of the deal's currency. `pay_cents` is the pay for booked runs, by key of the factory."""

    net_cents: int
    pay_cents: Mapping[int, int]
    fee_cents: int
    tax_bp: int

    @property
    def transport_cents(self) -> int:
        """What of the price is not for runs: the ways of the goods."""
        return self.net_cents - sum(self.pay_cents.values())

    @property
    def price(self) -> Price:
        """The same as what earnings follow."""
        return Price(pay_cents=self.pay_cents, transport_cents=self.transport_cents, fee_cents=self.fee_cents)

    @property
    def tax_cents(self) -> int:
        return tax_cents(net_cents=self.net_cents + self.fee_cents, rate_bp=self.tax_bp)

    @property
    def total_cents(self) -> int:
        """What the buyer pays in all."""
        return self.net_cents + self.fee_cents + self.tax_cents


def worth_of(deal: Deal, *, terms: PaymentTerms) -> Worth:
    """As the deal stands now. Two queries at most."""
    paid = (
        Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED)
        .order_by()
        .values_list("package__enterprise_id")
        .annotate(cents=Sum("pay_cents"))
    )
    return Worth(
        net_cents=deal.net_cents,
        pay_cents=dict(paid),
        fee_cents=round_half_up(Fraction(deal.net_cents * terms.fee_bp, BASIS_POINTS)),
        tax_bp=terms.tax_bp,
    )


def price_column(price: Price) -> dict[str, object]:
    """As it is kept with what was followed."""
    return {
        "pay_cents": {str(key): cents for key, cents in price.pay_cents.items()},
        "transport_cents": price.transport_cents,
        "fee_cents": price.fee_cents,
    }


def price_from(column: Mapping[str, Any]) -> Price:
    return Price(
        pay_cents={int(key): cents for key, cents in column["pay_cents"].items()},
        transport_cents=column["transport_cents"],
        fee_cents=column["fee_cents"],
    )
