"""Creditor references after ISO 11649: `RF`, two check digits (ISO 7064, mod 97-10), up to 21 characters. Pure."""

import re

_FORM = re.compile(r"RF\d\d[0-9A-Z]{1,21}")


def creditor_reference(body: str) -> str:
    """`RF18539007547034` for `539007547034`. Raises `ValueError` for other than 1 to 21 digits and capitals."""
    reference = f"RF{98 - _remainder(f'{body}RF00'):02d}{body}"
    if not _FORM.fullmatch(reference):
        raise ValueError(f"{body!r} cannot stand in a reference")
    return reference


def is_creditor_reference(text: str) -> bool:
    """Its form and check digits are right; one wrong or two swapped characters are found."""
    return _FORM.fullmatch(text) is not None and _remainder(text[4:] + text[:4]) == 1


def as_written(text: str) -> str:
    """As people and banks write it (`rf18 5390 0754 7034`) in its plain form."""
    return re.sub(r"\s", "", text).upper()


def in_fours(reference: str) -> str:
    """For reading: in groups of four."""
    return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))


def _remainder(text: str) -> int:
    """Letters count as 10 to 35."""
    return int("".join(str(int(character, 36)) for character in text)) % 97
