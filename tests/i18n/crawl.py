"""Every page somebody can reach: follow the links of the pages, and of the fragments they read."""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.test import Client

LINK = re.compile(r"""<a\b[^>]*?\bhref="([^"#]+)"|\bhx-get="([^"]+)"|\bdata-url="([^"]+)\"""")
LEFT_OUT = ("/static/", "/admin/", "/api/", "/jsi18n/")
MOST_PAGES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    path: str
    status: int
    html: str


def reachable(client: Client, *starts: str) -> list[Page]:
    """GET only; a path is read once for each of its query strings, at most `MOST_PAGES` in all."""
    waiting, seen, pages = list(starts), set(starts), []
    while waiting:
        path = waiting.pop(0)
        response = client.get(path, follow=True)
        if not response.get("Content-Type", "").startswith("text/html"):
            continue
        html = response.content.decode()
        pages.append(Page(path=path, status=response.status_code, html=html))
        assert len(pages) <= MOST_PAGES, f"still more pages: {waiting[:5]}"
        for link in links(html, base=path):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    return pages


def links(html: str, *, base: str) -> list[str]:
    found = []
    for groups in LINK.findall(html):
        parts = urlsplit(urljoin(base, unescape("".join(groups))))
        if not parts.netloc and parts.path.startswith("/") and not parts.path.startswith(LEFT_OUT):
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found
