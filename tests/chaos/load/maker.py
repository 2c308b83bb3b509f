"""An agreed order is made and delivered: work started, tallied under keys, first pieces approved, goods sent and
received. One after the other, because nothing may be embossed that was not pressed."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.chaos.acknowledged import Acknowledged, CountedPieces, MovedGoods
from tests.chaos.load.client import Client, Refused

OPERATIONS = ("press", "emboss")
CLOSED = {"finished", "short", "cancelled"}
MOVED = {"received", "cancelled"}
BY_HAND = ""  # the machine has no counter
ARTICLE_WAITS = "production:first-article-waits"
POLL_S = 0.5
MOST_POLLS = 240
MOST_PIECES = 25  # in one tally
TWICE = 0.3  # of the tallies are told again under their key
SCRAP = 0.1  # of the tallies at the press are scrap: it has steel enough, and what comes after it has no piece too many


@dataclass(slots=True, kw_only=True)
class Maker:
    """Acts for the buyer and all factories. `machines` keeps two orders from driving each other off a machine."""

    buyer: Client
    firms: Mapping[str, Client]
    acknowledged: Acknowledged
    machines: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def make(self, order: str) -> None:
        """Until everything is received, or it takes too long: then the rest is left as it is."""
        for operation in OPERATIONS:
            for lot in await self._lots(order, operation):
                if not await self._is_worked(lot):
                    return
            await self._ship(order)
            if not await self._is_pressed_received(order):
                return

    async def _lots(self, order: str, operation: str) -> list[str]:
        """Work opens after a nudge, or with the next sweep."""
        for _ in range(MOST_POLLS):
            lots = (await self.buyer.get(f"orders/{order}/made"))["lots"]
            if lots:
                return [lot["id"] for lot in lots if lot["operation"] == operation]
            await asyncio.sleep(POLL_S)
        self.acknowledged.broken_words.append(f"{order} is agreed and nobody opened its work")
        return []

    async def _is_worked(self, work_order: str) -> bool:
        """To its end, or its machine counts too slowly to wait for it."""
        found = await self._owner(f"work-orders/{work_order}")
        if found is None:
            self.acknowledged.broken_words.append(f"nobody owns {work_order}")
            return False
        firm, work = found
        async with self.machines.setdefault(work["machine"], asyncio.Lock()):
            for number in range(MOST_POLLS):
                if work["status"] in CLOSED:
                    return True
                if work["status"] != "running":
                    await self._start(firm, work_order, number=number)
                if work["counter"] == BY_HAND:
                    may_spoil = work["operation"] == OPERATIONS[0]
                    await self._tally(firm, work_order, number=number, may_spoil=may_spoil)
                else:
                    await asyncio.sleep(POLL_S)
                work = await firm.get(f"work-orders/{work_order}")
        return False

    async def _owner(self, path: str) -> tuple[Client, Any] | None:
        """The factory that sees it, and what it sees: a foreign id is unknown to all others."""
        for firm in self.firms.values():
            try:
                return firm, await firm.get(path)
            except Refused as refused:
                if refused.status != 404:
                    raise
        return None

    async def _start(self, firm: Client, work_order: str, *, number: int) -> None:
        await firm.post(f"work-orders/{work_order}/start", key=f"start-{work_order}-{number}")

    async def _tally(self, firm: Client, work_order: str, *, number: int, may_spoil: bool) -> None:
        quantity = firm.draw.randint(1, MOST_PIECES)
        tally: dict[str, Any] = {"key": f"chaos-{number}", "kind": "good", "quantity": quantity}
        if firm.draw.random() < SCRAP and may_spoil:
            tally |= {"kind": "scrap", "reason": "surface"}
        if not await self._tell(firm, work_order, tally, key=f"tally-{work_order}-{number}"):
            return
        if firm.draw.random() < TWICE:
            await self._tell(firm, work_order, tally, key=f"again-{work_order}-{number}")

    async def _tell(self, firm: Client, work_order: str, tally: dict[str, Any], *, key: str) -> bool:
        """Whether it was counted."""
        answer = await firm.post(f"work-orders/{work_order}/tallies", {"tallies": [tally]}, key=key)
        (outcome,) = answer["outcomes"]
        if outcome.get("code") == ARTICLE_WAITS:
            await self._approve(firm, work_order)
        if "code" in outcome:
            firm.traffic.refusals[outcome["code"]] += 1
            return False
        self.acknowledged.tallies.append(
            CountedPieces(
                work_order=work_order, key=tally["key"], kind=tally["kind"], quantity=tally["quantity"]
            )
        )
        return True

    async def _approve(self, firm: Client, work_order: str) -> None:
        """The first pieces are shown and the buyer says yes; a call that was heard without an answer is refused."""
        try:
            files = {"photo": ("first.jpg", _photo(), "image/jpeg")}
            await firm.answer("POST", f"work-orders/{work_order}/first-article", files=files)
        except Refused:
            await asyncio.sleep(POLL_S)
        for article in await self.buyer.rows("first-articles"):
            if article["work_order"] == work_order and not article["verdict"]:
                body = {"approve": True}
                await self.buyer.post(
                    f"first-articles/{article['id']}/decision", body, key=f"yes-{article['id']}"
                )

    async def _ship(self, order: str) -> None:
        """Everything that may leave leaves and is received, until nothing more can."""
        for _ in range(3):
            for shipment in (await self.buyer.get("shipments", order=order, limit=200))["results"]:
                if shipment["status"] == "planned":
                    await self._send(shipment["id"])
            for shipment in (await self.buyer.get("shipments", order=order, limit=200))["results"]:
                if shipment["status"] in {"dispatched", "arrived"}:
                    await self._receive(shipment["id"])

    async def _is_pressed_received(self, order: str) -> bool:
        """Of what was pressed: nothing can be embossed that is not there."""
        shipments = (await self.buyer.get("shipments", order=order, limit=200))["results"]
        return all(one["status"] in MOVED or one["item"] != OPERATIONS[0] for one in shipments)

    async def _send(self, shipment: str) -> None:
        for firm in self.firms.values():
            try:
                sent = await firm.post(f"shipments/{shipment}/dispatch", {}, key=f"send-{shipment}")
            except Refused:  # not its goods, or not made yet
                continue
            self.acknowledged.dispatched.append(MovedGoods(shipment=shipment, quantity=sent["quantity"]))

    async def _receive(self, shipment: str) -> None:
        key = f"receipt-{shipment}"
        for receiver in [self.buyer, *self.firms.values()]:
            try:
                got = await receiver.post(f"shipments/{shipment}/receive", {"key": key}, key=key)
            except Refused:  # somebody else's to receive
                continue
            self.acknowledged.received.append(
                MovedGoods(shipment=shipment, quantity=got["quantity"], key=key)
            )


def _photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(made, format="JPEG")
    return made.getvalue()
