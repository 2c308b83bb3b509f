"""People who send and receive: what is due leaves when it is all there, and is counted where it arrives."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scenarios.people import Actor, Now, Refused

POLL_S = 1.0
RELOAD_S = 60.0  # real seconds between two looks at all shipments: a re-plan brings others
WAITS_FOR_ALL = timedelta(hours=12)  # business time after which a shipment leaves with what there is
MOST_AT_ONCE = 400
PLANNED = {"planned", "packing"}
UNDER_WAY = {"dispatched", "arrived"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What has just left: pieces of an item, the keys of both ends, when they are there as planned. The receiver is
    empty where it has not looked at what is coming yet."""

    shipment: str
    sender: str
    receiver: str
    item: str
    quantity: int
    arrives_at: datetime


Left = Callable[[Goods], None]
Took = Callable[[float], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Desk:
    """The shipments of one enterprise that are not over, by id."""

    key: str
    actor: Actor
    to_send: dict[str, dict[str, Any]] = field(default_factory=dict)
    coming: dict[str, dict[str, Any]] = field(default_factory=dict)


class Carriers:
    """`actors` are all who may send or receive, by any key; `now` reads business time; `left` hears of
    goods under way; `took` how many real seconds each look at all that is due needs."""

    def __init__(self, actors: Mapping[str, Actor], *, now: Now, left: Left, took: Took) -> None:
        self._desks = [Desk(key=key, actor=actor) for key, actor in actors.items()]
        self._now = now
        self._left = left
        self._took = took
        self._under_way: set[str] = set()
        self._reload_at = 0.0

    def look_again(self) -> None:
        """Other shipments were planned: by a re-plan, or as the rest of one that left with what there was."""
        self._reload_at = 0.0

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            if loop.time() >= self._reload_at:
                await self._reload()
                self._reload_at = loop.time() + RELOAD_S
            began_at = loop.time()
            await self.step()
            await self._took(loop.time() - began_at)
            await asyncio.sleep(POLL_S)

    async def step(self) -> None:
        """Send and receive what is due by now."""
        now = await self._now()
        for desk in self._desks:
            await self._send(desk, now=now)
            await self._receive(desk, now=now)

    async def _reload(self) -> None:
        for desk in self._desks:
            sending = await desk.actor.pages("shipments", list="send")
            coming = await desk.actor.pages("shipments", list="coming")
            desk.to_send = {row["id"]: row for row in sending}
            desk.coming = {row["id"]: row for row in coming}
            self._under_way |= {row["id"] for row in coming if row["status"] in UNDER_WAY}

    async def _send(self, desk: Desk, *, now: datetime) -> None:
        due = [row for row in desk.to_send.values() if _moment(row["departs_at"]) <= now][:MOST_AT_ONCE]
        if not due:
            return
        wanted = [_packing(row, now=now) for row in due]
        parts = {one["id"] for one in wanted if one["quantity"] is None}
        for outcome in await self._many(desk.actor, "dispatch", wanted):
            if outcome["status"] in UNDER_WAY:
                self._under_way.add(outcome["id"])
                is_part = outcome["id"] in parts
                self._left(await self._goods(desk, desk.to_send.pop(outcome["id"]), is_part=is_part))
                if is_part:
                    self.look_again()

    async def _goods(self, desk: Desk, row: Mapping[str, Any], *, is_part: bool) -> Goods:
        """What left as planned is known; of a part one has to look."""
        shipment = await desk.actor.get(f"shipments/{row['id']}") if is_part else row
        receiver = next((other.key for other in self._desks if row["id"] in other.coming), "")
        return Goods(
            shipment=row["id"],
            sender=desk.key,
            receiver=receiver,
            item=row["item"],
            quantity=shipment["quantity" if is_part else "planned_quantity"],
            arrives_at=_moment(row["arrives_at"]),
        )

    async def _receive(self, desk: Desk, *, now: datetime) -> None:
        due = [
            {"id": row["id"], "key": f"all-of-{row['id']}"}
            for row in desk.coming.values()
            if row["id"] in self._under_way and _moment(row["arrives_at"]) <= now
        ]
        if not due:
            return
        for outcome in await self._many(desk.actor, "receive", due[:MOST_AT_ONCE]):
            if outcome["status"] == "received":
                self._under_way.discard(outcome["id"])
                desk.coming.pop(outcome["id"], None)

    async def _many(self, actor: Actor, what: str, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What could not be done yet is tried again at the next step."""
        try:
            answer = await actor.post(f"shipments/many/{what}", {"shipments": wanted})
        except Refused as refused:
            if refused.status >= 500:
                return []
            raise
        return list(answer["results"])


def _packing(row: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """All that was planned, or, when it has waited long enough, what there is."""
    is_late = now > _moment(row["departs_at"]) + WAITS_FOR_ALL
    return {"id": row["id"], "quantity": None if is_late else row["planned_quantity"]}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
