"""The story of a world, told over HTTP: order, plan, choice, answers, production. Leaves room for a visitor.

At each step the conductor waits a little for a person to act in the browser and acts itself if nobody does, so that
the same demonstration runs alone and with an audience.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from scenarios.people import Actor, Refused
from scenarios.simulator import BookedRun
from scenarios.world import OrderSpec, World

VISITOR_S = 30.0  # how long a visitor has for each step
POLL_S = 1.0
ENDED = {"done", "failed", "cancelled"}  # plans
PRODUCING = {"placed", "running"}  # orders
OVER = {"done", "cancelled"}  # orders

Say = Callable[[str], None]
SetSpeed = Callable[[float], Awaitable[None]]
Prepare = Callable[[], Awaitable[None]]
TakeRuns = Callable[[dict[str, list[BookedRun]]], None]


class Conductor:
    """Plays a world's people. `take_runs` is called with the booked runs by device when production begins;
    `prepare` is awaited before the order is posted."""

    def __init__(
        self, world: World, *, buyer: Actor, firms: Mapping[str, Actor], address: str, speed: float, say: Say,
        set_speed: SetSpeed, take_runs: TakeRuns, prepare: Prepare,
    ) -> None:  # fmt: skip
        self._world = world
        self._buyer = buyer
        self._firms = firms
        self._address = address
        self._speed = speed
        self._say = say
        self._set_speed = set_speed
        self._take_runs = take_runs
        self._prepare = prepare
        self._tried: set[str] = set()

    async def play(self) -> None:
        """From wherever the order stands to its end: each status has its step, and a step that falls through is
        taken again."""
        order = await self._order()
        self._say(f"The order, {order['status']}: {self._address}orders/{order['id']}/")
        while (status := await self._status(order["id"])) not in OVER:
            if status in {"draft", "open"}:
                await self._plan(order["id"])
                await self._choose(order["id"])
            elif status == "offered":
                await self._agree(order["id"])
            else:
                await self._produce(order["id"])
        await self._set_speed(1.0)
        self._say(f"The order is {status}; business time runs at its own pace.")

    async def _order(self) -> Any:
        """The world's order: the one that is there, or a new one."""
        spec = self._world.order
        for order in await self._buyer.pages("orders"):
            if order["title"] == spec.title and order["status"] != "cancelled":
                return order
        await self._prepare()
        products = await self._buyer.pages("products")
        product = next(row["id"] for row in products if row["code"] == spec.product.code)
        return await self._buyer.post(
            "orders", order_body(spec, product=product, starts_at=self._world.starts_at)
        )

    async def _status(self, order: str) -> str:
        return str((await self._buyer.get(f"orders/{order}"))["status"])

    async def _plan(self, order: str) -> None:
        await self._visitor(lambda: self._has_plans(order))
        if not await self._has_plans(order):
            await self._buyer.post(f"orders/{order}/plans")
        self._say("Planning …")
        while not all(plan["status"] in ENDED for plan in await self._untried(order)):
            await asyncio.sleep(POLL_S)
        for plan in await self._untried(order):
            self._say(told(plan))

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

    async def _agree(self, order: str) -> None:
        """Factories answer one after the other until all is booked; the first one is left to a visitor for a while."""
        mine = min(self._firms)
        deadline = asyncio.get_running_loop().time() + VISITOR_S
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

    async def _produce(self, order: str) -> None:
        """Machines make what is booked, business time runs fast, and the order ends with its last delivery."""
        runs = await self._booked_runs()
        self._take_runs(runs)
        number = sum(len(booked) for booked in runs.values())
        self._say(
            f"Booked: {number} runs on {len(runs)} machines. Business time runs at {self._speed:g}-fold."
        )
        await self._set_speed(self._speed)
        while await self._status(order) in PRODUCING:
            await asyncio.sleep(5 * POLL_S)

    async def _booked_runs(self) -> dict[str, list[BookedRun]]:
        runs: dict[str, list[BookedRun]] = {}
        for firm in self._firms.values():
            for run in await firm.pages("runs"):
                runs.setdefault(run["device"], []).append(booked_run(run))
        return runs

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
            await self._buyer.post(f"orders/{order}/deal/consent", {"plan": deal["proposed_plan"]})

    async def _visitor(self, has_acted: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a visitor to do the step, at most `VISITOR_S`."""
        deadline = asyncio.get_running_loop().time() + VISITOR_S
        while asyncio.get_running_loop().time() < deadline and not await has_acted():
            await asyncio.sleep(POLL_S)


class NoPlan(Exception):
    """The world cannot make its own order."""

    code = "scenarios:no-plan"


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


def booked_run(run: dict[str, Any]) -> BookedRun:
    return BookedRun(
        starts_at=datetime.fromisoformat(run["starts_at"]),
        ends_at=datetime.fromisoformat(run["ends_at"]),
        setup=timedelta(minutes=run["setup_min"]),
        quantity=run["quantity"],
    )


def told(plan: dict[str, Any]) -> str:
    if plan["finish_min"] is None:
        return f"{plan['goal']}: {plan['plan_status'] or plan['status']} {plan['error']}"
    naive = f" (naive award: {plan['naive_finish_min'] / 1440:.0f} days)" if plan["naive_finish_min"] else ""
    gap = "no bound" if plan["gap_pct"] is None else f"proven gap {plan['gap_pct']:.2f} %"
    return (
        f"{plan['goal']}: {plan['finish_min'] / 1440:.1f} days{naive}, {gap}, "
        f"{plan['num_enterprises']} factories, {plan['num_trips']:,} trucks"
    )
