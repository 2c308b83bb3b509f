"""Taps of a phone, as tallies: from a plain form, or from the queue a phone kept while it was out of reach."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import InvalidInput
from marketplace.production.models import Tally
from marketplace.production.models.tallies import LONGEST_KEY
from marketplace.production.services.tallying import Outcome, TallyDraft, Wanted

MOST_AT_ONCE = 100  # a phone sends what it kept in parts
MAX_BYTES = 100_000
FIELDS = frozenset({"key", "kind", "quantity", "reason", "undoes", "age_s"})


class NoBoxSize(InvalidInput):
    """A box was tapped of which nobody said how many pieces it holds."""

    code = "production:no-box-size"


def draft_of_tap(form: Mapping[str, str], *, box_size: int | None) -> TallyDraft:
    """`tap` is good:<n>, box, scrap or undo; `key` the form's own. Raises `InvalidInput`."""
    tap, key = form.get("tap", ""), form.get("key", "")
    if tap == "undo":
        return TallyDraft(key=key, kind=Tally.Kind.CORRECTION, undoes=form.get("undoes", ""))
    if tap == "box":
        if box_size is None:
            raise NoBoxSize(_("Say first how much a box holds."), field="box_size")
        return TallyDraft(key=key, kind=Tally.Kind.BOX, quantity=box_size)
    if tap == "scrap":
        quantity = _whole(form.get("scrap", ""))
        return TallyDraft(key=key, kind=Tally.Kind.SCRAP, quantity=quantity, reason=form.get("reason", ""))
    return TallyDraft(key=key, kind=Tally.Kind.GOOD, quantity=_whole(tap.removeprefix("good:")))


def queue_of(body: bytes) -> list[Wanted]:
    """A JSON list of objects with the fields of `TallyDraft`; one that is wrong does not hold up those behind it.

    Raises `InvalidInput` where it is no such list: then nothing of it is taken.
    """
    if len(body) > MAX_BYTES:
        raise InvalidInput(_("Too much at once."), field="")
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(_("This is no JSON."), field="") from error
    if not isinstance(found, list) or len(found) > MOST_AT_ONCE:
        raise InvalidInput(
            _("This must be a list of at most %(most)s tallies.") % {"most": MOST_AT_ONCE}, field=""
        )
    return [wanted_of(one) for one in found]


def wanted_of(found: Any) -> Wanted:
    """One of them, read when its turn comes."""
    is_tally = isinstance(found, dict) and {"key", "kind"} <= set(found) and not set(found) - FIELDS

    def read() -> TallyDraft:
        if not is_tally:
            raise InvalidInput(_("A tally has a key and a kind."), field="")
        return TallyDraft(**found)

    return Wanted(key=str(found.get("key", ""))[:LONGEST_KEY] if isinstance(found, dict) else "", read=read)


def as_answer(outcome: Outcome) -> dict[str, object]:
    """What a phone or program is told of one tally."""
    if outcome.error is not None:
        return {"key": outcome.key, "code": outcome.error.code, "text": str(outcome.error.text)}
    tally = outcome.told.tally if outcome.told else None
    return {"key": outcome.key, "surplus": tally.surplus if tally else 0}


def _whole(text: str) -> int:
    """0, which no tally takes, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0


def _refuse(constant: str) -> None:
    raise ValueError(constant)
