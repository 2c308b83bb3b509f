"""The story of a world: its orders are agreed, then its machines and people make and deliver what is booked."""

import asyncio
from collections.abc import Mapping
from functools import partial

from scenarios.breakdown import BreakDown, Breakdown
from scenarios.carriers import Carriers
from scenarios.changes import Changes
from scenarios.emergency import Office
from scenarios.makers import Makers, TakeRuns
from scenarios.orders import OrderStory, Prepare, Say
from scenarios.pace import Pace, SetSpeed
from scenarios.people import Actor, Now
from scenarios.world import OrderSpec, World

POLL_S = 5.0
SETTLING_S = 120.0  # real seconds that changes of agreed orders may take before production begins
OPENING_S = 60.0  # real seconds that work orders may take to open
OVER = {"done", "cancelled"}  # orders

Acting = Makers | Carriers | Changes | Breakdown


class Conductor:
    """Plays a world's people, `buyers` and `firms` by their keys. `take_runs` is called with the booked runs by
    device when production begins, `break_down` with the device that is to stop; `prepare` is awaited before the
    story's order is posted. `office` acts where the world has an emergency."""

    def __init__(
        self, world: World, *, buyers: Mapping[str, Actor], firms: Mapping[str, Actor], office: Office | None,
        address: str, speed: float, say: Say, now: Now, set_speed: SetSpeed, take_runs: TakeRuns, break_down: BreakDown,
        prepare: Prepare,
    ) -> None:  # fmt: skip
        self._world = world
        self._buyers = buyers
        self._firms = firms
        self._office = office
        self._address = address
        self._speed = speed
        self._say = say
        self._now = now
        self._set_speed = set_speed
        self._break_down = break_down
        self._prepare = prepare
        orders = [*world.earlier, world.order]
        self._makers = Makers(
            firms, buyers.values(), operations=[one for order in orders for one in order.product.operations], now=now,
            take_runs=take_runs,
        )  # fmt: skip
        self._pace = Pace(speed, set_speed=set_speed)
        self._carriers = Carriers(
            {**firms, **buyers}, now=now, left=self._makers.goods_left, took=self._pace.took
        )

    async def take_up(self) -> None:
        """Give the machines what is booked already, before they say a word: without it they would be off in their runs."""
        await self._makers.load()

    async def play(self) -> None:
        """From wherever the orders stand to their end."""
        posted = []
        for spec in self._world.earlier:
            story = self._story(spec, prepare=_nothing, patience_s=0.0)
            order = await story.post()
            await story.agree(order)
            posted.append((spec, order))
        posted.append((self._world.order, await self._main_order()))
        if not await self._are_over(posted):
            await self._produce(posted)
        await self._set_speed(1.0)
        self._say("The orders are over; business time runs at its own pace.")

    async def _main_order(self) -> str:
        """Posted and agreed; in an emergency that is declared, the order is rated in between."""
        spec = self._world.order
        story = self._story(spec, prepare=self._prepare, patience_s=self._world.patience_s)
        order = await story.post()
        if self._office is not None and not await story.is_rated(order):
            buyer = next(one.name for one in self._world.buyers if one.key == spec.buyer)
            declaration = await self._office.declare()
            rating = await self._office.rate(declaration, order=order, buyer=buyer)
            await story.plan(order)
            await self._office.take_precedence(rating)
        await story.agree(order)
        return order

    def _story(self, spec: OrderSpec, *, prepare: Prepare, patience_s: float) -> OrderStory:
        return OrderStory(
            spec, starts_at=self._world.starts_at, buyer=self._buyers[spec.buyer], firms=self._firms,
            address=self._address, say=self._say, prepare=prepare, patience_s=patience_s,
        )  # fmt: skip

    async def _are_over(self, posted: list[tuple[OrderSpec, str]]) -> bool:
        stand = [(await self._buyers[spec.buyer].get(f"orders/{order}"))["status"] for spec, order in posted]
        return all(status in OVER for status in stand)

    async def _produce(self, posted: list[tuple[OrderSpec, str]]) -> None:
        """Machines make what is booked, business time runs fast, and an order ends with its last delivery."""
        changes = Changes(
            [(self._buyers[spec.buyer], order) for spec, order in posted],
            firms=self._firms, patience_s=self._world.patience_s, say=self._say, changed=self._look_again,
            wait=partial(self._pace.wait, "changes"),
        )  # fmt: skip
        await changes.settle(within_s=SETTLING_S)
        num_runs, num_machines = await self._work_opened()
        self._say(
            f"Booked: {num_runs} runs on {num_machines} machines. Business time runs at {self._speed:g}-fold."
        )
        await self._pace.begin()
        acting: list[Acting] = [self._makers, self._carriers, changes, *self._breakdowns(posted[-1][1])]
        people = [asyncio.create_task(one.run()) for one in acting]
        try:
            while not await self._are_over(posted):
                for one in people:
                    if one.done():
                        one.result()
                await asyncio.sleep(POLL_S)
        finally:
            for one in people:
                one.cancel()
            await asyncio.gather(*people, return_exceptions=True)

    def _breakdowns(self, order: str) -> list[Breakdown]:
        spec = self._world.breakdown
        if spec is None:
            return []
        return [
            Breakdown(
                spec, order=order, starts_at=self._world.starts_at, buyer=self._buyers[self._world.order.buyer],
                firms=self._firms.values(), say=self._say, now=self._now, wait=partial(self._pace.wait, "breakdown"),
                break_down=self._break_down,
            )
        ]  # fmt: skip

    def _look_again(self) -> None:
        self._makers.look_again()
        self._carriers.look_again()

    async def _work_opened(self) -> tuple[int, int]:
        """Once every run has its work order: the numbers of runs and of machines."""
        deadline = asyncio.get_running_loop().time() + OPENING_S
        before, found = (-1, -1), await self._makers.load()
        while (found != before or not found[0]) and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(POLL_S)
            before, found = found, await self._makers.load()
        return found


async def _nothing() -> None:
    pass
