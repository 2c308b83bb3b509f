"""Where the goods of a plan are at a minute: quantities as they are known, times as they were planned. Pure.

What was counted, sent and received is taken as it is. What goes on as planned is taken at its word: a lot whose time is
over counts as made though its last pieces are still being told, and goods that should have left are about to, as far
as they lie there. What was made ahead of the plan is no more to come (`made_ahead`). So small delays change nothing and
no piece counts twice or gets lost. What is held back leaves with nothing that leaves now. Minutes count from the moment
asked for; a lot that has begun has used its needs, one that has ended has made its pieces (the contract's `fixed_lots`,
begun before minute 0).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from matching.problem import ItemId, Lot, LotId, OrderId, SiteId, Stock

Place = tuple[ItemId, SiteId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A run that the plan goes on with. `lots` are all it is to make, `good` the pieces of them that are told as made so
    far, of which `counted` are believed; `uses` are the units of other items for one good piece. `is_held`: nothing of
    what it makes may leave its site yet."""

    makes: ItemId
    site: SiteId
    lots: Sequence[Lot]
    hold_min: int
    good: int
    counted: int
    uses: Mapping[ItemId, Fraction]
    is_held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A planned way of goods; `to_site` is None on the way to a buyer. `sent` have left in fact, and `is_due` is set
    where all should have."""

    item: ItemId
    from_site: SiteId
    to_site: SiteId | None
    arrive_min: int
    quantity: int
    sent: int
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Goods that have left for a site and were not counted there yet."""

    item: ItemId
    site: SiteId
    arrive_min: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`stock` in minutes from the moment: 0 lies there, more is on its way or held until then. `gone` are the pieces of
    each way, as given, that have left or leave now; nothing else of it is on its way. `lacking` is what lots that have
    begun by the plan will never get: they make that much less."""

    stock: tuple[Stock, ...]
    gone: tuple[int, ...]
    lacking: Mapping[Place, int]


def position_at(
    order: OrderId,
    *,
    works: Iterable[Work],
    ways: Sequence[Way],
    lying: Mapping[Place, int],
    held: Mapping[Place, int],
    coming: Iterable[Coming],
) -> Position:
    """`lying` is made less used, and received less sent, as counted; of it `held` may not leave yet, for it is not
    released. `ways` are in the order in which they leave.

    Where more is wanted of a place than it has, what comes next pays for it; what nothing pays for is `lacking`.
    """
    books = _Books()
    for place, pieces in lying.items():
        books.add(place, pieces)
    for place, pieces in held.items():
        books.held[place] += pieces
    for one in coming:
        books.add((one.item, one.site), one.quantity, at_min=max(0, one.arrive_min))
    for work in works:
        _go_on(books, work)
    leaves = _leaving(books, ways)
    for way, pieces in zip(ways, leaves, strict=True):
        _leave(books, way, pieces=pieces)
    gone = tuple(way.sent + pieces for way, pieces in zip(ways, leaves, strict=True))
    lacking = {place: pieces for place in sorted(books.owed) if (pieces := books.lacking(place))}
    return Position(stock=tuple(books.stock(order)), gone=gone, lacking=lacking)


def shortened(lots: Iterable[Lot], *, by: int) -> tuple[Lot, ...]:
    """Without so many pieces of the lots that have begun by the plan, the last of them first."""
    left = []
    for lot in sorted(lots, key=lambda lot: lot.start_min, reverse=True):
        less = min(by, lot.quantity) if lot.start_min < 0 else 0
        by -= less
        if less < lot.quantity:
            left.append(replace(lot, quantity=lot.quantity - less))
    return tuple(reversed(left))


@dataclass(slots=True)
class _Books:
    """Pieces by place and minute, what is owed there, paid with the earliest first, and what may not leave."""

    there: dict[Place, dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    owed: dict[Place, int] = field(default_factory=lambda: defaultdict(int))
    held: dict[Place, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, place: Place, pieces: int, *, at_min: int = 0) -> None:
        """Less than none is owed."""
        if pieces > 0:
            self.there[place][at_min] += pieces
        else:
            self.owed[place] -= pieces

    def free_now(self, place: Place) -> int:
        """What may leave; less than none where more is owed or held."""
        return self.there[place][0] - self.owed[place] - self.held[place]

    def lacking(self, place: Place) -> int:
        return max(0, self.owed[place] - sum(self.there[place].values()))

    def stock(self, order: OrderId) -> Iterable[Stock]:
        """One row for each place and moment, sorted; nothing of none."""
        for (item, site), rows in sorted(self.there.items()):
            owed = self.owed[item, site]
            for from_min, quantity in sorted(rows.items()):
                paid = min(owed, quantity)
                owed -= paid
                if quantity > paid:
                    yield Stock(
                        order=order, item=item, site=site, from_min=from_min, quantity=quantity - paid
                    )


def made_ahead(lots: Iterable[Lot], *, good: int) -> dict[LotId, int]:
    """Pieces that were made of lots whose time is not over, by the lot: first what is made first."""
    ahead = {}
    for lot in sorted(lots, key=lambda lot: lot.start_min):
        made = min(lot.quantity, good)
        good -= made
        if made and lot.end_min > 0:
            ahead[lot.id] = made
    return ahead


def _go_on(books: _Books, work: Work) -> None:
    """What the lots that are over or begun have made and used by the plan, and nobody has told yet; what is told of
    lots to come and not believed is made with them."""
    place = (work.makes, work.site)
    ahead = made_ahead(work.lots, good=work.counted)
    told = min(work.good, sum(lot.quantity for lot in work.lots)) - sum(ahead.values())
    over = [lot for lot in work.lots if lot.end_min <= 0]
    untold = sum(lot.quantity for lot in over) - told
    books.add(place, untold)
    if work.is_held:
        books.held[place] += max(0, untold)
    for lot in over:
        if lot.end_min + work.hold_min > 0:
            books.add(place, lot.quantity, at_min=lot.end_min + work.hold_min)
            books.add(place, -lot.quantity)
    begun = sum(lot.quantity - ahead.get(lot.id, 0) for lot in work.lots if lot.start_min < 0)
    for item, units in work.uses.items():
        books.add((item, work.site), _used(told, units) - _used(begun, units))


def _used(good: int, units: Fraction) -> int:
    return -(-good * units.numerator // units.denominator)


def _leaving(books: _Books, ways: Sequence[Way]) -> list[int]:
    """Pieces that leave now by each way: of one that is due all that have not left, but for what its site is lacking,
    which the last to leave do without. What does not leave may lack at the next site."""
    leaves = [max(0, way.quantity - way.sent) if way.is_due else 0 for way in ways]
    while True:
        free: dict[Place, int] = defaultdict(int)
        for way, pieces in zip(ways, leaves, strict=True):
            free[way.item, way.from_site] -= pieces
            if way.to_site is not None and way.arrive_min <= 0:
                free[way.item, way.to_site] += pieces
        lacking = {place: -short for place, num in free.items() if (short := num + books.free_now(place)) < 0}
        cut = 0
        for index in reversed(range(len(ways))):
            place = (ways[index].item, ways[index].from_site)
            less = min(leaves[index], lacking.get(place, 0))
            if less:
                leaves[index] -= less
                lacking[place] -= less
                cut += less
        if not cut:
            return leaves


def _leave(books: _Books, way: Way, *, pieces: int) -> None:
    books.add((way.item, way.from_site), -pieces)
    if way.to_site is not None:
        books.add((way.item, way.to_site), pieces, at_min=max(0, way.arrive_min))
