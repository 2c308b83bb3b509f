"""What to tell somebody whose order cannot be delivered in time: how much could be, and what would help."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from matching.allocation.bound import Bound
from matching.allocation.earliest import EarliestSearch
from matching.allocation.grid import Fineness, grid_with
from matching.allocation.model import FlowModel
from matching.allocation.prover import Prover
from matching.problem import Order, Problem
from scheduling.flow.deal import dealt
from scheduling.flow.settle import make_whole
from scheduling.plan import Relaxation

OTHER_STEPS = 97  # of the grid that confirms: none of the search's grids has as many

FinishOf = Callable[[Problem], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relief:
    """The order without one of its limits."""

    kind: str
    was: str | int
    order: Order
    text: str


def is_confirmed(model: FlowModel, *, bound: Bound, prover: Prover) -> bool:
    """Whether another grid shows the same: one run is not proof enough to show a user."""
    latest = model.latest_arrival_min
    fineness = Fineness(step_min=max(1, latest // OTHER_STEPS), rings=((60, 20),))
    grid = grid_with(model, fineness=fineness, critical=bound.critical, until=latest)
    return prover.disproof(grid, deadline_min=latest) is not None


def most_in_time(search: EarliestSearch, *, fineness: Fineness) -> int:
    """Pieces that a plan can deliver by the latest arrival, over all drops."""
    latest = search.model.latest_arrival_min
    found, _ = search.at(latest, fineness=fineness, targets=search.targets)
    return sum(make_whole(dealt(found)))


def relaxations(problem: Problem, *, most: int, finish_of: FinishOf) -> tuple[Relaxation, ...]:
    """Changes of the order, each of which alone makes it possible; tried, not guessed.

    `finish_of` solves a problem: the finish of a plan, or None.
    """
    order = problem.orders[0]
    found = []
    if 0 < most < order.quantity:
        text = f"{most} pieces in place of {order.quantity} can be delivered in time"
        found.append(
            Relaxation(kind="quantity", id=order.id, from_value=order.quantity, to_value=most, text=text)
        )
    for relief in _reliefs(order):
        finish = finish_of(replace(problem, orders=(relief.order,)))
        if finish is not None:
            is_date = relief.kind == "latest_min"
            found.append(
                Relaxation(
                    kind=relief.kind,
                    id=order.id,
                    from_value=relief.was,
                    to_value=finish if is_date else None,
                    text=f"{relief.text}, it could all arrive by minute {finish}",
                )
            )
    return tuple(found)


def _reliefs(order: Order) -> Iterator[_Relief]:
    if order.latest_min is not None:
        later = replace(order, latest_min=None)
        yield _Relief(kind="latest_min", was=order.latest_min, order=later, text="If it may be later")
    if order.regions:
        anywhere = replace(order, regions=frozenset())
        was = ", ".join(sorted(order.regions))
        yield _Relief(kind="regions", was=was, order=anywhere, text="If it may be made in any region")
    if order.blocked_enterprises:
        by_all = replace(order, blocked_enterprises=frozenset())
        was = ", ".join(sorted(order.blocked_enterprises))
        text = "If no enterprise is blocked"
        yield _Relief(kind="blocked_enterprises", was=was, order=by_all, text=text)
    if order.certificates:
        uncertified = replace(order, certificates=frozenset())
        was = ", ".join(sorted(order.certificates))
        text = "If enterprises need no certificates"
        yield _Relief(kind="certificates", was=was, order=uncertified, text=text)
