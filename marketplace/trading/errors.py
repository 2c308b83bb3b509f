"""What trading refuses, by code."""

from marketplace.common.errors import Conflict, InvalidInput, NotFound


class PlanNotChoosable(Conflict):
    """The plan is unfinished, has no runs, or its order is already placed."""

    code = "trading:plan-not-choosable"


class CapacityGone(Conflict):
    """Somebody took a part of the planned time since the plan was made; nothing was held."""

    code = "trading:capacity-gone"


class PricedOtherwise(CapacityGone):
    """The order was rated, or its rating ended, since the plan was made: other prices count. Nothing was held."""

    code = "trading:priced-otherwise"


class OfferClosed(Conflict):
    """The offer was answered, withdrawn or ran out before."""

    code = "trading:offer-closed"


class UnknownRun(InvalidInput):
    """An answer names a run that is not in the package."""

    code = "trading:unknown-run"


class NoDisturbance(NotFound):
    """There is no such disturbance for the viewer, or it has ended."""

    code = "trading:no-disturbance"


class ChangeOutdated(Conflict):
    """Another change is proposed by now, or what this one was made from is no longer so."""

    code = "trading:change-outdated"


class RunNotMovable(Conflict):
    """The run has begun, is over, or is not booked; or its order is being changed at this moment."""

    code = "trading:run-not-movable"


class MoveBreaksPlan(Conflict):
    """The plan with the move is not valid; `facts` list what it breaks."""

    code = "trading:move-breaks-plan"


class NotRated(Conflict):
    """Only a rated order takes precedence."""

    code = "trading:not-rated"
