"""Dispatching again and again: first by some rules of experience, then by small changes of the best so far."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random

from matching.problem import Lot, Order
from scheduling.budget import Budget
from scheduling.dispatch.changes import Changes
from scheduling.dispatch.dispatch import dispatch
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.guide import Guide
from scheduling.dispatch.opening_guides import NOTHING, opening_guides
from scheduling.dispatch.shop import Good, Shop
from scheduling.dispatch.standing import Standing, standing_of

OnBetter = Callable[[Standing], None]
GoodEnough = Callable[[Standing], bool]


def _never(standing: Standing) -> bool:
    del standing
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best draft so far and the guide that leads to it."""

    guide: Guide
    standing: Standing


class Search:
    """A search over guides for some orders of a problem; the others are not planned."""

    def __init__(
        self, shop: Shop, *, orders: list[Order], budget: Budget, seed: int, on_better: OnBetter
    ) -> None:
        self._shop = shop
        self._estimates = Estimates(shop)
        self._orders = orders
        self._budget = budget
        self._rng = Random(seed)
        self._on_better = on_better
        self._changes = Changes(shop, self._estimates, orders=orders)
        self.best: Found | None = None

    def open(
        self,
        *,
        share: float,
        kept: tuple[Lot, ...] = (),
        needed: Mapping[Good, int] = NOTHING,
        good_enough: GoodEnough = _never,
    ) -> None:
        """Try the opening guides, at least one, whatever the time. `kept` and `needed` as in `Guide`."""
        for guide in opening_guides(
            self._shop, self._estimates, orders=self._orders, kept=kept, needed=needed
        ):
            if self.best is not None and self._is_over(share, good_enough):
                return
            self._try(guide)

    def follow(self, guides: Iterable[Guide], *, share: float) -> None:
        """Try some more guides."""
        for guide in guides:
            if self._budget.is_over(share=share):
                return
            self._try(guide)

    def improve(self, *, share: float, good_enough: GoodEnough = _never) -> None:
        """Change the best guide a little, and keep the change if the plan is no worse."""
        while self.best is not None and not self._is_over(share, good_enough):
            guide = self.best.guide
            for _ in range(self._rng.choice((1, 1, 2, 3))):
                guide = self._changes.apply(guide, draft=self.best.standing.draft, rng=self._rng)
            self._try(guide)

    def _is_over(self, share: float, good_enough: GoodEnough) -> bool:
        if self.best is not None and good_enough(self.best.standing):
            return True
        return self._budget.is_over(share=share)

    def _try(self, guide: Guide) -> None:
        draft = dispatch(self._shop, self._estimates, guide=guide)
        standing = standing_of(self._shop.problem, draft)
        self._budget.step()
        if self.best is None or standing.key <= self.best.standing.key:
            is_better = self.best is None or standing.key < self.best.standing.key
            self.best = Found(guide=guide, standing=standing)
            if is_better:
                self._on_better(standing)
