"""People at machines: they load the program of each booked run and show its first pieces; buyers approve these."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from scenarios.carriers import Goods
from scenarios.people import Actor, Now, Refused
from scenarios.piles import Pile
from scenarios.simulator import Batch, BookedRun
from scenarios.world import OperationSpec

POLL_S = 2.0
RELOAD_S = 60.0  # real seconds between two looks at all work: a re-plan brings other runs
PHOTO_SIZE = (640, 400)

TakeRuns = Callable[[dict[str, list[BookedRun]]], None]


class Makers:
    """`take_runs` is called with the booked runs by device, at first and whenever they were read again; `operations`
    are all that the world's orders have."""

    def __init__(
        self, firms: Mapping[str, Actor], buyers: Iterable[Actor], *, operations: Iterable[OperationSpec], now: Now,
        take_runs: TakeRuns,
    ) -> None:  # fmt: skip
        self._firms = firms
        self._operations = list(operations)
        self._piles: dict[str, Pile] = {}
        self._buyers = list(buyers)
        self._now = now
        self._take_runs = take_runs
        self._to_show: dict[str, tuple[Actor, dict[str, Any]]] = {}
        self._reload_at = 0.0

    def look_again(self) -> None:
        """Other runs were booked."""
        self._reload_at = 0.0

    def goods_left(self, goods: Goods) -> None:
        """Of one factory for another; those of others than factories lie in no pile."""
        if pile := self._piles.get(goods.sender):
            pile.send(goods.shipment, goods.item, goods.quantity)
        if pile := self._piles.get(goods.receiver):
            pile.come(goods.shipment, goods.item, goods.quantity, at=goods.arrives_at)
        elif not goods.receiver:
            self.look_again()

    async def load(self) -> tuple[int, int]:
        """Give the machines their runs; returns the number of runs and of machines that have some."""
        runs: dict[str, list[BookedRun]] = {}
        self._to_show = {}
        for key, firm in self._firms.items():
            work = {row["run"]: row for row in await firm.pages("work-orders")}
            pile = self._piles.setdefault(key, Pile(self._operations))
            pile.hear(work=work.values(), shipments=await firm.pages("shipments"))
            for run in await firm.pages("runs"):
                if run["id"] in work:
                    found = booked_run(run, work=work[run["id"]], pile=pile)
                    runs.setdefault(run["device"], []).append(found)
            wanted = [row for row in work.values() if row["article"] == "wanted"]
            self._to_show |= {row["id"]: (firm, row) for row in wanted}
        self._take_runs(runs)
        return sum(map(len, runs.values())), len(runs)

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        self._reload_at = loop.time() + RELOAD_S
        while True:
            if loop.time() >= self._reload_at:
                await self.load()
                self._reload_at = loop.time() + RELOAD_S
            await self._show_first_articles()
            await self._approve()
            await asyncio.sleep(POLL_S)

    async def _show_first_articles(self) -> None:
        """Of work that has begun; where nothing is made yet it is tried again."""
        now = await self._now()
        for public_id, (firm, row) in list(self._to_show.items()):
            if datetime.fromisoformat(row["planned_start_at"]) > now:
                continue
            try:
                await firm.upload(
                    f"work-orders/{public_id}/first-article", name="photo", content=photo_of(row["code"])
                )
            except Refused:
                continue
            del self._to_show[public_id]

    async def _approve(self) -> None:
        for buyer in self._buyers:
            for article in await buyer.pages("first-articles"):
                if not article["verdict"]:
                    await buyer.post(f"first-articles/{article['id']}/decision", {"approve": True})


def booked_run(run: Mapping[str, Any], *, work: Mapping[str, Any], pile: Pile) -> BookedRun:
    return BookedRun(
        starts_at=datetime.fromisoformat(run["starts_at"]),
        ends_at=datetime.fromisoformat(run["ends_at"]),
        setup=timedelta(minutes=run["setup_min"]),
        quantity=run["quantity"],
        operation=run["operation"],
        program=work["code"],
        batches=tuple(
            Batch(
                starts_at=datetime.fromisoformat(batch["starts_at"]),
                ends_at=datetime.fromisoformat(batch["ends_at"]),
                quantity=batch["quantity"],
            )
            for batch in run["batches"]
        ),
        made=max(work["counted"], pile.made(work["code"], run["operation"])),
        pile=pile,
    )


def photo_of(code: str) -> bytes:
    """A picture of a first piece, with the code of its work order: a JPEG."""
    image = Image.new("RGB", PHOTO_SIZE, "#9aa4ad")
    drawing = ImageDraw.Draw(image)
    drawing.rounded_rectangle((80, 120, 560, 280), radius=18, fill="#e8ecef", outline="#39424a", width=4)
    drawing.text((230, 180), code, fill="#1c2329", font_size=44)
    file = BytesIO()
    image.save(file, format="JPEG", quality=80)
    return file.getvalue()
