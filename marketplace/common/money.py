"""Money is whole minor units (`*_cents`) of a currency; no floats."""

from fractions import Fraction
from typing import TypeVar

from django.db import models

CURRENCIES = ("CNY", "EUR", "USD")
MAX_CENTS = 2**53 - 1
BASIS_POINTS = 10_000


_Set = TypeVar("_Set")
_Get = TypeVar("_Get")


class CentsField(models.BigIntegerField[_Set, _Get]):
    """Whole minor units; the column beside it names the currency."""


def round_half_up(value: Fraction) -> int:
    """The nearest integer; halves go up."""
    return (value + Fraction(1, 2)).__floor__()


def tax_cents(*, net_cents: int, rate_bp: int) -> int:
    """Tax on a net amount at a rate in basis points (1300 = 13 %), half a cent rounds up."""
    return round_half_up(Fraction(net_cents * rate_bp, BASIS_POINTS))


def format_cents(cents: int, currency: str) -> str:
    """`12,345.60 CNY`, the unit behind the number."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d} {currency}"
