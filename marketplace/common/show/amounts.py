"""Numbers with their units."""

from decimal import Decimal

from django.utils.translation import ngettext

MANY_GRAMS = 10_000
SPACE = "\u00a0"  # a number and its unit stay on one line


def number_text(value: float | Decimal, *, digits: int = 0) -> str:
    """`4,700,000` or `12.5`; thousands are grouped, `digits` behind the point."""
    return f"{value:,.{digits}f}"


def quantity_text(value: float | Decimal, unit: str = "piece", *, digits: int = 0) -> str:
    """`4,700,000 pieces`, `12.5 kWh`, `738.35 kg`; a piece is counted in words, many grams are kilograms to the gram,
    other units stand as they are.
    """
    if unit == "g" and value >= MANY_GRAMS:
        return f"{value / 1000:,.3f}".rstrip("0").rstrip(".") + f"{SPACE}kg"
    number = number_text(value, digits=digits)
    if unit == "piece":
        return ngettext("%(n)s piece", "%(n)s pieces", int(value)) % {"n": number}
    return f"{number}{SPACE}{unit}" if unit else number
