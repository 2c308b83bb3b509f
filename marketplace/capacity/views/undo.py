"""One step back: what was just done can be undone from the page that follows, once."""

from dataclasses import asdict, dataclass
from typing import Any

from marketplace.accounts.http import ViewerRequest

SESSION_KEY = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """`text` says what was done; sending `fields` to `url` takes it back."""

    text: str
    url: str
    fields: list[tuple[str, str]]


def offer_undo(request: ViewerRequest, *, text: str, url: str, **fields: str) -> None:
    request.session[SESSION_KEY] = asdict(Undo(text=text, url=url, fields=list(fields.items())))


def undo_offered(request: ViewerRequest) -> Undo | None:
    """What may be undone on this page; told once."""
    found: dict[str, Any] | None = request.session.pop(SESSION_KEY, None)
    return Undo(**found) if found else None
