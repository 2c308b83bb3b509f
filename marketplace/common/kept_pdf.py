"""Documents as downloads: the stored bytes under their hash."""

from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.utils import translation


class KeptPdf(Protocol):
    """A row with the bytes of a PDF in one language."""

    language: str
    sha256: str
    content: "bytes | memoryview[int]"


def language_of(request: HttpRequest) -> str:
    """As asked for by `?language=`, else the reader's."""
    return request.GET.get("language", "") or translation.get_language() or "en"


def pdf_response(document: KeptPdf, *, name: str) -> HttpResponse:
    """`ETag` is the hash of the bytes: who has them is answered 304."""
    response = HttpResponse(bytes(document.content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}-{document.language}.pdf"'
    response["ETag"] = f'"{document.sha256}"'
    response["Cache-Control"] = "private, no-cache"
    return response
