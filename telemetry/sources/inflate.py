"""Unpacking gzip from strangers: a bomb costs no more than the limit."""

import zlib

_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class InflateRefused(ValueError):
    """`code` is one of gzip:too-large, gzip:malformed."""

    def __init__(self, *, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def inflate(data: bytes, *, max_bytes: int) -> bytes:
    """The content of one whole gzip member; nothing may follow it."""
    decompressor = zlib.decompressobj(wbits=_GZIP_WINDOW)
    try:
        content = decompressor.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise InflateRefused(code="gzip:malformed", reason=f"not gzip: {error}") from None
    if len(content) > max_bytes:
        raise InflateRefused(code="gzip:too-large", reason=f"more than {max_bytes} bytes unpacked")
    if not decompressor.eof or decompressor.unused_data:
        raise InflateRefused(code="gzip:malformed", reason="not one whole gzip member")
    return content
