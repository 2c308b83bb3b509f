"""People of a story send what is due, and what was left behind as soon as it is there."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from scenarios.carriers import WAITS_FOR_ALL, Carriers

DUE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Factory:
    """Sends everything it is asked to; of what may leave in part a rest of forty pieces is planned."""

    def __init__(self) -> None:
        self.rows = [self.row("shp_1", 100)]
        self.sent: list[tuple[str, int | None]] = []

    def row(self, name: str, quantity: int) -> dict[str, object]:
        times = {"departs_at": DUE.isoformat(), "arrives_at": (DUE + timedelta(days=99)).isoformat()}
        return {"id": name, "item": "press", "status": "planned", "planned_quantity": quantity, **times}

    async def get(self, _what):
        return {"quantity": 60}

    async def pages(self, _what, *, list):
        return self.rows if list == "send" else []

    async def post(self, _what, body):
        for one in body["shipments"]:
            self.sent.append((one["id"], one["quantity"]))
            self.rows = [] if one["quantity"] else [self.row("shp_2", 40)]
        return {"results": [{"id": one["id"], "status": "dispatched"} for one in body["shipments"]]}


@pytest.mark.parametrize(
    ("late", "sent"),
    [(timedelta(), [("shp_1", 100)]), (2 * WAITS_FOR_ALL, [("shp_1", None), ("shp_2", None)])],
)
def test_the_rest_of_what_left_in_part_is_sent_without_waiting_for_the_next_look(late, sent):
    factory, gone = Factory(), []

    async def took(_seconds):
        pass

    async def now():
        return DUE + late

    async def play():
        running = asyncio.create_task(Carriers({"firm": factory}, now=now, left=gone.append, took=took).run())
        while len(factory.sent) < len(sent):
            await asyncio.sleep(0.01)
        running.cancel()

    asyncio.run(asyncio.wait_for(play(), timeout=10))
    assert factory.sent == sent
    first = gone[0]
    assert (first.shipment, first.sender, first.receiver, first.item) == ("shp_1", "firm", "", "press")
    assert first.quantity == (100 if sent[0][1] else 60)
