"""What the product shows, by field group: every field of the API and every page, read from `data/`.

`own` are data of the reader's own enterprise (or of its own order), `demand` is what an order asks for, `none` says
nothing about an enterprise. Anything else is a group of the matrix, and then each audience it is meant for must have a
cell that is not "no".
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from marketplace.disclosure.matrix import DATA, BadMatrix, decide
from marketplace.disclosure.words import Audience, Group, Word

OWN = "own"  # an audience: the reader's own enterprise
WITHOUT_GROUP = frozenset({"none", "own", "demand"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`groups` are field groups or one of `WITHOUT_GROUP`; `audiences` are audiences or `OWN`."""

    groups: frozenset[str]
    audiences: frozenset[str]


@cache
def fields() -> Mapping[tuple[str, str], Shown]:
    """By component of the API's schema and property."""
    return parse_fields((DATA / "fields.toml").read_text())


@cache
def pages() -> Mapping[str, Shown]:
    """By URL name with its namespace."""
    return parse_pages((DATA / "pages.toml").read_text())


@cache
def is_registered(group: Group, audience: Audience) -> bool:
    """Whether any page or field is said to show the group to the audience."""
    shown = (*pages().values(), *fields().values())
    return any(group in one.groups and audience in one.audiences for one in shown)


def parse_fields(text: str) -> dict[tuple[str, str], Shown]:
    """Raise `BadMatrix` for a group or audience nobody knows, a forbidden pair, a field that stands twice."""
    found: dict[tuple[str, str], Shown] = {}
    for component, section in tomllib.loads(text).items():
        audiences = frozenset(section["for"])
        for group, names in section.items():
            if group == "for":
                continue
            shown = _checked(component, groups=frozenset({group}), audiences=audiences)
            for name in names:
                if (component, name) in found:
                    raise BadMatrix(f"{component}.{name} is registered twice")
                found[component, name] = shown
    return found


def parse_pages(text: str) -> dict[str, Shown]:
    """A line is `"app:name" = "audience … : group …"`."""
    found = {}
    for name, line in tomllib.loads(text).items():
        audiences, _colon, groups = line.partition(":")
        found[name] = _checked(name, groups=frozenset(groups.split()), audiences=frozenset(audiences.split()))
    return found


def _checked(where: str, *, groups: frozenset[str], audiences: frozenset[str]) -> Shown:
    if not groups or not audiences:
        raise BadMatrix(f"{where}: a group and an audience are needed")
    if unknown := sorted(groups - WITHOUT_GROUP - set(Group.values)):
        raise BadMatrix(f"{where}: there is no field group {', '.join(unknown)}")
    if unknown := sorted(audiences - {OWN} - set(Audience.values)):
        raise BadMatrix(f"{where}: there is no audience {', '.join(unknown)}")
    for audience in sorted(audiences - {OWN}):
        seen = groups - WITHOUT_GROUP
        if seen and all(decide(Group(group), Audience(audience)).word == Word.NO for group in seen):
            raise BadMatrix(f"{where}: {audience} sees nothing of {', '.join(sorted(seen))}")
    return Shown(groups=groups, audiences=audiences)
