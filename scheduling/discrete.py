"""The engine for everything that is not one divisible order: dispatch at once, then search and CP-SAT.

Ratings are served in turn (rule 12): what a higher rating gets is settled before the lower ones are looked
at, and its lots then stand.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from matching.problem import Lot, Order, Problem, Rating
from scheduling.advice import advised_guides
from scheduling.budget import Budget
from scheduling.concessions import find_concessions
from scheduling.dispatch.draft import Draft
from scheduling.dispatch.estimates import Estimates
from scheduling.dispatch.opening_guides import NOTHING
from scheduling.dispatch.search import OnBetter, Search
from scheduling.dispatch.shop import Good, Shop
from scheduling.dispatch.standing import Standing
from scheduling.engine import Report, Stop
from scheduling.evaluate import gap_pct
from scheduling.incumbent import Incumbent
from scheduling.options import SolveOptions
from scheduling.plan import Plan, Status
from scheduling.ratings import alone

if TYPE_CHECKING:
    from scheduling.relaxation.solve import Effort, Relaxation

_RATED_SHARE = 0.3  # of the time, by which what rated orders get is settled
_RATED_OPENING_SHARE = 0.3  # of that: for dispatching; the rest is for solving the rated orders alone
_OPENING_SHARE = 0.25  # of the time, by which the rules of experience are tried
_OPENING_AFTER_RATED_SHARE = 0.4  # the same, where rated orders were settled before
_RELAX_SHARE = 0.5  # of the time, by which the relaxation is solved
_ADVICE_SHARE = 0.6  # of the time, by which its advice is tried
_LONG_S = 60.0
_MOST_TREE_S = 4.0  # a search tree cannot be interrupted: nobody who says stop shall wait for longer
_MOST_NODES = 200  # of a search tree of the relaxation with whole firms
_EXACT_SHARE = 0.8  # of what is left then: for CP-SAT, where the problem is small
_GUESS_SHARE = 0.25  # the same where CP-SAT knows only some ways to cut lots, and proves nothing
_SOLVER_WORK_A_STEP = 0.02  # of CP-SAT's deterministic time, about as long as one dispatch


class DiscreteEngine:
    """Plans any problem of the contract."""

    def unsupported(self, problem: Problem) -> tuple[str, ...]:
        """Nothing: dispatching honours every field."""
        del problem
        return ()

    def solve(self, problem: Problem, *, options: SolveOptions, progress: Report, stop: Stop) -> Plan:
        """See `scheduling.engine.Engine`."""
        return _Solve(problem, options=options, progress=progress, stop=stop).run()


class _Solve:
    """One solve of one problem."""

    def __init__(self, problem: Problem, *, options: SolveOptions, progress: Report, stop: Stop) -> None:
        self._problem = problem
        self._options = options
        self._budget = Budget(options, stop=stop)
        self._shop = Shop(problem)
        self._estimates = Estimates(self._shop)
        self._incumbent = Incumbent(problem, budget=self._budget, progress=progress)
        self._is_infeasible = False
        self._settled: tuple[Fraction | int, ...] = ()  # what DX, then DO orders get alone

    def run(self) -> Plan:
        self.find()
        return self._plan()

    @property
    def best(self) -> Standing | None:
        return self._incumbent.best

    def find(self) -> None:
        """Search for plans and bounds until the time is over or the best plan is proven."""
        orders = list(self._problem.orders)
        search = self._search(orders, on_better=self._incumbent.offer)
        search.open(share=0.0)
        kept: tuple[Lot, ...] = self._problem.previous or ()
        needed = self._consumed_by(kept)
        uppers = self._upper_orders()
        for number, upper in enumerate(uppers):
            shares = (number * _RATED_SHARE / len(uppers), (number + 1) * _RATED_SHARE / len(uppers))
            settled = self._settle(upper, kept=kept, needed=needed, shares=shares)
            kept, needed = settled.draft.lots, self._needed_to_keep(settled.draft)
            if settled.draft.is_valid:
                lowest = max(order.rating.rank for order in upper)
                self._settled = settled.service[: lowest + 1]
        share = _OPENING_AFTER_RATED_SHARE if uppers else _OPENING_SHARE
        search.open(share=share, kept=kept, needed=needed)
        self._relax(search, kept=kept, needed=needed)
        self._sequence(orders)
        search.improve(share=1.0, good_enough=lambda _: self._is_done())

    def _upper_orders(self) -> list[list[Order]]:
        """DX orders, then those with DO: as far as others come after them."""
        orders = list(self._problem.orders)
        uppers = []
        for rating in (Rating.DX, Rating.DO):
            upper = [order for order in orders if order.rating.rank <= rating.rank]
            if any(order.rating is rating for order in upper) and len(upper) < len(orders):
                uppers.append(upper)
        return uppers

    def _settle(
        self,
        orders: list[Order],
        *,
        kept: tuple[Lot, ...],
        needed: Mapping[Good, int],
        shares: tuple[float, float],
    ) -> Standing:
        """The best found for orders as if they were alone, between two shares of the time."""
        start, end = shares
        search = self._search(orders, on_better=lambda _: None)
        middle = start + (end - start) * _RATED_OPENING_SHARE
        search.open(share=middle, kept=kept, needed=needed, good_enough=_serves_in_full)
        search.improve(share=middle, good_enough=_serves_in_full)
        assert search.best is not None
        found = search.best.standing
        problem = alone(self._problem, orders=orders)
        if problem is None:
            search.improve(share=end, good_enough=_serves_in_full)
            return search.best.standing
        if _serves_in_full(found) or self._budget.is_over(share=end):
            return found
        better = self._solve_alone(problem, share=end)
        return found if better is None or found.key <= better.key else better

    def _solve_alone(self, problem: Problem, *, share: float) -> Standing | None:
        """The best plan of a smaller problem, by the share of the time."""
        work = self._budget.work_until(share)
        options = replace(
            self._options,
            time_limit_s=self._options.time_limit_s * share - self._budget.seconds,
            work=work if self._budget.counts_work else None,
        )
        inner = _Solve(problem, options=options, progress=lambda _: None, stop=self._budget.stop)
        inner.find()
        self._budget.step(number=work)
        return inner.best

    def _relax(self, search: Search, *, kept: tuple[Lot, ...], needed: Mapping[Good, int]) -> None:
        """Take the bound of the linear relaxation, and try whom and what it employs."""
        if self._is_done() or self._budget.is_over(share=_RELAX_SHARE):
            return
        from scheduling.relaxation.solve import (
            Effort,
            Relaxation,
        )  # loads a linear solver: only where it is needed

        if not Relaxation.suits(self._shop):
            return
        relaxation = Relaxation(self._shop)
        effort = Effort(
            seconds=self._seconds(_RELAX_SHARE / 2),
            tree_seconds=self._seconds(_RELAX_SHARE / 2, at_most=_MOST_TREE_S),
            nodes=_MOST_NODES,
        )
        if not self._incumbent.has_plan:
            self._is_infeasible = self._is_missing_something(relaxation, effort)
            return
        assert self._incumbent.best is not None
        if self._shop.by_finish:
            finish = self._incumbent.best.evaluation.objective
            over = partial(self._budget.is_over, share=_RELAX_SHARE)
            self._incumbent.raise_bound(relaxation.least_finish(at_most=finish, effort=effort, is_over=over))
            return
        for whole_firms in (False, True):
            relaxed = relaxation.least_cost(effort=effort, whole_firms=whole_firms)
            if relaxed is None or self._budget.is_over(share=_ADVICE_SHARE):
                return
            self._incumbent.raise_bound(relaxed.bound)
            guides = advised_guides(
                self._shop,
                self._estimates,
                crews=relaxed.crews,
                made=relaxed.made,
                kept=kept,
                needed=needed,
            )
            search.follow(guides, share=_ADVICE_SHARE)

    def _is_missing_something(self, relaxation: "Relaxation", effort: "Effort") -> bool:
        """Whether two solvers agree that orders which must be delivered whole cannot be."""
        for another_solver in (False, True):
            missing = relaxation.least_missing(until=None, effort=effort, another_solver=another_solver)
            if missing is None or missing <= relaxation.tolerance:
                return False
        return True

    def _seconds(self, share: float, *, at_most: float = _LONG_S) -> float:
        """Seconds for a part of the time that is left; where work is counted, more than will be needed."""
        return _LONG_S if self._budget.counts_work else min(at_most, self._budget.seconds_left * share)

    def _sequence(self, orders: list[Order]) -> None:
        """Let CP-SAT improve and prove, if the problem is small enough for it."""
        if self._is_done() or self._budget.is_over(share=_EXACT_SHARE):
            return
        draft = None if self._incumbent.best is None else self._incumbent.best.draft
        # CP-SAT takes half a second to load: only here, where it is needed
        from scheduling.cpsat.optimise import Limits
        from scheduling.exact import Sequencing, choose_slots

        slots = choose_slots(self._shop, self._estimates, orders=orders, draft=draft)
        if slots is None:
            return
        model = Sequencing(self._shop, self._estimates, orders=orders, slots=slots, stop=self._budget.stop)
        share = _EXACT_SHARE if model.is_exact else _GUESS_SHARE
        work = int(self._budget.work_left * share)
        limits = Limits(
            seconds=self._budget.seconds_left * share,
            work=work * _SOLVER_WORK_A_STEP if self._budget.counts_work else None,
            seed=self._options.seed,
            workers=self._options.workers,
        )
        verdict = model.run(incumbent=self._incumbent, limits=limits)
        self._budget.step(number=work)
        self._is_infeasible = verdict.is_infeasible
        if verdict.bound is not None:
            self._incumbent.raise_bound(verdict.bound)

    def _is_out_of_time(self) -> bool:
        """Where work is counted, only the wish to stop ends what the work does not count."""
        return self._budget.stop() if self._budget.counts_work else self._budget.is_over()

    def _is_done(self) -> bool:
        return self._is_infeasible or (self._incumbent.is_proven and self._is_served())

    def _is_served(self) -> bool:
        """Whether rated orders get what they got alone, or could not get more: the objective comes after that."""
        assert self._incumbent.best is not None
        last = max(order.rating.rank for order in self._problem.orders)
        for rank, got in enumerate(self._incumbent.best.service):
            is_objective = self._shop.by_finish and rank >= last
            is_settled = rank < len(self._settled) and got <= self._settled[rank]
            if got and not is_objective and not is_settled:
                return False
        return True

    def _search(self, orders: list[Order], *, on_better: OnBetter) -> Search:
        return Search(
            self._shop,
            orders=orders,
            budget=self._budget,
            seed=self._options.seed,
            on_better=on_better,
        )

    def _needed_to_keep(self, draft: Draft) -> Mapping[Good, int]:
        """Units of items to ask for so that no lot of a draft is left out, though stock or another lot be enough."""
        problem = self._problem
        needed: dict[Good, int] = {}
        for lot in draft.lots:
            product = problem.product_by_id[problem.order_by_id[lot.order].product]
            good: Good = (lot.order, product.operation_by_id[lot.operation].makes)
            needed[good] = needed.get(good, 0) + lot.quantity
        for stock in problem.stock:
            if stock.item is not None and (stock.order, stock.item) in needed:
                needed[stock.order, stock.item] += stock.quantity
        for wanted, units in self._shop.fixed_wants.items():
            if wanted in needed:
                needed[wanted] -= units
        goods = needed.keys() | draft.consumed.keys()
        return {each: max(needed.get(each, 0), draft.consumed.get(each, 0)) for each in goods}

    def _consumed_by(self, lots: tuple[Lot, ...]) -> Mapping[Good, int]:
        """What lots of a plan in force consume of items, for the orders it serves in full."""
        problem = self._problem
        made: dict[Good, int] = {}
        consumed: dict[Good, int] = {}
        for lot in lots:
            station = self._shop.station_of(lot)
            if station is None:
                continue
            good = (lot.order, station.operation.makes)
            made[good] = made.get(good, 0) + lot.quantity
            for item, units in station.wants(good=lot.quantity).items():
                consumed[item] = consumed.get(item, 0) + units
        served = {
            order.id
            for order in problem.orders
            if made.get((order.id, self._shop.final_item(order)), 0) >= order.quantity
        }
        return {good: units for good, units in consumed.items() if good[0] in served} or NOTHING

    def _plan(self) -> Plan:
        best = self._incumbent.best
        if best is None or not self._incumbent.has_plan:
            return self._no_plan()
        evaluation, bound = best.evaluation, self._incumbent.bound
        return Plan(
            status=Status.OPTIMAL if self._incumbent.is_proven else Status.FEASIBLE,
            objective=evaluation.objective,
            cost_cents=evaluation.cost_cents,
            bound=bound,
            gap_pct=gap_pct(objective=evaluation.objective, bound=bound),
            seconds=self._budget.seconds,
            seed=self._options.seed,
            interrupted=self._budget.stop(),
            lots=best.draft.lots,
            transfers=best.draft.transfers,
            deliveries=best.draft.deliveries,
            orders=evaluation.orders,
        )

    def _no_plan(self) -> Plan:
        """Infeasible, with what would have to give; or nothing found."""
        conceded = None
        if self._is_infeasible:
            conceded = find_concessions(self._problem, seed=self._options.seed, stop=self._is_out_of_time)
        return Plan(
            status=Status.UNKNOWN if conceded is None else Status.INFEASIBLE,
            objective=None,
            cost_cents=None,
            bound=None,
            gap_pct=None,
            seconds=self._budget.seconds,
            seed=self._options.seed,
            interrupted=self._budget.stop(),
            relaxations=() if conceded is None else conceded.relaxations,
            max_quantity=None if conceded is None else conceded.max_quantity,
        )


def _serves_in_full(standing: Standing) -> bool:
    """Whether rated orders are neither late nor short: nothing can serve them better."""
    return standing.draft.is_valid and not any(standing.service)
