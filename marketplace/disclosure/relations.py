"""Which audience an enterprise is to another. Upper apps register what they know: a deal, a request, a shipment."""

from collections.abc import Callable, Collection
from datetime import datetime

from marketplace.disclosure.words import Audience

Finder = Callable[[int, int, datetime], Collection[Audience]]
NEAREST_FIRST = (  # on a firm's page, where a declared emergency opens nothing: see marketplace.mobilisation
    Audience.CONTRACT_PARTY,
    Audience.LAB,
    Audience.LEAD_FACTORY,
    Audience.BUYER_WITH_REQUEST,
    Audience.COORDINATOR,
    Audience.BUYER_SEARCHING,
    Audience.PUBLIC,
)
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """`finder(reader_id, owner_id, now)` names the audiences the reader is to the owner, as far as its app knows."""
    _finders.append(finder)


def found_between(*, reader_id: int, owner_id: int, now: datetime) -> set[Audience]:
    return {audience for find in _finders for audience in find(reader_id, owner_id, now)}
