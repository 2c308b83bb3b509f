"""What a machine's output is counted in. The app that knows products registers to be asked; else it is pieces."""

from collections.abc import Callable, Collection, Iterable, Mapping

from django.utils.translation import gettext as _

from marketplace.capacity.models import Rate
from marketplace.common.show.amounts import quantity_text

PIECE = "piece"
Pair = tuple[str, str]  # process, product code or ""
Teller = Callable[[Collection[Pair]], Mapping[Pair, str]]

_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """`teller` says the unit of those pairs it knows, "" where it is one for one product and another for others."""
    if teller not in _tellers:
        _tellers.append(teller)


def units_for(rates: Iterable[Rate]) -> dict[Pair, str]:
    """By process and product code of the rates; as many queries for many as for one."""
    pairs = {(rate.process, rate.product_code) for rate in rates}
    found = dict.fromkeys(pairs, PIECE)
    for teller in _tellers:
        found |= teller(pairs)
    return found


def unit_of(rate: Rate) -> str:
    return units_for([rate])[rate.process, rate.product_code]


def speed_text(units_per_h: float, unit: str) -> str:
    """`1,500 pieces an hour`, `90 m an hour`."""
    return _("%(quantity)s an hour") % {"quantity": quantity_text(units_per_h, unit)}
