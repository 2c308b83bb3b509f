"""No body is read beyond what any view takes: Django itself would spool it to disk before anybody is asked who sends it."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope

MAX_BODY_BYTES = 6_000_000  # DATA_UPLOAD_MAX_MEMORY_SIZE and what the wrapping of a form costs
Application = Callable[[Any, Any, Any], Awaitable[None]]


class _TooLarge(Exception):
    """More came than may come; nothing is answered yet."""


class BodyLimit:
    """Around an HTTP application: 413 for a body that is announced or found to be larger than MAX_BODY_BYTES."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        announced = dict(scope["headers"]).get(b"content-length", b"0")  # type: ignore[typeddict-item]
        if not announced.isdigit() or int(announced[:20]) > MAX_BODY_BYTES:
            await _refuse(send)
            return
        num_bytes = 0

        async def counted() -> Any:
            nonlocal num_bytes
            message = await receive()
            num_bytes += len(message.get("body", b""))  # type: ignore[arg-type]
            if num_bytes > MAX_BODY_BYTES:
                raise _TooLarge
            return message

        try:
            await self.application(scope, counted, send)
        except _TooLarge:
            await _refuse(send)


async def _refuse(send: Any) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b"The body is too large."})
