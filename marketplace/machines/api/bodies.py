"""Bodies of devices: bytes up to a limit, plain or gzip, read by whoever knows their protocol."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from marketplace.common.errors import DomainError
from telemetry.sources.inflate import InflateRefused, inflate

MAX_SENT_BYTES = 2 * 1024 * 1024  # as sent: gzip makes a tenth of NDJSON
MAX_BODY_BYTES = 8 * 1024 * 1024  # unpacked


class BodyRefused(DomainError):
    """The whole body is refused and nothing of it stored; `code` is the reader's."""

    http_status = 400

    def __init__(self, *, code: str, reason: str, status: int = 400, line: int | None = None) -> None:
        super().__init__(reason)
        self.facts = {} if line is None else {"line": line}
        self.code = code
        self.http_status = status


class BytesParser(BaseParser):
    """Any content type; the bytes as they came, one more than allowed where there are too many."""

    media_type = "*/*"

    def parse(  # type: ignore[override]  # whoever asks for these bodies wants bytes
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return bytes(stream.read(MAX_SENT_BYTES + 1))


def body_of(request: Request) -> bytes:
    """The unpacked body. Raises `BodyRefused`: too large, no whole gzip, an unknown encoding."""
    sent: Any = request.data
    if len(sent) > MAX_SENT_BYTES:
        raise BodyRefused(code="body:too-large", reason=f"more than {MAX_SENT_BYTES} bytes sent", status=413)
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "gzip":
        try:
            return inflate(sent, max_bytes=MAX_BODY_BYTES)
        except InflateRefused as error:
            status = 413 if error.code == "gzip:too-large" else 400
            raise BodyRefused(code=error.code, reason=error.reason, status=status) from error
    if encoding != "identity":
        raise BodyRefused(
            code="body:encoding-unknown",
            reason=str(_("The body may be sent as it is or with Content-Encoding: gzip.")),
            status=415,
        )
    return bytes(sent)
