"""Small random changes of a guide, for a search that keeps what helps."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from types import MappingProxyType

from matching.problem import EnterpriseId, MachineId, Order, OrderId
from scheduling.dispatch.crews import Crews
from scheduling.dispatch.draft import Draft
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.guide import LEAST_LOT_MIN, WHOLE_WINDOWS_MIN, Guide
from scheduling.dispatch.shop import Good, Shop

_NOISES = (0.0, 0.02, 0.05, 0.15)


class Changes:
    """Changes that make sense for some orders of a problem; each has the same chance."""

    def __init__(self, shop: Shop, estimates: Estimates, *, orders: list[Order]) -> None:
        self._shop = shop
        self._orders = orders
        self._crews = {order.id: Crews(shop, estimates, order=order) for order in orders}
        self._kinds: list[Callable[[Guide, Draft, Random], Guide]] = [
            self._resize,
            self._respread,
            self._relearn,
            self._shun,
            self._unshun,
            self._recrew,
            self._ruin,
            self._ruin,
        ]
        if len(orders) > 1:
            self._kinds += [self._move] * 4
        if not shop.by_finish:
            self._kinds += [self._reslack, self._hurry]
        if any(not shop.must_deliver(order) for order in orders):
            self._kinds.append(self._leave_out)

    def apply(self, guide: Guide, *, draft: Draft, rng: Random) -> Guide:
        """`draft` is what `guide` led to."""
        return rng.choice(self._kinds)(guide, draft, rng)

    def _ruin(self, guide: Guide, draft: Draft, rng: Random) -> Guide:
        """Keep the plan but for some lots: of some orders, of some machines, or from some minute on."""
        kind = rng.randrange(3)
        if kind == 0:
            gone = {order.id for order in rng.sample(self._orders, rng.randint(1, min(3, len(self._orders))))}
            kept = [lot for lot in draft.lots if lot.order not in gone]
        elif kind == 1:
            machines = sorted({lot.machine for lot in draft.lots})
            idle = set(rng.sample(machines, rng.randint(1, 1 + len(machines) // 4))) if machines else set()
            kept = [lot for lot in draft.lots if lot.machine not in idle]
        else:
            until = rng.choice([lot.end_min for lot in draft.lots]) if draft.lots else 0
            kept = [lot for lot in draft.lots if lot.end_min <= until]
        return replace(guide, kept=tuple(kept), needed=MappingProxyType(dict(draft.consumed)))

    def _resize(self, guide: Guide, _draft: Draft, rng: Random) -> Guide:
        wished = int(guide.lot_min * rng.uniform(0.4, 2.2))
        return replace(guide, lot_min=min(WHOLE_WINDOWS_MIN, max(LEAST_LOT_MIN, wished)))

    def _respread(self, guide: Guide, _draft: Draft, rng: Random) -> Guide:
        return replace(guide, noise=rng.choice(_NOISES), seed=rng.randrange(2**31))

    def _reslack(self, guide: Guide, _draft: Draft, rng: Random) -> Guide:
        return replace(guide, slack=max(0.0, guide.slack + rng.uniform(-1.0, 1.0)))

    def _relearn(self, guide: Guide, draft: Draft, _rng: Random) -> Guide:
        """Plan everything anew, with what was really consumed in place of an upper estimate, or without."""
        return replace(guide, kept=(), needed=MappingProxyType({} if guide.needed else dict(draft.consumed)))

    def _hurry(self, guide: Guide, _draft: Draft, rng: Random) -> Guide:
        order = rng.choice(self._orders).id
        return replace(guide, eager=guide.eager ^ {order})

    def _leave_out(self, guide: Guide, _draft: Draft, rng: Random) -> Guide:
        optional = [order.id for order in self._orders if not self._shop.must_deliver(order)]
        return replace(guide, left_out=guide.left_out ^ {rng.choice(optional)})

    def _shun(self, guide: Guide, draft: Draft, rng: Random) -> Guide:
        """Keep one order off one machine that it uses."""
        used = sorted({(lot.order, lot.machine) for lot in draft.lots})
        return replace(guide, shunned=guide.shunned | {rng.choice(used)}) if used else guide

    def _unshun(self, guide: Guide, _draft: Draft, rng: Random) -> Guide:
        shunned: list[tuple[OrderId, MachineId]] = sorted(guide.shunned)
        return replace(guide, shunned=guide.shunned - {rng.choice(shunned)}) if shunned else guide

    def _recrew(self, guide: Guide, draft: Draft, rng: Random) -> Guide:
        """Let an enterprise go, or exchange one where their number is limited, or lift the restriction."""
        order = rng.choice(self._orders)
        crews = self._crews[order.id]
        at_work = guide.enterprises.get(order.id, self._at_work(draft, order=order))
        others = [each for each in crews.candidates if each not in at_work]
        leaving = sorted(at_work - crews.bound)
        crew = set(at_work)
        if leaving:
            crew.discard(rng.choice(leaving))
        room = order.max_enterprises is None or len(crew) < order.max_enterprises
        if others and room and (order.max_enterprises is not None or rng.random() < 0.5):
            crew.add(rng.choice(others))
        if crews.score(crew)[0]:
            return guide
        return replace(guide, enterprises=MappingProxyType({**guide.enterprises, order.id: frozenset(crew)}))

    def _at_work(self, draft: Draft, *, order: Order) -> frozenset[EnterpriseId]:
        problem = self._shop.problem
        sites = {problem.machine_by_id[lot.machine].site for lot in draft.lots if lot.order == order.id}
        return frozenset(problem.site_by_id[site].enterprise for site in sites)

    def _move(self, guide: Guide, _draft: Draft, rng: Random) -> Guide:
        """Move one item, or all of an order, to another place in the sequence, ratings apart."""
        sequence = list(guide.sequence)
        if rng.random() < 0.5:
            return replace(guide, sequence=self._moved_order(sequence, rng))
        return replace(guide, sequence=self._moved_item(sequence, rng))

    def _moved_order(self, sequence: list[Good], rng: Random) -> tuple[Good, ...]:
        mover, anchor = rng.sample([order.id for order in self._orders], 2)
        if self._rank(mover) != self._rank(anchor):
            return tuple(sequence)
        moved = [good for good in sequence if good[0] == mover]
        rest = [good for good in sequence if good[0] != mover]
        at = next(number for number, good in enumerate(rest) if good[0] == anchor)
        return (*rest[:at], *moved, *rest[at:])

    def _moved_item(self, sequence: list[Good], rng: Random) -> tuple[Good, ...]:
        """An item moves between the neighbours of its own order and of its own rating."""
        at = rng.randrange(len(sequence))
        good = sequence[at]
        first = last = at
        while first > 0 and self._may_pass(sequence[first - 1], good):
            first -= 1
        while last + 1 < len(sequence) and self._may_pass(sequence[last + 1], good):
            last += 1
        del sequence[at]
        sequence.insert(rng.randint(first, last), good)
        return tuple(sequence)

    def _may_pass(self, other: Good, good: Good) -> bool:
        return other[0] != good[0] and self._rank(other[0]) == self._rank(good[0])

    def _rank(self, order: OrderId | None) -> int:
        assert order is not None
        return self._shop.problem.order_by_id[order].rating.rank
