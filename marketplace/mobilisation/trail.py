"""The audit log as people read it: each entry one sentence with names, in the reader's language."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from marketplace.accounts.models import Enterprise
from marketplace.common.models import AuditEntry
from marketplace.common.show.amounts import number_text, quantity_text
from marketplace.common.show.times import local_text
from marketplace.mobilisation.models import Firm, Programme
from marketplace.mobilisation.trail_words import ACTIONS, CODES, SENTENCES, VALUES
from marketplace.orders.models import Order, Product

LISTED = 3  # names of a list that a sentence says
QUANTITIES = frozenset({"quantity", "target"})  # of the fact `unit`, of pieces where there is none
MOMENTS = frozenset({"until", "closes_at", "deliver_by"})
AN_ID = re.compile(r"(ent|frm|ord|prg)_[0-9A-Za-z]+\Z")
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """`who` is empty where the clock or a link did it; `orders` are public ids with titles of the orders it names."""

    seq: int
    at: datetime
    hash: str
    action: str
    who: str
    person: str
    sentence: str
    orders: tuple[tuple[str, str], ...]
    facts: Mapping[str, object]

    @property
    def what(self) -> str:
        return str(ACTIONS.get(self.action, self.action))

    @property
    def raw(self) -> str:
        """As the hash of the entry covers it."""
        return json.dumps(self.facts, ensure_ascii=False, indent=1, sort_keys=True)


def traces(entries: Sequence[AuditEntry], *, people: Names) -> list[Trace]:
    """At most four queries for names, however many entries; `people` are names by public id."""
    names = _names_of(entries)
    return [_trace(entry, people=people, names=names) for entry in entries]


def _trace(entry: AuditEntry, *, people: Names, names: Names) -> Trace:
    order = entry.facts.get("order")
    return Trace(
        seq=entry.seq,
        at=entry.at,
        hash=entry.hash,
        action=entry.action,
        who=people.get(entry.person, ""),
        person=entry.person,
        sentence=_sentence(entry, who=people.get(entry.person, ""), names=names),
        orders=((order, names.get(order, order)),) if isinstance(order, str) else (),
        facts=entry.facts,
    )


class _Said(dict[str, str]):
    """What a fact that an older entry lacks says."""

    def __missing__(self, key: str) -> str:
        return "–"


def _sentence(entry: AuditEntry, *, who: str, names: Names) -> str:
    sentence: str | Promise | None = SENTENCES.get(entry.action)
    if sentence is None:
        return str(ACTIONS.get(entry.action, entry.action))
    unit = str(entry.facts.get("unit", "piece"))
    said = _Said({name: _shown(name, value, names=names, unit=unit) for name, value in entry.facts.items()})
    for name, value in entry.facts.items():
        if isinstance(value, list | Mapping):
            said[f"num_{name}"] = number_text(len(value))
    said["who"] = who or _("The clock")
    return str(sentence) % said


def _shown(name: str, value: object, *, names: Names, unit: str) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, list | Mapping):
        shown = [names.get(str(one), str(one)) for one in value]
        more = len(shown) - LISTED
        text = ", ".join(shown[:LISTED])
        return text if more <= 0 else _("%(names)s and %(more)s more") % {"names": text, "more": more}
    if name in MOMENTS:
        at = datetime.fromisoformat(str(value))
        return local_text(at, now=datetime.fromtimestamp(0, tz=UTC))
    if name == "code":
        return str(CODES.get(str(value).rpartition(":")[2], value))
    if isinstance(value, int):
        return quantity_text(value, unit) if name in QUANTITIES else number_text(value)
    return str(VALUES.get((name, str(value)), names.get(str(value), str(value))))


def _names_of(entries: Iterable[AuditEntry]) -> Names:
    """Of enterprises, firms, orders, programmes and products that the facts name by id or code."""
    said = {text for entry in entries for text in _texts(entry.facts)}
    ids = {text for text in said if AN_ID.match(text)}
    found: dict[str, str] = {}
    for prefix, model, field in (
        ("ent", Enterprise, "name"),
        ("frm", Firm, "name"),
        ("ord", Order, "title"),
        ("prg", Programme, "name"),
    ):
        own = [one for one in ids if one.startswith(prefix)]
        if own:
            found |= dict(model._default_manager.filter(public_id__in=own).values_list("public_id", field))
    codes = {entry.facts["product"] for entry in entries if isinstance(entry.facts.get("product"), str)}
    if codes:
        found |= dict(Product.objects.filter(owner=None, code__in=codes).values_list("code", "name"))
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield name
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
