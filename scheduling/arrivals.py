"""When the last piece of a plan is there."""

from scheduling.plan import Plan


def last_arrival(plan: Plan) -> int:
    """Minutes; 0 of a plan that delivers nothing."""
    return max((load.arrive_min for load in plan.deliveries), default=0)
