"""Latin words on a page in 简体中文: in texts, in attributes people read, and in the data of drawings and scripts."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

READ_ATTRIBUTES = {
    "title", "aria-label", "placeholder", "alt", "data-confirm", "data-confirm-yes", "data-label", "hx-confirm"
}  # fmt: skip
# Names and units that Chinese engineers write with Latin letters too.
ALLOWED = {
    "Muster", "CSV", "JSON", "API", "QR", "ISO", "IATF", "HTTP", "HTTPS", "MQTT", "URL", "ERP", "MES", "OEE", "PLC",
    "MTConnect", "OPC", "UA", "Modbus", "Sparkplug", "TCP", "XML", "UTC", "Ctrl", "PDF", "OKH", "GB", "Email",
    "CNY", "USD", "EUR", "h", "min", "s", "kg", "g", "t", "m", "mm", "km", "QoS", "kW", "kWh", "px", "Excel", "TOTP",
    "PIN", "MB", "iCal", "xlsx", "DO", "DX",
}  # fmt: skip
NO_WORD = re.compile(
    r"https?://\S+"  # addresses
    r"|[\w.+-]+@[\w.-]+"
    r"|\b[a-z]{2,4}_[0-9a-z]{16}\b"  # public ids
    r"|\b[A-Z][\w+-]*(?:/[A-Z][\w+-]*)+"  # time zones: Asia/Shanghai
    r"|\b\w*\d\w*\b",  # M3, 6061, 2026-03-02T08
    re.ASCII,  # a word ends where Chinese begins
)
LATIN = re.compile(r"[A-Za-zÀ-ɏ]+")
VOID = {"meta", "link", "img", "input", "br", "hr", "area", "col", "source", "wbr"}


def latin_words(html: str) -> set[str]:
    """What a reader of Chinese would stumble over; elements with `translate="no"` are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return {word for text in reader.texts for word in _words(text)}


def _words(text: str) -> Iterator[str]:
    for word in LATIN.findall(NO_WORD.sub(" ", text)):
        if word not in ALLOWED and not (len(word) == 1 and word.isupper()):  # Factory A
            yield word


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        is_exempt = values.get("translate") == "no" or tag == "style"
        self._is_data = tag == "script" and values.get("type") == "application/json"
        if tag == "script" and not self._is_data:
            is_exempt = True
        if not (is_exempt or self._is_exempt):
            self.texts += [value for name, value in attrs if name in READ_ATTRIBUTES and value]
        if tag not in VOID:
            self._open.append((tag, is_exempt))

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if self._is_exempt:
            return
        if self._open and self._open[-1][0] == "script":
            self.texts += _shown(json.loads(data))
        else:
            self.texts.append(data)

    @property
    def _is_exempt(self) -> bool:
        return any(exempt for _, exempt in self._open)


def _shown(data: dict[str, object]) -> Iterator[str]:
    """Texts for scripts, and the labels of a drawing; its codes are not shown."""
    texts = data.get("texts", {})
    assert isinstance(texts, dict)
    yield from (re.sub(r"%\(\w+\)s", "", text) for text in texts.values())
    for name in ("rows", "groups"):
        yield from _list(data, name)
    yield from (str(bar[4]) for bar in _list(data, "bars"))
    yield from (str(point[4]) for point in _list(data, "points"))
    yield from (str(flow[3]) for flow in _list(data, "flows"))
    yield from (str(series["name"]) for series in _list(data, "series"))
    yield str(data.get("unit", ""))


def _list(data: dict[str, object], name: str) -> list:
    found = data.get(name, [])
    assert isinstance(found, list)
    return found
