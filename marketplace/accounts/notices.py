"""What notices say. An app registers the sentence of each kind of news in its AppConfig; facts fill it when it is read.

So a notice speaks its reader's language and zone, whoever wrote it. Facts whose name ends in `_at` are ISO moments,
in `_on` ISO dates; numbers named in QUANTITIES are of the fact `unit`, of pieces where there is none; all others stand as
they are, numbers with their thousands grouped.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise

from marketplace.common.show.amounts import number_text, quantity_text
from marketplace.common.show.times import day_text, local_text

Facts = Mapping[str, str | int]
QUANTITIES = frozenset({"quantity", "received", "without", "damaged", "missing", "wanted"})
_sentences: dict[str, str | Promise] = {}


class UnknownNews(Exception):
    """A kind of news that no app has registered."""

    code = "accounts:unknown-news"


def register(kind: str, sentence: str | Promise) -> None:
    """`kind` is `app.what-happened`; `sentence` has a `%(name)s` for each fact it shows."""
    _sentences[kind] = sentence


def require_known(kind: str, facts: Facts) -> None:
    """Raise `UnknownNews` where no sentence is there, `KeyError` where a fact of it is missing."""
    if kind not in _sentences:
        raise UnknownNews(kind)
    str(_sentences[kind]) % facts


def sentence_of(kind: str, facts: Facts, *, now: datetime) -> str:
    """In the active language and zone; `now` decides which dates show their year."""
    unit = str(facts.get("unit", "piece"))
    shown = {name: _shown(name, value, unit=unit, now=now) for name, value in facts.items()}
    return str(_sentences[kind]) % shown


def _shown(name: str, value: Any, *, unit: str, now: datetime) -> str:
    if name in QUANTITIES and isinstance(value, int):
        return quantity_text(value, unit)
    if name.endswith("_at"):
        return local_text(datetime.fromisoformat(value), now=now)
    if name.endswith("_on"):
        return day_text(date.fromisoformat(value), today=now.date())
    return number_text(value) if isinstance(value, int) else str(value)
