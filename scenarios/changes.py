"""Buyers who agree to changed plans and factories that answer what follows. A visitor may be faster.

Business time runs at its own pace meanwhile: at the speed of a story what is proposed would be over before anybody agreed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from scenarios.orders import Say
from scenarios.people import Actor, Refused

POLL_S = 3.0
LIVING = {"open", "proposed"}  # disturbances


class Changes:
    """`orders` are pairs of a buyer and the id of an order of theirs; `changed` is called when all have answered,
    `wait` when the first change begins (True) and when the last is over."""

    def __init__(
        self, orders: Iterable[tuple[Actor, str]], *, firms: Mapping[str, Actor], patience_s: float, say: Say,
        changed: Callable[[], None], wait: Callable[[bool], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._orders = list(orders)
        self._firms = firms
        self._patience_s = patience_s
        self._say = say
        self._changed = changed
        self._wait = wait
        self._asked: set[str] = set()  # orders whose factories were asked anew
        self._seen: dict[str, float] = {}  # since when a proposed plan waits, on the loop's clock

    async def run(self) -> None:
        """Until cancelled."""
        was_moving = False
        while True:
            is_moving = await self.step()
            if is_moving != was_moving:
                await self._wait(is_moving)
            was_moving = is_moving
            await asyncio.sleep(POLL_S)

    async def settle(self, *, within_s: float) -> None:
        """Agree to what is being proposed now, until nothing is or the time is over."""
        deadline = asyncio.get_running_loop().time() + within_s
        while await self.step() and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(POLL_S)

    async def step(self) -> bool:
        """True if some order is being changed."""
        is_moving = False
        for buyer, order in self._orders:
            is_moving |= await self._follow(buyer, order)
        return is_moving

    async def _follow(self, buyer: Actor, order: str) -> bool:
        found = await buyer.pages("disturbances")
        is_disturbed = any(one["order"] == order and one["status"] in LIVING for one in found)
        change = await self._change(buyer, order) if is_disturbed else None
        if change is not None and self._has_waited(change["plan"]):
            await self._commit(buyer, order, change)
        deal = await buyer.get(f"orders/{order}/deal")
        is_asked = deal["num_answered"] < deal["num_packages"]
        if is_asked:
            self._asked.add(order)
            await self._answer()
        elif order in self._asked:
            self._asked.discard(order)
            self._changed()
        return is_disturbed or is_asked

    async def _change(self, buyer: Actor, order: str) -> dict[str, Any] | None:
        try:
            return dict(await buyer.get(f"orders/{order}/change"))
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def _has_waited(self, plan: str) -> bool:
        now = asyncio.get_running_loop().time()
        return now >= self._seen.setdefault(plan, now) + self._patience_s

    async def _commit(self, buyer: Actor, order: str, change: Mapping[str, Any]) -> None:
        try:
            await buyer.post(f"orders/{order}/change/commit", {"plan": change["plan"]})
        except Refused as refused:
            self._say(f"Not committed: {refused}")
        else:
            self._say(
                f"Changed: {len(change['rows']) + change['num_left_out']} runs, {change['num_kept']} stay; "
                f"arrives {change['arrives_at']} in place of {change['arrives_at_before']}."
            )

    async def _answer(self) -> None:
        for firm in self._firms.values():
            for package in await firm.pages("packages"):
                if package["status"] == "offered":
                    await firm.post(f"packages/{package['id']}/answer", {"accept_all": True})
