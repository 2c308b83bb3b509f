"""One order of a world, from its posting to the last factory's yes, told over HTTP. Leaves room for a visitor.

At each step the story waits a little for a person to act in the browser and acts itself if nobody does, so that the
same demonstration runs alone and with an audience.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from scenarios.people import Actor, Refused
from scenarios.world import OrderSpec

HURRY_S = 10.0  # whoever gives a visitor no longer than this takes the first plan that is ready
POLL_S = 1.0
ENDED = {"done", "failed", "cancelled"}  # plans
OPEN = {"draft", "open", "offered"}  # orders that are not agreed yet

Say = Callable[[str], None]
Prepare = Callable[[], Awaitable[None]]


class OrderStory:
    """`prepare` is awaited before the order is posted; a visitor has `patience_s` real seconds for each step."""

    def __init__(
        self, spec: OrderSpec, *, starts_at: datetime, buyer: Actor, firms: Mapping[str, Actor], address: str,
        say: Say, prepare: Prepare, patience_s: float,
    ) -> None:  # fmt: skip
        self._spec = spec
        self._starts_at = starts_at
        self._buyer = buyer
        self._firms = firms
        self._address = address
        self._say = say
        self._prepare = prepare
        self._patience_s = patience_s
        self._tried: set[str] = set()

    async def post(self) -> str:
        """The id of the order: the one that is there, or a new one."""
        for order in await self._buyer.pages("orders"):
            if order["title"] == self._spec.title and order["status"] != "cancelled":
                break
        else:
            await self._prepare()
            products = await self._buyer.pages("products")
            product = next(row["id"] for row in products if row["code"] == self._spec.product.code)
            body = order_body(self._spec, product=product, starts_at=self._starts_at)
            order = await self._buyer.post("orders", body)
        self._say(f"{self._spec.title}, {order['status']}: {self._address}orders/{order['id']}/")
        return str(order["id"])

    async def is_rated(self, order: str) -> bool:
        return bool((await self._buyer.get(f"orders/{order}"))["rating"])

    async def agree(self, order: str) -> None:
        """From wherever the order stands until all is booked: each status has its step, and a step that falls
        through is taken again."""
        while (status := await self._status(order)) in OPEN:
            if status == "offered":
                await self._answers(order)
            else:
                await self.plan(order)
                await self._choose(order)

    async def _status(self, order: str) -> str:
        return str((await self._buyer.get(f"orders/{order}"))["status"])

    async def plan(self, order: str) -> None:
        """Ask for plans, unless a visitor does, and tell what was found."""
        await self._visitor(lambda: self._has_plans(order))
        if not await self._has_plans(order):
            await self._buyer.post(f"orders/{order}/plans")
        self._say("Planning …")
        while not _enough(await self._untried(order), is_hurried=self._patience_s <= HURRY_S):
            await asyncio.sleep(POLL_S)
        for plan in await self._untried(order):
            if plan["status"] in ENDED:
                self._say(told(plan))
            else:
                await self._buyer.post(f"plans/{plan['id']}/stop")

    async def _choose(self, order: str) -> None:
        await self._visitor(lambda: self._has_deal(order))
        if await self._has_deal(order):
            return
        plans = [plan for plan in await self._untried(order) if plan["finish_min"] is not None]
        if not plans:
            raise NoPlan("No plan was found for the order; the world has too little capacity.")
        best = min(plans, key=lambda plan: plan["finish_min"])
        self._tried |= {plan["id"] for plan in plans}
        try:
            await self._buyer.post(f"orders/{order}/deal", {"plan": best["id"]})
        except Refused as refused:
            self._say(f"Not chosen: {refused}")
        else:
            self._say(f"Chosen: {best['finish_min'] / 1440:.1f} days. Every factory has its offer.")

    async def _answers(self, order: str) -> None:
        """Factories answer one after the other until all is booked; the first one is left to a visitor for a while."""
        mine = min(self._firms)
        deadline = asyncio.get_running_loop().time() + self._patience_s
        said = None
        while await self._status(order) == "offered" and await self._has_deal(order):
            deal = await self._buyer.get(f"orders/{order}/deal")
            if deal["status"] == "changed":
                await self._visitor(lambda: self._is_settled(order))
                await self._consent(order)
            is_visitors_turn = asyncio.get_running_loop().time() < deadline
            for key, firm in self._firms.items():
                if key != mine or not is_visitors_turn:
                    await self._answer(firm)
            now = (deal["num_answered"], deal["num_packages"])
            if now != said:
                said = now
                self._say(f"Answered: {now[0]} of {now[1]} factories.")
            await asyncio.sleep(POLL_S)

    async def _answer(self, firm: Actor) -> None:
        for package in await firm.pages("packages"):
            if package["status"] == "offered":
                await firm.post(f"packages/{package['id']}/answer", {"accept_all": True})

    async def _plans(self, order: str) -> list[Any]:
        return list(await self._buyer.get(f"orders/{order}/plans"))

    async def _untried(self, order: str) -> list[Any]:
        """Plans that were not chosen before in vain."""
        return [plan for plan in await self._plans(order) if plan["id"] not in self._tried]

    async def _has_plans(self, order: str) -> bool:
        """Some plan is being made or can be chosen."""
        plans = await self._untried(order)
        return any(plan["status"] not in ENDED or plan["finish_min"] is not None for plan in plans)

    async def _has_deal(self, order: str) -> bool:
        try:
            await self._buyer.get(f"orders/{order}/deal")
        except Refused as refused:
            if refused.status == 404:
                return False
            raise
        return True

    async def _is_settled(self, order: str) -> bool:
        return bool((await self._buyer.get(f"orders/{order}/deal"))["status"] != "changed")

    async def _consent(self, order: str) -> None:
        deal = await self._buyer.get(f"orders/{order}/deal")
        if deal["status"] == "changed":
            try:
                await self._buyer.post(f"orders/{order}/change/commit", {"plan": deal["proposed_plan"]})
            except Refused as refused:
                if refused.status != 409:  # it is outdated, and being planned anew
                    raise

    async def _visitor(self, has_acted: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a visitor to do the step, at most `patience_s`."""
        deadline = asyncio.get_running_loop().time() + self._patience_s
        while asyncio.get_running_loop().time() < deadline and not await has_acted():
            await asyncio.sleep(POLL_S)


class NoPlan(Exception):
    """The world cannot make its own order."""

    code = "scenarios:no-plan"


def _enough(plans: list[Any], *, is_hurried: bool) -> bool:
    """Every plan is ready; in a hurry the first that can be chosen will do."""
    if all(plan["status"] in ENDED for plan in plans):
        return True
    ready = [plan for plan in plans if plan["status"] == "done" and plan["finish_min"] is not None]
    return is_hurried and bool(ready)


def order_body(spec: OrderSpec, *, product: str, starts_at: datetime) -> dict[str, object]:
    return {
        "product": product,
        "title": spec.title,
        "quantity": spec.quantity,
        "due_at": (starts_at + timedelta(days=spec.due_days)).isoformat(),
        "variant": spec.variant,
        "drops": [
            {
                "name": drop.name,
                "city": drop.city,
                "lat": drop.lat,
                "lon": drop.lon,
                "quantity": drop.quantity,
            }
            for drop in spec.drops
        ],
    }


def told(plan: dict[str, Any]) -> str:
    if plan["finish_min"] is None:
        return f"{plan['goal']}: {plan['plan_status'] or plan['status']} {plan['error']}"
    naive = f" (naive award: {plan['naive_finish_min'] / 1440:.0f} days)" if plan["naive_finish_min"] else ""
    gap = "no bound" if plan["gap_pct"] is None else f"proven gap {plan['gap_pct']:.2f} %"
    return (
        f"{plan['goal']}: {plan['finish_min'] / 1440:.1f} days{naive}, {gap}, "
        f"{plan['num_enterprises']} factories, {plan['num_trips']:,} trucks"
    )
