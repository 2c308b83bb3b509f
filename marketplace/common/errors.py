"""Errors that people are told about: a stable code, the field it is about, and a text in their language."""

from django.utils.functional import Promise


class DomainError(Exception):
    """An expected refusal. Nothing was changed.

    `code` is stable (`capacity:window-overlaps`), `text` is for people, `field` names the input it is about
    (dotted, or empty), `facts` are plain values a client may show.
    """

    code = "common:refused"
    http_status = 422

    def __init__(self, text: str | Promise, *, field: str = "", **facts: object) -> None:
        super().__init__(str(text))
        self.text = text
        self.field = field
        self.facts = facts


class NotFound(DomainError):
    """The id does not exist, or not for this viewer: the two are never told apart."""

    code = "common:not-found"
    http_status = 404


class Forbidden(DomainError):
    """The viewer sees the object and may not do this to it."""

    code = "common:forbidden"
    http_status = 403


class Conflict(DomainError):
    """Somebody was first, or the object is no longer in the state the action needs."""

    code = "common:conflict"
    http_status = 409


class InvalidInput(DomainError):
    """A value breaks a rule; `field` names it and `facts` hold `value` and `rule`."""

    code = "common:invalid"
    http_status = 400
