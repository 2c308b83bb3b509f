"""The story of a world, told over HTTP: order, plan, choice, answers, production. Leaves room for a visitor.

At each step the conductor waits a little for a person to act in the browser and acts itself if nobody does, so that
the same demonstration runs alone and with an audience.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from scenarios.keys import Keys
from scenarios.people import Actor, Refused
from scenarios.simulator import BookedRun
from scenarios.world import OrderSpec, World

VISITOR_S = 20.0  # how long a visitor has for each step
POLL_S = 1.0
ENDED = {"done", "failed", "cancelled"}

Say = Callable[[str], None]
SetSpeed = Callable[[float], Awaitable[None]]
TakeRuns = Callable[[dict[str, list[BookedRun]]], None]


class Conductor:
    """Plays a world's people. `runs_of` is called with the booked runs by device whenever they change."""

    def __init__(
        self, world: World, keys: Keys, *, client: httpx.AsyncClient, address: str, say: Say,
        set_speed: SetSpeed, take_runs: TakeRuns,
    ) -> None:  # fmt: skip
        self._world = world
        self._keys = keys
        self._say = say
        self._address = address
        self._set_speed = set_speed
        self._take_runs = take_runs
        self._buyer = Actor(client, token=keys.buyer)
        self._firms = {key: Actor(client, token=token) for key, token in keys.firms.items()}

    async def play(self) -> None:
        """From wherever the world stands to the end of the order."""
        order = await self._order()
        page = f"{self._address}orders/{order['id']}"
        if order["status"] in {"draft", "open"}:
            self._say(f"The order is posted: {page}")
            await self._plan(order["id"])
            await self._choose(order["id"])
        await self._agree(order["id"])
        await self._produce(order["id"])

    async def _order(self) -> Any:
        """The world's order: the one that is there, or a new one."""
        spec = self._world.order
        for order in await self._buyer.pages("orders"):
            if order["title"] == spec.title and order["status"] != "cancelled":
                return order
        products = await self._buyer.pages("products")
        product = next(row["id"] for row in products if row["code"] == spec.product_code)
        return await self._buyer.post(
            "orders", order_body(spec, product=product, starts_at=self._world.starts_at)
        )

    async def _plan(self, order: str) -> None:
        await self._visitor(lambda: self._has_plans(order))
        if not await self._has_plans(order):
            await self._buyer.post(f"orders/{order}/plans")
        self._say("Planning …")
        plans = await self._plans(order)
        while not all(plan["status"] in ENDED for plan in plans):
            await asyncio.sleep(POLL_S)
            plans = await self._plans(order)
        for plan in plans:
            self._say(_told(plan))

    async def _choose(self, order: str) -> None:
        await self._visitor(lambda: self._has_deal(order))
        if await self._has_deal(order):
            return
        plans = [plan for plan in await self._plans(order) if plan["finish_min"] is not None]
        if not plans:
            raise NoPlan("No plan was found for the order; the world has too little capacity.")
        best = min(plans, key=lambda plan: plan["finish_min"])
        await self._buyer.post(f"orders/{order}/deal", {"plan": best["id"]})
        self._say(f"Chosen: {best['finish_min'] / 1440:.1f} days. Every factory has its offer.")

    async def _agree(self, order: str) -> None:
        """Factories answer one after the other until all is booked; the first one is left to a visitor for a while."""
        mine = min(self._firms)
        deadline = asyncio.get_running_loop().time() + VISITOR_S
        while True:
            deal = await self._buyer.get(f"orders/{order}/deal")
            if deal["status"] == "agreed":
                return
            if deal["status"] == "changed":
                await self._visitor(lambda: self._is_settled(order))
                await self._consent(order)
            is_visitors_turn = asyncio.get_running_loop().time() < deadline
            for key, firm in self._firms.items():
                if key != mine or not is_visitors_turn:
                    await self._answer(firm)
            await asyncio.sleep(POLL_S)

    async def _answer(self, firm: Actor) -> None:
        for package in await firm.pages("packages"):
            if package["status"] == "offered":
                await firm.post(f"packages/{package['id']}/answer", {"accept_all": True})

    async def _produce(self, order: str) -> None:
        """Machines make what is booked, business time runs fast, and the order ends with its last delivery."""
        self._take_runs(await self._booked_runs())
        self._say(f"All machines are booked. Business time runs at {self._world.clock_speed:g}-fold.")
        await self._set_speed(self._world.clock_speed)
        while (await self._buyer.get(f"orders/{order}"))["status"] != "done":
            await asyncio.sleep(5 * POLL_S)
        await self._set_speed(1.0)
        self._say("The order is done; business time runs at its own pace again.")

    async def _booked_runs(self) -> dict[str, list[BookedRun]]:
        runs: dict[str, list[BookedRun]] = {}
        for firm in self._firms.values():
            for run in await firm.pages("runs"):
                runs.setdefault(run["device"], []).append(booked_run(run))
        return runs

    async def _plans(self, order: str) -> list[Any]:
        return list(await self._buyer.get(f"orders/{order}/plans"))

    async def _has_plans(self, order: str) -> bool:
        return bool(await self._plans(order))

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
        if not await self._is_settled(order):
            await self._buyer.post(f"orders/{order}/deal/consent")

    async def _visitor(self, has_acted: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a visitor to do the step, at most `VISITOR_S`."""
        deadline = asyncio.get_running_loop().time() + VISITOR_S
        while asyncio.get_running_loop().time() < deadline and not await has_acted():
            await asyncio.sleep(POLL_S)


class NoPlan(Exception):
    """The world cannot make its own order."""


def order_body(spec: OrderSpec, *, product: str, starts_at: datetime) -> dict[str, object]:
    return {
        "product": product,
        "title": spec.title,
        "quantity": spec.quantity,
        "due_at": (starts_at + timedelta(days=spec.due_days)).isoformat(),
        "variant": spec.variant,
        "drops": [
            {
                "name": spec.drop_name,
                "city": spec.drop_city,
                "lat": spec.drop_lat,
                "lon": spec.drop_lon,
                "quantity": spec.quantity,
            }
        ],
    }


def booked_run(run: dict[str, Any]) -> BookedRun:
    return BookedRun(
        starts_at=datetime.fromisoformat(run["starts_at"]),
        ends_at=datetime.fromisoformat(run["ends_at"]),
        setup=timedelta(minutes=run["setup_min"]),
        quantity=run["quantity"],
    )


def _told(plan: dict[str, Any]) -> str:
    if plan["finish_min"] is None:
        return f"{plan['goal']}: {plan['plan_status'] or plan['status']} {plan['error']}"
    naive = f" (naive award: {plan['naive_finish_min'] / 1440:.0f} days)" if plan["naive_finish_min"] else ""
    gap = "no bound" if plan["gap_pct"] is None else f"proven gap {plan['gap_pct']:.2f} %"
    return (
        f"{plan['goal']}: {plan['finish_min'] / 1440:.1f} days{naive}, {gap}, "
        f"{plan['num_enterprises']} factories, {plan['num_trips']:,} trucks"
    )
