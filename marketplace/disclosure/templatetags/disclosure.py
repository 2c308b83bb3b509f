"""How a section of a profile is marked."""

from django import template

from marketplace.disclosure.register import is_registered
from marketplace.disclosure.selectors import NEEDS_A_GRANT, Section
from marketplace.disclosure.words import Audience, Word

register = template.Library()
CLOSED = NEEDS_A_GRANT | {Word.NO, Word.AGGREGATE}


@register.filter
def is_shown(section: Section) -> bool:
    """Whether the audience would see something of this group, were there anything."""
    return section.grant is not None or section.cell.word not in CLOSED


@register.filter
def has_a_page(section: Section) -> bool:
    """Whether any page or answer shows the audience something of this group; the staff's is not in the register."""
    cell = section.cell
    return cell.audience == Audience.STAFF or is_registered(cell.group, cell.audience)


@register.filter
def sight_icon(section: Section) -> str:
    return "eye" if is_shown(section) else "eye-off"


@register.filter
def word_icon(word: str) -> str:
    """Of a cell of the matrix: open, closed, or in part."""
    return {Word.YES: "eye", Word.NO: "eye-off"}.get(Word(word), "eye-check")
