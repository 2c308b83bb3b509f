"""What would have to give where a problem has no plan: one change at a time, each tried by dispatching.

The changes found are enough, and as small as dispatching can make them; a smaller one may exist.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from matching.problem import EnterpriseId, Objective, Order, Problem
from scheduling.budget import Budget
from scheduling.dispatch.search import Search
from scheduling.dispatch.shop import Shop
from scheduling.dispatch.standing import Standing
from scheduling.engine import Stop
from scheduling.options import SolveOptions
from scheduling.plan import Relaxation

_PRICE_OF_1000_PIECES = 10**9  # cents: leaving a piece out costs more than making it
_WORK = 12  # dispatches for each change


@dataclass(frozen=True, slots=True, kw_only=True)
class Concessions:
    """Changes that each make the problem feasible; the most pieces of a single order that can be delivered."""

    relaxations: tuple[Relaxation, ...]
    max_quantity: int | None


def find_concessions(problem: Problem, *, seed: int, stop: Stop) -> Concessions:
    """Lift what may hold each order back, one thing at a time; then see how much can be delivered as it is."""
    found: list[Relaxation] = []
    for order in problem.orders:
        for attempt in _ATTEMPTS:
            if attempt.holds_back(order) and not stop():
                lifted = _with(problem, attempt.lift(order))
                standing = _solve(lifted, seed=seed, stop=stop)
                if standing is not None:
                    found.append(attempt.tell(problem, order, standing))
    fewer = [] if stop() else _fewer_pieces(problem, seed=seed, stop=stop)
    is_single = problem.objective is Objective.FINISH and len(problem.orders) == 1
    most = fewer[0].to_value if is_single and fewer else None
    return Concessions(relaxations=(*found, *fewer), max_quantity=most if isinstance(most, int) else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """A field of an order that may hold it back, how to lift it, and what to say when that helps."""

    holds_back: Callable[[Order], bool]
    lift: Callable[[Order], Order]
    tell: Callable[[Problem, Order, Standing], Relaxation]


def _tell_latest(problem: Problem, order: Order, standing: Standing) -> Relaxation:
    del problem
    arrives = next(each.completed_min for each in standing.evaluation.orders if each.id == order.id)
    return Relaxation(
        kind="latest_min",
        id=order.id,
        from_value=order.latest_min,
        to_value=arrives,
        text=f"Order {order.id} can be delivered whole by minute {arrives} instead of {order.latest_min}.",
    )


def _tell_max_enterprises(problem: Problem, order: Order, standing: Standing) -> Relaxation:
    needed = len(_at_work(problem, order, standing))
    return Relaxation(
        kind="max_enterprises",
        id=order.id,
        from_value=order.max_enterprises,
        to_value=needed,
        text=f"Order {order.id} can be delivered if {needed} enterprises may work on it.",
    )


def _tell_regions(problem: Problem, order: Order, standing: Standing) -> Relaxation:
    regions = {
        problem.site_by_id[problem.machine_by_id[lot.machine].site].region
        for lot in standing.draft.lots
        if lot.order == order.id
    }
    wanted = ", ".join(sorted(regions | order.regions))
    return Relaxation(
        kind="regions",
        id=order.id,
        from_value=", ".join(sorted(order.regions)),
        to_value=wanted,
        text=f"Order {order.id} can be delivered if it may be made in {wanted}.",
    )


def _tell_blocked(problem: Problem, order: Order, standing: Standing) -> Relaxation:
    freed = sorted(order.blocked_enterprises & _at_work(problem, order, standing))
    left = ", ".join(sorted(order.blocked_enterprises - set(freed)))
    return Relaxation(
        kind="blocked_enterprises",
        id=order.id,
        from_value=", ".join(sorted(order.blocked_enterprises)),
        to_value=left or None,
        text=f"Order {order.id} can be delivered if {', '.join(freed)} may work on it.",
    )


def _tell_certificates(problem: Problem, order: Order, standing: Standing) -> Relaxation:
    held = [problem.enterprise_by_id[each].certificates for each in _at_work(problem, order, standing)]
    missing = ", ".join(sorted(order.certificates - frozenset.intersection(order.certificates, *held)))
    kept = ", ".join(sorted(frozenset.intersection(order.certificates, *held)))
    return Relaxation(
        kind="certificates",
        id=order.id,
        from_value=", ".join(sorted(order.certificates)),
        to_value=kept or None,
        text=f"Order {order.id} can be delivered if certificate {missing} is not asked for.",
    )


_ATTEMPTS = (
    _Attempt(
        holds_back=lambda order: order.latest_min is not None,
        lift=lambda order: replace(order, latest_min=None),
        tell=_tell_latest,
    ),
    _Attempt(
        holds_back=lambda order: order.max_enterprises is not None,
        lift=lambda order: replace(order, max_enterprises=None),
        tell=_tell_max_enterprises,
    ),
    _Attempt(
        holds_back=lambda order: bool(order.regions),
        lift=lambda order: replace(order, regions=frozenset()),
        tell=_tell_regions,
    ),
    _Attempt(
        holds_back=lambda order: bool(order.blocked_enterprises),
        lift=lambda order: replace(order, blocked_enterprises=frozenset()),
        tell=_tell_blocked,
    ),
    _Attempt(
        holds_back=lambda order: bool(order.certificates),
        lift=lambda order: replace(order, certificates=frozenset()),
        tell=_tell_certificates,
    ),
)


def _fewer_pieces(problem: Problem, *, seed: int, stop: Stop) -> list[Relaxation]:
    """What each order gets if pieces may be left out, at a price above all others."""
    orders = tuple(
        replace(order, unmet_cents_per_1000_units=_PRICE_OF_1000_PIECES) for order in problem.orders
    )
    standing = _solve(replace(problem, orders=orders, objective=Objective.COST), seed=seed, stop=stop)
    if standing is None:
        return []
    return [
        Relaxation(
            kind="quantity",
            id=result.id,
            from_value=result.delivered + result.unmet,
            to_value=result.delivered,
            text=f"{result.delivered} pieces of order {result.id} can be delivered.",
        )
        for result in standing.evaluation.orders
        if result.unmet
    ]


def _solve(problem: Problem, *, seed: int, stop: Stop) -> Standing | None:
    """The best plan of a short search; None if it finds none."""
    budget = Budget(SolveOptions(time_limit_s=1.0, seed=seed, work=_WORK), stop=stop)
    search = Search(
        Shop(problem), orders=list(problem.orders), budget=budget, seed=seed, on_better=lambda _: None
    )
    search.open(share=1.0)
    if search.best is None or not search.best.standing.draft.is_valid:
        return None
    return search.best.standing


def _with(problem: Problem, order: Order) -> Problem:
    orders = tuple(order if each.id == order.id else each for each in problem.orders)
    return replace(problem, orders=orders)


def _at_work(problem: Problem, order: Order, standing: Standing) -> set[EnterpriseId]:
    sites = {problem.machine_by_id[lot.machine].site for lot in standing.draft.lots if lot.order == order.id}
    return {problem.site_by_id[site].enterprise for site in sites}
