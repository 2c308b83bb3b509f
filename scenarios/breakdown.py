"""A machine breaks down in the middle of a run of the story's order. Business time waits until all is arranged anew.

It runs at its own pace meanwhile: at the speed of a story hours would pass while the plan is made, and what it
proposes would have begun before anybody saw it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from scenarios.changes import LIVING
from scenarios.orders import Say
from scenarios.people import Actor, Now, Refused
from scenarios.world import BreakdownSpec

POLL_S = 0.5
LOOK_S = 3.0
DECIDED = {"committed", "dismissed"}  # disturbances
MARGIN = timedelta(hours=1)  # the run has been on, and would be on, for this long at least

BreakDown = Callable[[str], None]
Wait = Callable[[bool], Awaitable[None]]


class Breakdown:
    """Once in a world's life. `break_down` is called with the device that is to stop, `wait` when business time has to
    wait (True) and when it may go on."""

    def __init__(
        self, spec: BreakdownSpec, *, order: str, starts_at: datetime, buyer: Actor, firms: Iterable[Actor],
        say: Say, now: Now, wait: Wait, break_down: BreakDown,
    ) -> None:  # fmt: skip
        self._spec = spec
        self._order = order
        self._after = starts_at + timedelta(hours=spec.after_h)
        self._buyer = buyer
        self._firms = list(firms)
        self._say = say
        self._now = now
        self._wait = wait
        self._break_down = break_down
        self._before: set[str] = set()  # disturbances

    async def run(self) -> None:
        """Ends when the order is planned anew around the machine, or at once where that has happened before."""
        if await self._was_played():
            return
        while (now := await self._now()) < self._after or (run := await self._victim(now)) is None:
            await asyncio.sleep(LOOK_S)
        await self._wait(True)
        self._say(f"Break-down in {run['id']}: its machine stops with {run['quantity']:,} pieces booked.")
        self._before = {one["id"] for one in await self._disturbances()}
        self._break_down(run["device"])
        began = asyncio.get_running_loop().time()
        await self._until(lambda: self._is_noticed(run["id"]))
        self._tell("Noticed", began)
        await self._until(lambda: self._is_proposed(run["id"]))
        self._tell("A change is proposed", began)
        await self._until(self._is_settled)
        self._tell("All is arranged anew", began)
        await self._wait(False)

    async def _victim(self, now: datetime) -> dict[str, Any] | None:
        """The greatest run of the operation that is well on."""
        on = [
            run
            for firm in self._firms
            for run in await firm.pages("runs")
            if run["operation"] == self._spec.operation
            and datetime.fromisoformat(run["starts_at"]) + MARGIN < now
            and now < datetime.fromisoformat(run["ends_at"]) - MARGIN
        ]
        return max(on, key=lambda run: run["quantity"], default=None)

    async def _until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        while not await holds():
            await asyncio.sleep(POLL_S)

    async def _disturbances(self) -> list[dict[str, Any]]:
        """Machines of the order that fell out."""
        found = await self._buyer.pages("disturbances")
        return [one for one in found if one["order"] == self._order and one["kind"] == "machine_down"]

    async def _was_played(self) -> bool:
        """Something broke and somebody decided, or has still to."""
        return any(one["status"] in LIVING | DECIDED for one in await self._disturbances())

    async def _of(self, run: str) -> list[dict[str, Any]]:
        """What came of this break-down; the run may have been disturbed before."""
        found = await self._disturbances()
        return [one for one in found if one["run"] == run and one["id"] not in self._before]

    async def _is_noticed(self, run: str) -> bool:
        return bool(await self._of(run))

    async def _is_proposed(self, run: str) -> bool:
        """Or decided already: a visitor may be faster."""
        found = await self._of(run)
        return await self._has_change() or all(one["status"] not in LIVING for one in found)

    async def _has_change(self) -> bool:
        try:
            await self._buyer.get(f"orders/{self._order}/change")
        except Refused as refused:
            if refused.status == 404:
                return False
            raise
        return True

    async def _is_settled(self) -> bool:
        """Nothing waits for the buyer, nothing for a factory."""
        if any(one["status"] in LIVING for one in await self._disturbances()):
            return False
        deal = await self._buyer.get(f"orders/{self._order}/deal")
        return bool(deal["num_answered"] >= deal["num_packages"])

    def _tell(self, what: str, began: float) -> None:
        self._say(f"{what} after {asyncio.get_running_loop().time() - began:.1f} s.")
