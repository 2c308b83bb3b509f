"""People of a scenario: they act through the public API, as anybody could."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx

TIMEOUT_S = 60.0

Now = Callable[[], Awaitable[datetime]]  # business time


class Refused(Exception):
    """The API said no; `code` is its stable code."""

    def __init__(self, *, path: str, status: int, code: str, message: str) -> None:
        super().__init__(f"{path}: {status} {code}: {message}")
        self.status = status
        self.code = code


class Actor:
    """Somebody with an API token."""

    def __init__(self, client: httpx.AsyncClient, *, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, **params: str | int) -> Any:
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: object = None) -> Any:
        """POST once, however often the connection fails: the key makes a repetition harmless."""
        return await self._call("POST", path, json=body or {}, headers={"Idempotency-Key": uuid.uuid4().hex})

    async def upload(self, path: str, *, name: str, content: bytes) -> Any:
        """Send a JPEG as the form field of that name."""
        return await self._call("POST", path, files={name: (f"{name}.jpg", content, "image/jpeg")})

    async def pages(self, path: str, **params: str | int) -> list[Any]:
        """Every row of a list."""
        page = await self.get(path, limit=200, **params)
        rows = list(page["results"])
        while page["next"]:
            page = await self._call("GET", page["next"])
            rows += page["results"]
        return rows

    async def _call(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **rest: Any
    ) -> Any:
        where = path if path.startswith("http") else f"/api/v1/{path}"
        answer = await self._client.request(
            method, where, headers={**self._headers, **(headers or {})}, **rest
        )
        if answer.is_success:
            return answer.json() if answer.content else None
        try:
            error = answer.json()["error"]
        except (ValueError, KeyError):
            error = {"code": "http", "message": answer.text[:200]}
        raise Refused(path=path, status=answer.status_code, code=error["code"], message=error["message"])
