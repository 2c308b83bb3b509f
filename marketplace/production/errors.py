"""What production refuses, by code."""

from marketplace.common.errors import Conflict, Forbidden, InvalidInput, NotFound


class WorkOrderClosed(Conflict):
    """It is finished, closed short or cancelled: nothing is told of it any more."""

    code = "production:work-order-closed"


class OrderNotInWork(Conflict):
    """The order is not placed or running, so nothing of it begins."""

    code = "production:order-not-in-work"


class NotRunning(Conflict):
    """Only what is running can be stopped."""

    code = "production:not-running"


class KeyReused(Conflict):
    """The key of a tally came before, with other content."""

    code = "production:key-reused"


class CountedByMachine(Conflict):
    """The machine's counter counts the good pieces; hands tell scrap and stops."""

    code = "production:counted-by-machine"


class NotCountedByMachine(Conflict):
    """The work order is tallied by hand already."""

    code = "production:not-counted-by-machine"


class Implausible(InvalidInput):
    """More pieces than the work order can have; nothing was counted."""

    code = "production:implausible"
    http_status = 422


class NothingToUndo(Conflict):
    """There is no such tally, or it was taken back, or it is the machine's."""

    code = "production:nothing-to-undo"


class FirstArticleWaits(Conflict):
    """The first pieces must be approved before more are made."""

    code = "production:first-article-waits"


class NoFirstArticle(Conflict):
    """The work order needs no first article, or it is decided."""

    code = "production:no-first-article"


class PhotoRefused(InvalidInput):
    """No JPEG, PNG or WebP of a sensible size."""

    code = "production:photo-refused"


class StationGone(NotFound):
    """Unknown, forged or withdrawn link: never told apart."""

    code = "production:station-gone"


class StationClosed(Forbidden):
    """The phone has not been let in, or not any more."""

    code = "production:station-closed"


class WrongPin(Forbidden):
    code = "production:wrong-pin"


class StationLocked(Forbidden):
    """Too many wrong PINs; `locked_until` in the facts is real time."""

    code = "production:station-locked"
    http_status = 429


class NoPin(Conflict):
    """The planner has set no PIN yet."""

    code = "production:no-pin"
