"""Who may run what, and why not (rule 1)."""

from enum import StrEnum

from matching.problem import Machine, Operation, Order, Problem


class Obstacle(StrEnum):
    """Why a machine may not run an operation of an order."""

    NO_MODE = "no-mode"
    ORDER_CERTIFICATE = "order-certificate"
    OPERATION_CERTIFICATE = "operation-certificate"
    BLOCKED = "blocked"
    REGION = "region"


def obstacles(
    problem: Problem, *, order: Order, operation: Operation, machine: Machine
) -> tuple[Obstacle, ...]:
    """All reasons why `machine` may not run `operation` of `order`; empty if it may."""
    site = problem.site_by_id[machine.site]
    enterprise = problem.enterprise_by_id[site.enterprise]
    held = machine.certificates | site.certificates | enterprise.certificates
    against = {
        Obstacle.NO_MODE: (order.product, operation.id) not in machine.mode_by_operation,
        Obstacle.ORDER_CERTIFICATE: not order.certificates <= enterprise.certificates,
        Obstacle.OPERATION_CERTIFICATE: not operation.certificates <= held,
        Obstacle.BLOCKED: enterprise.id in order.blocked_enterprises,
        Obstacle.REGION: bool(order.regions) and site.region not in order.regions,
    }
    return tuple(obstacle for obstacle, is_so in against.items() if is_so)


def may_run(problem: Problem, *, order: Order, operation: Operation, machine: Machine) -> bool:
    return not obstacles(problem, order=order, operation=operation, machine=machine)
