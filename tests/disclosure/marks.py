"""Which marks of the marked factory a reader finds on what is answered, and which of them it must not find."""

from collections.abc import Iterable

from marketplace.disclosure.matrix import decide
from marketplace.disclosure.words import Audience, Group, Word
from tests.disclosure.looking import Answer, everything, looks
from tests.disclosure.world import DAY_HOURS, World

WHOLE = {
    Word.YES
}  # only then may the exact values be read by name; other words show parts that carry no mark
AS_MEANT = {  # who is none of the audiences is no more than the public
    "rival": Audience.PUBLIC, "unverified buyer": Audience.PUBLIC, "unverified office": Audience.PUBLIC,
}  # fmt: skip
# What the matrix leaves to one's own: a machine's name stands in a grant's own section, a lab reads the marked device's
# machine. The name of a machine is part of "exact machine model", which a lab sees.
ROUGH_ONLY = {Group.CAPABILITY}  # "yes" means the band: the exact ranges are for nobody else


def audience_of(reader: str) -> Audience:
    return AS_MEANT.get(reader) or Audience(reader)


def allowed(audience: Audience) -> set[Group]:
    """Groups of which it may see exact values, by the matrix and the grants of this world (none of identity)."""
    return {group for group in Group if decide(group, audience).word in WHOLE and group not in ROUGH_ONLY}


def read_by(world: World, reader: str) -> list[Answer]:
    """By GET whatever there is, and by POST whatever may be read only in a logged look."""
    viewer, foreign = world.readers[reader], world.foreign_ids()
    starts = (f"/firms/{world.firm}/", "/disclosure/")
    found = everything(viewer, starts=starts, foreign=foreign)
    return found + looks(viewer, audience=Audience.COORDINATOR_DECLARED, ids=foreign)


def leaks(
    world: World, reader: str, answers: Iterable[Answer], *, audience: Audience | None = None
) -> list[str]:
    """Marks that stand where the cells of the audience, else of the one the reader is meant to be, do not allow them."""
    audience = audience or audience_of(reader)
    may = allowed(audience)
    forbidden = [
        (group, mark) for group, marks in world.marks().items() if group not in may for mark in marks
    ]
    return [
        f"{reader} reads {group.value} {mark!r} on {answer.path}"
        for answer in answers
        for group, mark in forbidden
        if mark in answer.text and mark not in opened_in(answer, audience)
    ]


def opened_in(answer: Answer, audience: Audience) -> tuple[str, ...]:
    """Exact free hours, and nothing of the work that takes the others, stand in looks that are logged."""
    is_exact = decide(Group.FREE_CAPACITY, audience).word == Word.EXACT_LOGGED
    return DAY_HOURS if answer.is_look and is_exact else ()


def marks_on(world: World, answers: Iterable[Answer]) -> set[str]:
    """All that are found, allowed or not."""
    text = "\n".join(answer.text for answer in answers)
    return {mark for marks in world.marks().values() for mark in marks if mark in text}
