"""Files that are refused as a whole, before a row is looked at."""

from marketplace.common.errors import InvalidInput


class SheetRefused(InvalidInput):
    """A file of another kind than we read: encrypted, with macros, an old format."""

    code = "sheets:refused"


class SheetUnreadable(SheetRefused):
    """The file is damaged, or not what its name says."""

    code = "sheets:unreadable"


class SheetTooLarge(SheetRefused):
    """More bytes, rows, columns or characters than we read, packed or unpacked."""

    code = "sheets:too-large"


class FormulaFound(SheetRefused):
    """A cell computes; `facts` name the sheet and the cell. What it showed last is not believed."""

    code = "sheets:formula"


class HeadersUnknown(SheetRefused):
    """The first row does not name the columns we need; `facts` name those that are missing."""

    code = "sheets:headers"
