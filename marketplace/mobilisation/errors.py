"""Refusals to coordinators, and to those they ask."""

from marketplace.common.errors import Conflict, Forbidden, NotFound


class NotVerified(Forbidden):
    """Anybody may sign up as a coordinator; only a verified office sees other people's need and capacity."""

    code = "mobilisation:not-verified"


class WrongState(Conflict):
    """The declaration is not (or no longer) in a state in which this may be done."""

    code = "mobilisation:wrong-state"


class SamePerson(Forbidden):
    """Who proposed does not approve, whatever memberships they have."""

    code = "mobilisation:same-person"


class ContentChanged(Conflict):
    """What would be approved is not what was read."""

    code = "mobilisation:content-changed"


class AlreadyDecided(Conflict):
    """An approval counts once; this one was given (or refused) before."""

    code = "mobilisation:already-decided"


class NotLive(Forbidden):
    """The power is not there: the declaration has not begun, is over, or does not cover this."""

    code = "mobilisation:not-live"


class DrillChangesNothing(Conflict):
    """A drill goes as far as the proposal; nothing is committed in it."""

    code = "mobilisation:drill-changes-nothing"


class NoDrill(Conflict):
    """What is asked for is there in a drill only."""

    code = "mobilisation:no-drill"


class NotRateable(Conflict):
    """The order does not meet what a rating asks for."""

    code = "mobilisation:not-rateable"


class LinkGone(NotFound):
    """Unknown or replaced: the two are not told apart."""

    code = "mobilisation:link-gone"


class QuestionClosed(Conflict):
    """Answers are no longer taken."""

    code = "mobilisation:question-closed"


class AnsweredMeanwhile(Conflict):
    """The answer was given from a page that is no longer the latest."""

    code = "mobilisation:answered-meanwhile"


class ListTaken(Conflict):
    """The list was taken over before, or has faults."""

    code = "mobilisation:list-taken"
