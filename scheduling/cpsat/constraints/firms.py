"""Who works on what, and how many may (rule 8)."""

from matching.problem import EnterpriseId, OrderId
from scheduling.cpsat.variables import Literal, Variables


def add_firm_rules(variables: Variables) -> None:
    work_where_lots_run(variables)
    limit_enterprises(variables)


def work_where_lots_run(variables: Variables) -> None:
    """An enterprise works on an order when it runs a lot of it: takes ⇒ works; fixed lots count."""
    model = variables.model
    for lot in variables.lots:
        order = lot.slot.order.id
        for choice in lot.choices:
            model.add_implication(choice.takes, _works(variables, choice.option.station.enterprise, order))
    problem = variables.problem
    for fixed in problem.fixed_lots:
        enterprise = problem.site_by_id[problem.machine_by_id[fixed.machine].site].enterprise
        model.add(_works(variables, enterprise, fixed.order) == 1)


def limit_enterprises(variables: Variables) -> None:
    """Σ works ≤ max_enterprises of the order."""
    for order in variables.orders:
        if order.max_enterprises is not None:
            at_work = [works for (_, other), works in variables.works.items() if other == order.id]
            variables.model.add(sum(at_work) <= order.max_enterprises)


def _works(variables: Variables, enterprise: EnterpriseId, order: OrderId) -> Literal:
    key = (enterprise, order)
    if key not in variables.works:
        variables.works[key] = variables.model.new_bool_var(f"works {enterprise} {order}")
    return variables.works[key]
