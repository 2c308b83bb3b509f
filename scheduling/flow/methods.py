"""Which mathematics an order needs: maximum flows where goods turn into one another at one rate."""

from matching.allocation.build import build_model
from matching.allocation.cut import CutBounds
from matching.allocation.cut_prover import CutProver
from matching.allocation.earliest import Router
from matching.allocation.max_flow_router import MaxFlowRouter
from matching.allocation.model import FlowModel
from matching.allocation.prover import Prover
from matching.allocation.run_time import run_time_of
from matching.allocation.worth import worth_of_places
from matching.problem import Order, Problem


def has_method(problem: Problem, *, order: Order) -> bool:
    """Whether an order's goods turn into one another at one rate, for its bound and for its plan."""
    models = (build_model(problem, order=order, lenient=lenient) for lenient in (True, False))
    return all(worth_of_places(model) is not None for model in models)


def prover_of(model: FlowModel) -> Prover:
    """For a lenient model."""
    worth = worth_of_places(model)
    assert worth is not None
    run_times = tuple(run_time_of(work) for work in model.works)
    return CutProver(CutBounds(model, run_times=run_times, worth=worth))


def router_of(model: FlowModel) -> Router:
    """For a strict model."""
    worth = worth_of_places(model)
    assert worth is not None
    return MaxFlowRouter(worth)
