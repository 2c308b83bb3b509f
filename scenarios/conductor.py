"""The story of a world: its orders are agreed, then its machines and people make, deliver and pay what is booked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from scenarios import orders
from scenarios.orders import OrderStory, Prepare, Say
from scenarios.people import Actor
from scenarios.simulator import BookedRun
from scenarios.world import OrderSpec, World

OVER = {"done", "cancelled"}  # orders

SetSpeed = Callable[[float], Awaitable[None]]
TakeRuns = Callable[[dict[str, list[BookedRun]]], None]


class Conductor:
    """Plays a world's people, `buyers` and `firms` by their keys. `take_runs` is called with the booked runs by
    device when production begins; `prepare` is awaited before the story's order is posted."""

    def __init__(
        self, world: World, *, buyers: Mapping[str, Actor], firms: Mapping[str, Actor], address: str, speed: float,
        say: Say, set_speed: SetSpeed, take_runs: TakeRuns, prepare: Prepare,
    ) -> None:  # fmt: skip
        self._world = world
        self._buyers = buyers
        self._firms = firms
        self._address = address
        self._speed = speed
        self._say = say
        self._set_speed = set_speed
        self._take_runs = take_runs
        self._prepare = prepare

    async def play(self) -> None:
        """From wherever the orders stand to their end."""
        posted = []
        for spec in self._world.earlier:
            posted.append((spec, await self._agreed(spec, prepare=_nothing, patience_s=0.0)))
        main = self._world.order
        posted.append(
            (main, await self._agreed(main, prepare=self._prepare, patience_s=self._world.patience_s))
        )
        if not all([await self._is_over(*one) for one in posted]):
            await self._produce(posted)
        await self._set_speed(1.0)
        self._say("The orders are over; business time runs at its own pace.")

    async def _agreed(self, spec: OrderSpec, *, prepare: Prepare, patience_s: float) -> str:
        story = OrderStory(
            spec, starts_at=self._world.starts_at, buyer=self._buyers[spec.buyer], firms=self._firms,
            address=self._address, say=self._say, prepare=prepare, patience_s=patience_s,
        )  # fmt: skip
        order = await story.post()
        await story.agree(order)
        return order

    async def _is_over(self, spec: OrderSpec, order: str) -> bool:
        return (await self._buyers[spec.buyer].get(f"orders/{order}"))["status"] in OVER

    async def _produce(self, posted: list[tuple[OrderSpec, str]]) -> None:
        """Machines make what is booked, business time runs fast, and an order ends with its last delivery."""
        runs = await self._booked_runs()
        self._take_runs(runs)
        number = sum(len(booked) for booked in runs.values())
        self._say(
            f"Booked: {number} runs on {len(runs)} machines. Business time runs at {self._speed:g}-fold."
        )
        await self._set_speed(self._speed)
        while not all([await self._is_over(*one) for one in posted]):
            await asyncio.sleep(5 * orders.POLL_S)

    async def _booked_runs(self) -> dict[str, list[BookedRun]]:
        runs: dict[str, list[BookedRun]] = {}
        for firm in self._firms.values():
            for run in await firm.pages("runs"):
                runs.setdefault(run["device"], []).append(booked_run(run))
        return runs


async def _nothing() -> None:
    pass


def booked_run(run: dict[str, Any]) -> BookedRun:
    return BookedRun(
        starts_at=datetime.fromisoformat(run["starts_at"]),
        ends_at=datetime.fromisoformat(run["ends_at"]),
        setup=timedelta(minutes=run["setup_min"]),
        quantity=run["quantity"],
    )
