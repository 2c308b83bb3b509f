"""Who acts in a run: buyers, factories and machines of the world, side by side until the time is over."""

import asyncio
import random
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from tests.chaos.acknowledged import Acknowledged
from tests.chaos.load.buyer import Buyer
from tests.chaos.load.client import TIMEOUT_S, Client, Refused, Traffic, Unanswered
from tests.chaos.load.factory import Factory
from tests.chaos.load.maker import Maker
from tests.chaos.load.readings import HttpMachine, MqttMachine
from tests.chaos.stack import Muster

NUM_PLANNERS = 3  # buyers whose orders go all the way
NUM_POSTERS = 2  # buyers who only post


class Actor(Protocol):
    async def act(self) -> None:
        """Until the client's end; may be called again after a refusal."""


@dataclass(slots=True, kw_only=True)
class Cast:
    """`act` returns when the time is over and every call that was under way has ended."""

    muster: Muster
    seed: int
    acknowledged: Acknowledged
    traffic: Traffic = field(default_factory=Traffic)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def act(self, *, for_s: float) -> None:
        limits = httpx.Limits(max_connections=40)
        async with httpx.AsyncClient(base_url=self.muster.base_url, timeout=TIMEOUT_S, limits=limits) as http:
            actors = list(self._actors(http))
            going_on = [asyncio.create_task(self._play(actor)) for actor in actors]
            await asyncio.sleep(for_s)
            self.is_over.set()
            await asyncio.gather(*going_on)
        self._settle(actors)

    def _actors(self, http: httpx.AsyncClient) -> Iterator[Actor]:
        keys, promises = self.muster.keys, self.acknowledged
        buyer = next(iter(keys.buyers.values()))
        firms = {key: self._client(http, token=token, name=key) for key, token in keys.firms.items()}
        machines: dict[str, asyncio.Lock] = {}
        for number in range(NUM_PLANNERS + NUM_POSTERS):
            client = self._client(http, token=buyer, name=f"buyer{number}")
            maker = Maker(buyer=client, firms=firms, acknowledged=promises, machines=machines)
            yield Buyer(
                name=f"chaos {self.seed} buyer {number} order",
                client=client,
                acknowledged=promises,
                maker=maker if number < NUM_PLANNERS else None,
            )
        for firm in firms.values():
            yield Factory(client=firm, acknowledged=promises)
        for number, machine in enumerate(keys.machines):
            client = self._client(http, token=machine.token, name=machine.device)
            if number % 2:
                url = self.muster.environ["MQTT_URL"]
                yield MqttMachine(device=machine.device, token=machine.token, url=url, client=client)
            else:
                yield HttpMachine(device=machine.device, client=client, acknowledged=promises)

    def _client(self, http: httpx.AsyncClient, *, token: str, name: str) -> Client:
        draw = random.Random(f"load/{self.seed}/{name}")
        return Client(http=http, token=token, draw=draw, traffic=self.traffic, is_over=self.is_over)

    async def _play(self, actor: Actor) -> None:
        """A refusal that the actor did not expect is a broken word: it is noted and the actor goes on."""
        while not self.is_over.is_set():
            with suppress(Unanswered):
                try:
                    await actor.act()
                except Refused as refused:
                    self.acknowledged.broken_words.append(f"{type(actor).__name__}: {refused}")
                    await asyncio.sleep(1.0)

    def _settle(self, actors: Iterable[Actor]) -> None:
        """What the broker took is promised, where the broker keeps what it takes."""
        for actor in actors:
            if isinstance(actor, MqttMachine) and self.muster.keeps_messages:
                actor.settle(self.acknowledged)
