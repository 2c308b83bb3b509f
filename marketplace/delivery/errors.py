"""What delivery refuses, by code."""

from marketplace.common.errors import Conflict, DomainError, InvalidInput


class WrongState(Conflict):
    """The shipment is not where this step begins; nothing was changed."""

    code = "delivery:wrong-state"


class NotEnough(DomainError):
    """Less lies there, or less is released, than was asked for. `lying` and `may_leave` are pieces."""

    code = "delivery:not-enough"


class WrongBox(Conflict):
    """The code is no box of this shipment that is still to be received."""

    code = "delivery:wrong-box"


class WrongCount(InvalidInput):
    """Good, damaged and missing pieces do not add up to what was sent, or a difference has no reason."""

    code = "delivery:wrong-count"


class TooLate(Conflict):
    """What was recorded stands by now."""

    code = "delivery:too-late"


class LineReused(Conflict):
    """The key came before, with another count."""

    code = "delivery:key-reused"
