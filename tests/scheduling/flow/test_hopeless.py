"""What no deadline can mend is not looked for until the end of the horizon, on ever greater networks."""

from dataclasses import replace

import numpy as np
import pytest

from matching.allocation.build import build_model
from matching.allocation.grid import Fineness, grid_with
from matching.problem import Lot, Need
from scheduling.flow.counted import CountedRouter
from scheduling.flow.setting import LINEAR_SIZE, rough
from tests.scheduling.chains import HORIZON_MIN, a_chain
from tests.scheduling.flow.test_bounds import solved_by_flow


@pytest.fixture
def nodes(monkeypatch):
    """Of each network that is routed."""
    seen, route = [], CountedRouter.route

    def counting(self, expansion, **more):
        seen.append(expansion.grid.num_nodes)
        return route(self, expansion, **more)

    monkeypatch.setattr(CountedRouter, "route", counting)
    return seen


def two_pieces_of_a_for_one_of_b():
    """Then goods have no one rate, which is the linear programs' part: b takes from a and from c."""
    problem = a_chain(stages=["a", "c", "b"], firms_per_stage=2, quantity=600, units_per_h=60, lead_min=10)
    product = problem.products[0]
    a, c, b = product.operations
    joined = (
        a,
        replace(c, needs=()),
        replace(b, needs=(Need(item="a", num=1, den=1), Need(item="c", num=1, den=1))),
    )
    return replace(problem, products=(replace(product, operations=joined),))


def test_a_fixed_lot_that_starves_ends_the_search(nodes):
    problem = two_pieces_of_a_for_one_of_b()
    lot = Lot(
        id="1", order="o", operation="b", machine="b0", start_min=5, setup_min=0, end_min=65, quantity=60
    )
    starving = replace(problem, fixed_lots=(lot,))
    assert solved_by_flow(problem).lots
    asked = len(nodes)
    plan = solved_by_flow(starving)
    assert not plan.lots
    assert 0 < len(nodes) - asked <= 3


def test_a_late_deadline_has_longer_steps():
    model = build_model(
        two_pieces_of_a_for_one_of_b(), order=two_pieces_of_a_for_one_of_b().orders[0], lenient=False
    )
    fineness = rough(model, size=LINEAR_SIZE, finish_min=300)
    grid = grid_with(model, fineness=fineness, critical={}, until=HORIZON_MIN)
    assert grid.num_nodes <= LINEAR_SIZE.most_nodes + 2 * len(model.places)
    near = grid_with(model, fineness=fineness, critical={}, until=300)
    steps = {int(step) for moments in near.moments.values() for step in np.diff(moments)}
    assert max(steps) == fineness.step_min
    endless = Fineness(step_min=fineness.step_min)
    assert grid_with(model, fineness=endless, critical={}, until=HORIZON_MIN).num_nodes > 5 * grid.num_nodes
