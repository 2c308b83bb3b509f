"""Everything that opens and closes sight, and notes who looked."""

from marketplace.disclosure.services.glass import break_glass, mend_glass
from marketplace.disclosure.services.grants import GrantDraft, end_grant, give_grant
from marketplace.disclosure.services.looks import note_looks

__all__ = [
    "GrantDraft",
    "break_glass",
    "end_grant",
    "give_grant",
    "mend_glass",
    "note_looks",
]
