"""What an enterprise has, by group of fields, each as far as one word of the matrix allows.

Upper apps register one facet for each group they own (in their AppConfig). Pages, previews and the staff's view all
ask `facts_of`, so what one sees the other sees; a group whose word is "no" is never even asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from marketplace.disclosure.words import Audience, Group, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Facts about the enterprise `owner_id`, for one reader.

    `reader_id` is the enterprise that reads; None in a preview, where a facet shows its newest example among the
    owner's own rows. `scopes` are public ids to keep to; empty: all.
    """

    owner_id: int
    reader_id: int | None
    audience: Audience
    now: datetime
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Both as people read them."""

    label: str | Promise
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A part of an owner's data a grant can be bounded to: its public id and what the owner calls it."""

    public_id: str
    label: str


Facet = Callable[[Asked, Word], Sequence[Fact]]
ScopesOf = Callable[[int], Sequence[Scope]]
_facets: dict[Group, list[Facet]] = {}
_scopes: list[ScopesOf] = []


def register(group: Group, facet: Facet) -> None:
    """`facet` returns nothing for a word it does not know."""
    _facets.setdefault(group, []).append(facet)


def register_scopes(scopes_of: ScopesOf) -> None:
    """`scopes_of(owner_id)` names parts of the owner's data, for the form of a grant."""
    _scopes.append(scopes_of)


def facts_of(group: Group, asked: Asked, word: Word) -> tuple[Fact, ...]:
    if word in {
        Word.NO,
        Word.OPT_IN,
        Word.AGGREGATE,
    }:  # opt-in is resolved before; sums are not of one enterprise
        return ()
    return tuple(fact for facet in _facets.get(group, ()) for fact in facet(asked, word))


def scopes_of(owner_id: int) -> tuple[Scope, ...]:
    return tuple(scope for find in _scopes for scope in find(owner_id))
