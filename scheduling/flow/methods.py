"""Which mathematics an order needs: maximum flows where goods turn into one another at one rate, else linear programs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from matching.allocation.bound import FLOW_STAGES, LINEAR_STAGES, Stages
from matching.allocation.cut import CutBounds
from matching.allocation.cut_prover import CutProver
from matching.allocation.earliest import Router
from matching.allocation.linear_prover import LinearProver
from matching.allocation.linear_router import LinearRouter
from matching.allocation.max_flow_router import MaxFlowRouter
from matching.allocation.model import FlowModel
from matching.allocation.price_bounds import PriceBounds
from matching.allocation.prover import Prover
from matching.allocation.run_time import run_time_of
from matching.allocation.worth import worth_of_places
from scheduling.flow.setting import FLOW_SIZE, LINEAR_SIZE, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How to prove bounds of a lenient model, and to route flows of the strict one of the same order."""

    prover: Prover
    stages: Stages
    size: Size
    router: Callable[[FlowModel], Router]
    narrowed: Callable[[FlowModel], FlowModel]  # the strict model with the moves that are worth looking at


def method_for(model: FlowModel) -> Method:
    """For a lenient model."""
    run_times = tuple(run_time_of(work) for work in model.works)
    worth = worth_of_places(model)
    if worth is not None:
        return Method(
            prover=CutProver(CutBounds(model, run_times=run_times, worth=worth)),
            stages=FLOW_STAGES,
            size=FLOW_SIZE,
            router=_max_flow_router,
            narrowed=lambda strict: strict,
        )
    prover = LinearProver(PriceBounds(model, run_times=run_times))
    return Method(
        prover=prover,
        stages=LINEAR_STAGES,
        size=LINEAR_SIZE,
        router=lambda _: LinearRouter(),
        narrowed=lambda strict: _with_moves_of(strict, model=model, numbers=prover.active),
    )


def _max_flow_router(model: FlowModel) -> Router:
    worth = worth_of_places(model)
    assert worth is not None  # it was not None for the lenient model, which has the same works
    return MaxFlowRouter(worth)


def _with_moves_of(strict: FlowModel, *, model: FlowModel, numbers: set[int]) -> FlowModel:
    """The strict model with those moves alone that are the numbered ones of the lenient model."""
    wanted = {(model.places[model.moves[n].start], model.places[model.moves[n].end]) for n in numbers}
    moves = tuple(
        move for move in strict.moves if (strict.places[move.start], strict.places[move.end]) in wanted
    )
    return replace(strict, moves=moves)
