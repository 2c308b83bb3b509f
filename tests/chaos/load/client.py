"""Somebody who calls the API and does not give up: what failed without an answer is sent again."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

PAUSE_S = (0.1, 0.8)
TIMEOUT_S = 20.0
AGAIN = {429, 500, 502, 503, 504}  # no answer to the question that was asked


class Unanswered(Exception):
    """The run ended before an answer came."""


class Refused(Exception):
    """The API said no; `code` is its stable code."""

    def __init__(self, *, path: str, status: int, code: str, message: str) -> None:
        super().__init__(f"{path}: {status} {code}: {message}")
        self.status = status
        self.code = code


@dataclass(slots=True, kw_only=True)
class Traffic:
    """What the load saw of the outages."""

    answers: Counter[int] = field(default_factory=Counter)  # by HTTP status; 0 is no answer at all
    refusals: Counter[str] = field(default_factory=Counter)  # by code


@dataclass(slots=True, kw_only=True)
class Client:
    """A token's holder. `is_over` ends all patience."""

    http: httpx.AsyncClient
    token: str
    draw: random.Random
    traffic: Traffic
    is_over: asyncio.Event

    async def get(self, path: str, **params: str | int) -> Any:
        return (await self.answer("GET", path, params=params)).json()

    async def rows(self, path: str) -> list[Any]:
        """The newest rows of a list, at most 200."""
        return list((await self.get(path, limit=200))["results"])

    async def post(self, path: str, body: object = None, *, key: str = "") -> Any:
        """Sent until it is answered, under the same key if there is one."""
        headers = {"Idempotency-Key": key} if key else {}
        return (await self.answer("POST", path, json=body or {}, headers=headers)).json()

    async def answer(self, method: str, path: str, **rest: Any) -> httpx.Response:
        """The first answer that is one. Raises `Refused` and `Unanswered`."""
        headers = {"Authorization": f"Bearer {self.token}", **rest.pop("headers", {})}
        while not self.is_over.is_set():
            try:
                found = await self.http.request(method, f"/api/v1/{path}", headers=headers, **rest)
            except httpx.HTTPError:
                self.traffic.answers[0] += 1
            else:
                self.traffic.answers[found.status_code] += 1
                if found.is_success:
                    return found
                if found.status_code not in AGAIN:
                    raise self._refusal(path, found)
            await asyncio.sleep(self.draw.uniform(*PAUSE_S))
        raise Unanswered(path)

    def _refusal(self, path: str, found: httpx.Response) -> Refused:
        try:
            error = found.json()["error"]
        except (ValueError, KeyError):
            error = {"code": "http", "message": found.text[:200]}
        self.traffic.refusals[error["code"]] += 1
        return Refused(path=path, status=found.status_code, code=error["code"], message=error["message"])
