"""Refusals about people and enterprises."""

from marketplace.common.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound


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


class SecondFactorMissing(Forbidden):
    """The act needs a second factor and the person has none; `accounts:second-factor` leads to setting one up."""

    code = "accounts:second-factor-missing"


class WrongCode(InvalidInput):
    """The code is wrong, too old, or was used before."""

    code = "accounts:wrong-code"


class TooManyCodes(DomainError):
    """Too many codes were tried; the next try is heard after a while."""

    code = "accounts:too-many-codes"
    http_status = 429


class CodesNotCounted(DomainError):
    """Nobody counts tries at this moment, so no code is heard."""

    code = "accounts:codes-not-counted"
    http_status = 503


class ClaimGone(NotFound):
    """Unknown, used, replaced or too old: the four are not told apart."""

    code = "accounts:claim-gone"


class AlreadyClaimed(Conflict):
    """The enterprise has people of its own."""

    code = "accounts:already-claimed"
