"""Runs the simulated machines of a world: each step of business time becomes messages over MQTT."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime

from asgiref.sync import sync_to_async

from scenarios.keys import Keys, MachineKey
from scenarios.mqtt import DeviceConnection
from scenarios.simulator import BookedRun, SimulatedMachine, advance_together

STEP_S = 2.0


class Fleet:
    """All machines of a world on one loop. `now` reads business time, `touch` says that it is lived by."""

    def __init__(
        self, keys: Keys, *, seed: int, mqtt_url: str, now: Callable[[], datetime], touch: Callable[[], None]
    ) -> None:
        loop = asyncio.get_running_loop()
        self._touch = sync_to_async(touch, thread_sensitive=False)
        self._now = sync_to_async(now, thread_sensitive=False)
        self._session = secrets.token_hex(4)
        self._seq = 0
        self._machines = {key.device: _machine(key, seed=seed) for key in keys.machines}
        self._connections = {
            key.device: DeviceConnection(url=mqtt_url, device=key.device, token=key.token, loop=loop)
            for key in keys.machines
        }

    def take_runs(self, runs: dict[str, list[BookedRun]]) -> None:
        """From now on the machines work on these runs, by device."""
        for device, machine in self._machines.items():
            machine.take(runs.get(device, []))

    def break_down(self, device: str) -> None:
        """This machine stops at its next step."""
        self._machines[device].is_broken = True

    async def run(self) -> None:
        """Until cancelled."""
        keepers = [asyncio.create_task(connection.keep_up()) for connection in self._connections.values()]
        try:
            since = await self._now()
            while True:
                await asyncio.sleep(STEP_S)
                until = await self._now()
                await self._touch()
                if until > since:
                    self._step(since=since, until=until)
                    since = until
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)

    def _step(self, *, since: datetime, until: datetime) -> None:
        for machine, said in advance_together(self._machines.values(), since=since, until=until):
            self._seq += 1
            self._connections[machine.name].publish(
                {
                    "session": self._session,
                    "seq": self._seq,
                    "at": said.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                    "execution": said.execution,
                    "count": said.count,
                    "program": said.program,
                }
            )


def _machine(key: MachineKey, *, seed: int) -> SimulatedMachine:
    return SimulatedMachine(name=key.device, units_per_h=key.units_per_h, seed=seed, zone=key.time_zone)
