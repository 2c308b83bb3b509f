"""What planning refuses, by code."""

from marketplace.common.errors import Conflict


class OrderNotPlannable(Conflict):
    """The order is no longer (or not yet) in a state in which plans are made."""

    code = "planning:order-not-open"


class RunIsOver(Conflict):
    """The plan run has ended; there is nothing to stop."""

    code = "planning:run-is-over"
