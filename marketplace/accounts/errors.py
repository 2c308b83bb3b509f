"""Refusals about people and enterprises."""

from marketplace.common.errors import Conflict, Forbidden, NotFound


class LastOwner(Conflict):
    """An enterprise always has an owner."""

    code = "accounts:last-owner"


class AlreadyMember(Conflict):
    code = "accounts:already-member"


class InvitationGone(NotFound):
    """Unknown, used, withdrawn or too old: the four are not told apart."""

    code = "accounts:invitation-gone"


class WrongAddressee(Forbidden):
    """The invitation is for another e-mail address."""

    code = "accounts:wrong-addressee"


class SiteInUse(Conflict):
    code = "accounts:site-in-use"


class NameTaken(Conflict):
    code = "accounts:name-taken"


class NotReadyToVerify(Conflict):
    """A registration number and a site are looked at; without them there is nothing to verify."""

    code = "accounts:not-ready-to-verify"


class VerificationState(Conflict):
    """The enterprise is not in the state the step needs."""

    code = "accounts:verification-state"
