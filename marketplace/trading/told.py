"""What really happened, as the apps tell it that count pieces and move goods: they lie above and register to be asked.

And the other way round: what they are to follow at once, in the same transaction.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

Route = tuple[str, int, int | None, int | None]  # item, from site, to site, to drop; keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Goods that have left for a site and were not counted there yet; `arrives_at` as planned."""

    item: str
    site_id: int
    arrives_at: datetime
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Goods that a person sends beside the plan and that have not left yet; `arrives_at` as that person planned."""

    route: Route
    arrives_at: datetime
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Of an order, in pieces. `lying` is made and received less used and sent, by item and site, of which `held` may not
    leave before it is released, nor what the runs `holds` (keys) make; `sent` what has left by planned ways in all;
    `open`, by key of the drop, what it waits for and nobody has sent."""

    lying: Mapping[tuple[str, int], int] = field(default_factory=dict)
    held: Mapping[tuple[str, int], int] = field(default_factory=dict)
    holds: Collection[int] = ()
    coming: Sequence[Coming] = ()
    asked: Sequence[Asked] = ()
    sent: Mapping[Route, int] = field(default_factory=dict)
    open: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Good pieces of a run that has begun; `is_closed` where no more will be made."""

    good: int
    is_closed: bool


MadeTeller = Callable[[Collection[int]], Mapping[int, Made]]
GoodsTeller = Callable[[int], Goods]
Follower = Callable[[int, datetime], None]

_of_runs: list[MadeTeller] = []
_of_goods: list[GoodsTeller] = []
_followers: list[Follower] = []


def register_made(teller: MadeTeller) -> None:
    """`teller` gets keys of runs and answers for those that have begun in fact."""
    if teller not in _of_runs:
        _of_runs.append(teller)


def register_goods(teller: GoodsTeller) -> None:
    """`teller` gets the key of an order."""
    if teller not in _of_goods:
        _of_goods.append(teller)


def register_follower(follower: Follower) -> None:
    """`follower` gets the key of an order whose runs have just changed, and when; the order's row is locked."""
    if follower not in _followers:
        _followers.append(follower)


def follow_change(order_id: int, *, now: datetime) -> None:
    """In the transaction that changes runs: from here on nobody works for one that has gone or shrunk."""
    for follower in _followers:
        follower(order_id, now)


def begun_in_fact(run_ids: Collection[int]) -> dict[int, Made]:
    """By key, those of these runs that have begun, whatever their booked time says."""
    return {pk: made for teller in _of_runs for pk, made in teller(run_ids).items()}


def goods_of(order_id: int) -> Goods:
    (teller,) = _of_goods
    return teller(order_id)
