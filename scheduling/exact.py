"""Sequencing few lots with CP-SAT: with how many lots, for which goals in turn, and what that proves.

To be imported only where a problem is small enough: loading CP-SAT takes more than half a second.
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from matching.problem import Order, Rating
from scheduling.cpsat.constraints.machines import needs_sequence
from scheduling.cpsat.constraints.symmetry import carry_load
from scheduling.cpsat.exactness import is_exact
from scheduling.cpsat.model import build
from scheduling.cpsat.objective import Scaled, cost, last_arrival, scaled, service
from scheduling.cpsat.optimise import Limits, Outcome, Proof, optimise
from scheduling.cpsat.plans import give_hint
from scheduling.cpsat.slots import Slot, make_slots, most_units
from scheduling.dispatch.draft import Draft
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.shop import Good, Shop
from scheduling.engine import Stop
from scheduling.incumbent import Incumbent

_MOST_SLOTS = 500
_MOST_CHOICES = 8_000  # of a machine and window for a lot
_MOST_ARCS = 60_000  # from lot to lot, in windows of machines whose sequence matters
_MOST_PAIRS = 60_000  # of source and sink, by sites
_FEW_UNITS = 4  # an item of so few units gets a slot for each, one of more as many as it has lots in the plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was shown about all plans: a bound (cents or minutes), or that there are none."""

    bound: Fraction | None = None
    is_infeasible: bool = False


def choose_slots(
    shop: Shop, estimates: Estimates, *, orders: list[Order], draft: Draft | None
) -> list[Slot] | None:
    """Slots for a model that is small enough to be solved, or None."""
    in_draft = _lots_by_good(shop, draft)
    count: dict[Good, int] = {}
    for order in orders:
        for good, units in most_units(shop, order).items():
            count[good] = units if units <= _FEW_UNITS else max(1, in_draft[good])
    if sum(count.values()) > _MOST_SLOTS:
        return None
    slots = make_slots(shop, estimates, orders=orders, count=count)
    return slots if _is_small(slots) else None


class Sequencing:
    """One model of some orders, solved for one goal after the other.

    `is_exact`: it knows every plan, so that what it shows is proven.
    """

    def __init__(
        self, shop: Shop, estimates: Estimates, *, orders: list[Order], slots: list[Slot], stop: Stop
    ) -> None:
        self._estimates = estimates
        self._stop = stop
        self._orders = orders
        self._variables = build(shop, orders=orders, slots=slots)
        self.is_exact = is_exact(shop, slots)

    def run(self, *, incumbent: Incumbent, limits: Limits) -> Verdict:
        """Settle what each rating gets, then minimise the objective; better plans go to `incumbent`.

        The bound holds for all plans that give the ratings what they get here.
        """
        *ratings, objective = [*self._ratings(), self._objective()]
        part = limits.part(of=len(ratings) + 1)
        for goal in ratings:
            outcome = self._optimise(goal, incumbent=incumbent, limits=part)
            if outcome.proof is Proof.INFEASIBLE:
                return Verdict(is_infeasible=self._is_confirmed(goal, limits=part))
            if outcome.best is None:
                return Verdict()
            self._variables.model.add(goal.expression <= outcome.best)
        outcome = self._optimise(objective, incumbent=incumbent, limits=part)
        if outcome.proof is Proof.INFEASIBLE:
            return Verdict(is_infeasible=self._is_confirmed(objective, limits=part))
        if outcome.proof is Proof.OPTIMAL and self._by_finish and outcome.best is not None:
            self._variables.model.add(objective.expression <= outcome.best)
            self._optimise(scaled(cost(self._variables)), incumbent=incumbent, limits=part)
        if not self.is_exact or outcome.bound is None:
            return Verdict()
        return Verdict(bound=objective.cents(outcome.bound))

    @property
    def _by_finish(self) -> bool:
        return self._variables.shop.by_finish

    def _ratings(self) -> list[Scaled]:
        """Rule 12: what DX orders get, then what DO orders get; the last step is the objective itself."""
        goals = []
        lowest = max(order.rating.rank for order in self._orders)
        for rating in (Rating.DX, Rating.DO):
            theirs = [order for order in self._orders if order.rating is rating]
            if theirs and self._by_finish and rating.rank < lowest:
                arrival = last_arrival(self._variables, orders=theirs, name=f"finish {rating}")
                goals.append(Scaled(arrival, 1, Fraction(0)))
            elif theirs and not self._by_finish:
                goals.append(scaled(service(self._variables, orders=theirs)))
        return [goal for goal in goals if not isinstance(goal.expression, int)]

    def _objective(self) -> Scaled:
        if not self._by_finish:
            return scaled(cost(self._variables))
        finish = last_arrival(self._variables, orders=self._orders)
        carry_load(self._variables, finish, estimates=self._estimates)
        return Scaled(finish, 1, Fraction(0))

    def _optimise(self, goal: Scaled, *, incumbent: Incumbent, limits: Limits) -> Outcome:
        self._variables.model.clear_hints()  # type: ignore[no-untyped-call]
        if incumbent.best is not None:
            give_hint(self._variables, incumbent.best.draft)
        return optimise(
            self._variables,
            minimise=goal.expression,
            limits=limits,
            stop=self._stop,
            on_draft=incumbent.offer_draft,
        )

    def _is_confirmed(self, goal: Scaled, *, limits: Limits) -> bool:
        """One parallel run is not proof enough to tell somebody that it cannot be done."""
        if not self.is_exact or self._stop():
            return False
        self._variables.model.clear_hints()  # type: ignore[no-untyped-call]
        outcome = optimise(
            self._variables,
            minimise=goal.expression,
            limits=limits,
            stop=self._stop,
            is_second_opinion=True,
        )
        return outcome.proof is Proof.INFEASIBLE


def _lots_by_good(shop: Shop, draft: Draft | None) -> Counter[Good]:
    fixed = {lot.id for lot in shop.problem.fixed_lots}
    counted: Counter[Good] = Counter()
    for lot in () if draft is None else draft.lots:
        if lot.id not in fixed:
            product = shop.problem.product_by_id[shop.problem.order_by_id[lot.order].product]
            counted[lot.order, product.operation_by_id[lot.operation].makes] += 1
    return counted


def _is_small(slots: list[Slot]) -> bool:
    """Whether choices, sequences and pairs of maker and user stay within what CP-SAT digests."""
    choices = [(slot, option) for slot in slots for option in slot.options]
    if len(choices) > _MOST_CHOICES:
        return False
    in_window = Counter(
        (option.station.machine.id, option.at)
        for _, option in choices
        if needs_sequence(option.station.machine)
    )
    arcs = sum(number**2 for number in in_window.values())
    return arcs <= _MOST_ARCS and _num_pairs(slots) <= _MOST_PAIRS


def _num_pairs(slots: list[Slot]) -> int:
    """Pairs of a lot and a lot that could use its pieces, each counted by the sites they may be at."""
    makers: Counter[Good] = Counter()
    users: Counter[Good] = Counter()
    for slot in slots:
        sites = {option.station.site for option in slot.options}
        makers[slot.order.id, slot.item] += len(sites)
        needed = {good for option in slot.options for good, _ in option.station.needs}
        for good in needed:
            users[good] += len(sites)
    return sum(makers[good] * number for good, number in users.items())
