"""Everything that opens and closes sight, and notes who looked."""

from marketplace.disclosure.services.declared import close_for_declaration, open_for_declaration
from marketplace.disclosure.services.glass import break_glass, mend_glass
from marketplace.disclosure.services.grants import GrantDraft, end_grant, give_grant
from marketplace.disclosure.services.looks import note_declared_look, note_looks

__all__ = [
    "GrantDraft",
    "break_glass",
    "close_for_declaration",
    "end_grant",
    "give_grant",
    "mend_glass",
    "note_declared_look",
    "note_looks",
    "open_for_declaration",
]
