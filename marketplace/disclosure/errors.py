"""Refusals of disclosure."""

from marketplace.common.errors import Conflict, Forbidden, InvalidInput


class NotGrantable(InvalidInput):
    """Staff data, prices and what everybody sees are no matter of grants."""

    code = "disclosure:not-grantable"


class NotToRivals(InvalidInput):
    """Factories never learn each other's free hours or what each other's machines report."""

    code = "disclosure:not-to-rivals"


class GrantTooLong(InvalidInput):
    """It ends before it begins, lies in the past, or lasts more than a year."""

    code = "disclosure:grant-period"


class UnknownReader(InvalidInput):
    """No other enterprise has this id."""

    code = "disclosure:unknown-reader"


class UnknownScope(InvalidInput):
    """It is no machine or run of the owner's."""

    code = "disclosure:unknown-scope"


class GrantOver(Conflict):
    """It ended already."""

    code = "disclosure:grant-over"


class NotStaff(Forbidden):
    """Only the platform's staff breaks glass."""

    code = "disclosure:not-staff"


class GlassTooLong(InvalidInput):
    """Less than a minute or more than four hours."""

    code = "disclosure:glass-too-long"
