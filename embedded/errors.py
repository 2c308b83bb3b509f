"""What the embedded stack may refuse: each refusal is a sentence for the person at the keyboard."""

from typing import ClassVar


class EmbeddedError(Exception):
    """Base of all refusals; `code` is stable, the text says what to do."""

    code: ClassVar[str] = "embedded:error"
