"""What trading refuses, by code."""

from marketplace.common.errors import Conflict, InvalidInput


class PlanNotChoosable(Conflict):
    """The plan is unfinished, has no runs, or its order is already placed."""

    code = "trading:plan-not-choosable"


class CapacityGone(Conflict):
    """Somebody took a part of the planned time since the plan was made; nothing was held."""

    code = "trading:capacity-gone"


class OfferClosed(Conflict):
    """The offer was answered, withdrawn or ran out before."""

    code = "trading:offer-closed"


class UnknownRun(InvalidInput):
    """An answer names a run that is not in the package."""

    code = "trading:unknown-run"
