"""A factory: answers its offers, nearly always with yes; what it was told is booked is written down."""

import asyncio
from dataclasses import dataclass
from typing import Any

from tests.chaos.acknowledged import Acknowledged, BookedRun
from tests.chaos.load.client import Client, Refused

POLL_S = 0.8
DECLINES = 0.12  # of the packages lose a run: the rest is planned again


@dataclass(slots=True, kw_only=True)
class Factory:
    client: Client
    acknowledged: Acknowledged

    async def act(self) -> None:
        while not self.client.is_over.is_set():
            for package in await self.client.rows("packages"):
                if package["status"] == "offered":
                    await self._answer(package["id"])
            await asyncio.sleep(POLL_S)

    async def _answer(self, package: str) -> None:
        offered = await self.client.get(f"packages/{package}")
        body: dict[str, Any] = {"accept_all": True}
        if self.client.draw.random() < DECLINES:
            body = {"accepted": [run["id"] for run in offered["runs"][1:]], "reason": "The tool is away."}
        try:
            answered = await self.client.post(f"packages/{package}/answer", body)
        except Refused:  # closed, or the first of two calls was heard and its answer was not
            answered = await self.client.get(f"packages/{package}")
        self.acknowledged.bookings += [
            BookedRun(
                run=run["id"], machine=run["machine"], starts_at=run["starts_at"], ends_at=run["ends_at"]
            )
            for run in answered["runs"]
            if run["status"] == "booked"
        ]
