"""Machines, their calendars and own jobs in and out as files: read, previewed row by row, applied as a whole."""

from marketplace.capacity.imports.drafts import (
    DraftExpired,
    DraftHasFaults,
    DraftNotApplied,
    DraftStale,
    apply_draft,
    draft_import,
    draft_undo,
    drafts_of,
    get_draft,
    look,
)
from marketplace.capacity.imports.exports import export_pages, template_pages
from marketplace.capacity.imports.kinds import KINDS, kind_of
from marketplace.capacity.imports.plan import Plan

__all__ = [
    "KINDS",
    "DraftExpired",
    "DraftHasFaults",
    "DraftNotApplied",
    "DraftStale",
    "Plan",
    "apply_draft",
    "draft_import",
    "draft_undo",
    "drafts_of",
    "export_pages",
    "get_draft",
    "kind_of",
    "look",
    "template_pages",
]
