"""Texts that a spreadsheet would run, made harmless on the way out and themselves again on the way in.

A text that begins with a risky character, with or without apostrophes before it, gets one apostrophe more; reading
takes one away from just these texts. So every text comes back as it was, those that begin with an apostrophe too.
"""

RISKY = tuple("=+-@\t\r\n＝＋－＠")  # a spreadsheet would run a text that begins like this
MARK = "'"


def escaped(text: str) -> str:
    return MARK + text if text.lstrip(MARK).startswith(RISKY) else text


def unescaped(text: str) -> str:
    return text[1:] if text.startswith(MARK) and text.lstrip(MARK).startswith(RISKY) else text
