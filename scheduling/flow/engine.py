"""The engine for one huge divisible order: a quickest flow over time, its bound and its plan."""

from matching.capability import may_run
from matching.problem import Machine, Objective, Operation, Order, Problem
from scheduling.budget import Budget
from scheduling.engine import Report, Stop
from scheduling.flow.pursuit import Outcome, Pursuit
from scheduling.options import SolveOptions
from scheduling.plan import Plan, Status


class FlowEngine:
    """Plans one order with the objective finish. See `scheduling.engine.Engine`."""

    def unsupported(self, problem: Problem) -> tuple[str, ...]:
        if len(problem.orders) != 1:
            return ("orders",)
        found = [] if problem.objective is Objective.FINISH else ["objective"]
        order = problem.orders[0]
        able = _able(problem, order=order)
        enterprises = {problem.site_by_id[machine.site].enterprise for machine, _ in able}
        if order.max_enterprises is not None and order.max_enterprises < len(enterprises):
            found.append("orders[0].max_enterprises")
        modes = [machine.mode_by_operation[order.product, operation.id] for machine, operation in able]
        if any(mode.uses for mode in modes):
            found.append("resources")
        if any(mode.run_min == 0 for mode in modes):
            found.append("modes.run_min")
        return tuple(found)

    def solve(self, problem: Problem, *, options: SolveOptions, progress: Report, stop: Stop) -> Plan:
        budget = Budget(options, stop=stop)
        outcome = Pursuit(problem, budget=budget, progress=progress).run()
        return _plan(problem, outcome, budget=budget, seed=options.seed)


def _able(problem: Problem, *, order: Order) -> list[tuple[Machine, Operation]]:
    """Who may run what of the order."""
    return [
        (machine, operation)
        for machine in problem.machines
        for operation in problem.product_by_id[order.product].operations
        if may_run(problem, order=order, operation=operation, machine=machine)
    ]


def _plan(problem: Problem, outcome: Outcome, *, budget: Budget, seed: int) -> Plan:
    """Objective, cost and the results of the orders are the pipeline's to fill in."""
    bound = outcome.bound_min
    parts = outcome.parts
    if parts is None:
        return Plan(
            status=Status.INFEASIBLE if outcome.is_impossible else Status.UNKNOWN,
            objective=None,
            cost_cents=None,
            bound=bound,
            gap_pct=None,
            seconds=budget.seconds,
            seed=seed,
            interrupted=budget.stop(),
            max_quantity=outcome.max_quantity,
            relaxations=outcome.relaxations,
        )
    is_proven = outcome.finish_min is not None and bound is not None and outcome.finish_min <= bound
    return Plan(
        status=Status.OPTIMAL if is_proven else Status.FEASIBLE,
        objective=outcome.finish_min,
        cost_cents=None,
        bound=bound,
        gap_pct=None,
        seconds=budget.seconds,
        seed=seed,
        interrupted=budget.stop(),
        lots=(*problem.fixed_lots, *parts.lots),
        transfers=parts.transfers,
        deliveries=parts.deliveries,
    )
