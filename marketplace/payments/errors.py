"""What payments refuse, by code."""

from marketplace.common.errors import Conflict, InvalidInput


class AcceptanceReused(Conflict):
    """The same key came before with another number of pieces."""

    code = "payments:acceptance-key-reused"


class NotAgreed(Conflict):
    """The order has no agreed deal: nothing of it can be accepted or paid."""

    code = "payments:not-agreed"


class WrongReference(InvalidInput):
    """The check digits do not fit: a character was mistyped."""

    code = "payments:wrong-reference"


class UnknownReference(InvalidInput):
    """The reference is well formed, and no invoice has it."""

    code = "payments:unknown-reference"


class WrongCurrency(InvalidInput):
    """Money came in another currency than was invoiced."""

    code = "payments:wrong-currency"


class AlreadyConfirmed(Conflict):
    """This line of the bank was confirmed before."""

    code = "payments:bank-line-confirmed"


class WrongAmount(InvalidInput):
    """A pay-out or refund moved another sum than is owed."""

    code = "payments:wrong-amount"


class NotCovered(Conflict):
    """The order has less money than that which is promised to no factory: others' money is not touched for it."""

    code = "payments:not-covered"


class NotDue(Conflict):
    """Nothing of this kind is open any more."""

    code = "payments:not-due"


class NothingToRefund(Conflict):
    """The buyer has not paid so much ahead."""

    code = "payments:nothing-to-refund"


class ChargeUnderWay(Conflict):
    """Another payment page of the order is open: paid on both, the buyer would pay twice."""

    code = "payments:charge-under-way"


class NoCardPayment(Conflict):
    """This order is not paid by card: no keys are set, or the buyer is a public body."""

    code = "payments:no-card-payment"
