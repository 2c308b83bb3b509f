"""A buyer: posts orders under keys, asks for plans, chooses one, agrees to changes, and lets what is agreed be made."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scenarios.orders import order_body
from scenarios.tiny import generate
from tests.chaos.acknowledged import Acknowledged, ChosenPlan, PostedOrder
from tests.chaos.load.client import Client, Refused
from tests.chaos.load.maker import Maker

ENDED = {"done", "failed", "cancelled"}  # plans
AGREED = {"placed", "running", "done"}  # orders
POLL_S = 0.7
TWICE = 0.3  # of the orders are sent again after their answer, under the same key
QUANTITIES = (60, 240)
MOST_POLLS = 300


@dataclass(slots=True, kw_only=True)
class Buyer:
    """`name` makes titles and keys that nobody else uses."""

    name: str
    client: Client
    acknowledged: Acknowledged
    maker: Maker | None = None  # None: it only posts
    number: int = 0

    async def act(self) -> None:
        product = next(row["id"] for row in await self.client.rows("products") if row["code"] == "badge")
        while not self.client.is_over.is_set():
            self.number += 1
            order = await self._post(self.number, product=product)
            if self.maker is not None:
                if await self._is_agreed(order):
                    await self.maker.make(order)
            else:
                await asyncio.sleep(self.client.draw.uniform(0.5, 1.5))

    async def _post(self, number: int, *, product: str) -> str:
        title = f"{self.name} {number}"
        self.acknowledged.attempted_titles.append(title)
        body = _order(title, product=product, quantity=self.client.draw.randrange(*QUANTITIES))
        key = f"order-{self.name}-{number}"
        order = (await self.client.post("orders", body, key=key))["id"]
        self.acknowledged.orders.append(PostedOrder(order=order, title=title))
        if self.client.draw.random() < TWICE:
            again = (await self.client.post("orders", body, key=key))["id"]
            if again != order:
                self.acknowledged.broken_words.append(f"key {key} made {order}, then {again}")
        return str(order)

    async def _is_agreed(self, order: str) -> bool:
        """By plans, a choice and the factories' answers; false where it takes too long."""
        for plan in await self.client.post(f"orders/{order}/plans"):
            self.acknowledged.plans.append(plan["id"])
        for _ in range(MOST_POLLS):
            status = (await self.client.get(f"orders/{order}"))["status"]
            if status in AGREED:
                return True
            if status == "open":
                await self._choose(order)
            else:
                await self._consent(order)
            await asyncio.sleep(POLL_S)
        return False

    async def _choose(self, order: str) -> None:
        """One of the plans that are ready; new ones where none of them can be had any more."""
        plans = await self.client.get(f"orders/{order}/plans")
        if any(plan["status"] not in ENDED for plan in plans):
            return
        ready = [plan["id"] for plan in plans if plan["finish_min"] is not None]
        deal = await self._deal_of(order, self.client.draw.choice(ready)) if ready else None
        if deal is None:
            await self._ask_again(order)
        else:
            self.acknowledged.deals.append(ChosenPlan(order=order, deal=deal["id"]))

    async def _deal_of(self, order: str, plan: str) -> Any:
        """None where the plan cannot be had; the deal also where only the answer to the first call was lost."""
        try:
            return await self.client.post(f"orders/{order}/deal", {"plan": plan})
        except Refused:
            return await self._deal(order)

    async def _ask_again(self, order: str) -> None:
        try:
            for plan in await self.client.post(f"orders/{order}/plans"):
                self.acknowledged.plans.append(plan["id"])
        except Refused:  # it was chosen in the meantime, by a call whose answer was lost
            await asyncio.sleep(POLL_S)

    async def _deal(self, order: str) -> Any:
        try:
            return await self.client.get(f"orders/{order}/deal")
        except Refused:
            return None

    async def _consent(self, order: str) -> None:
        deal = await self._deal(order)
        if deal is not None and deal["status"] == "changed":
            try:
                await self.client.post(f"orders/{order}/change/commit", {"plan": deal["proposed_plan"]})
            except Refused:  # the first of two calls was heard, its answer was not
                return


def _order(title: str, *, product: str, quantity: int) -> dict[str, object]:
    """The order of the world, in another size, due in a fortnight of business time."""
    world = generate(1)
    body = order_body(world.order, product=product, starts_at=world.starts_at)
    due_at: datetime = world.starts_at + timedelta(days=14)
    drop = {**body["drops"][0], "quantity": quantity}  # type: ignore[index]
    numbers = {"first": 1, "last": quantity, "prefix": "C"}
    return {
        **body, "title": title, "quantity": quantity, "due_at": due_at.isoformat(), "drops": [drop],
        "variant": {"numbers": numbers},
    }  # fmt: skip
