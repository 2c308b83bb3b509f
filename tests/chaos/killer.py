"""Does to the processes of one Muster what the faults say, and measures how long it is away.

Victims are found below the supervisor that this run started and nowhere else.
"""

import asyncio
import random
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import redis

from embedded.child import Phase
from tests.chaos.faults import Fault, Kind, Victim
from tests.chaos.stack import Muster

PAUSE_S = 40.0  # a lease of a plan lasts 30 s
RECOVERED_WITHIN_S = 90.0
MOST_FAULTS = 500
POLL_S = 0.05
# `postgres: user database [local] …`; helpers such as the checkpointer name no database
BACKEND = re.compile(r"postgres: \S+ \S+ (\[local\]|127\.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """`away_s` until every victim ran again and /readyz answered 200; None: not within the time allowed."""

    fault: str
    at_s: float  # since the beginning of the run
    away_s: float | None


@dataclass(slots=True, kw_only=True)
class Killer:
    muster: Muster
    faults: Iterator[Fault]
    draw: random.Random
    blows: list[Blow] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # nobody was there to be hit
    _paused: list[psutil.Process] = field(default_factory=list)
    _resumptions: list[asyncio.Task[None]] = field(default_factory=list)

    async def act(self, *, until: float) -> None:
        """Until the monotonic time `until`; whatever was paused goes on before this returns."""
        began = time.monotonic()
        try:
            for fault in self.faults:
                if time.monotonic() + fault.after_s > until or len(self.blows) >= MOST_FAULTS:
                    return
                await asyncio.sleep(fault.after_s)
                await self._strike(fault, began=began)
        finally:
            for task in self._resumptions:
                task.cancel()
            self.resume()

    def resume(self) -> None:
        for process in self._paused:
            with suppress(psutil.NoSuchProcess):
                process.resume()
        self._paused.clear()

    async def _strike(self, fault: Fault, *, began: float) -> None:
        starts = {name: row.num_starts for name, row in self.muster.running.standings.items()}
        at = time.monotonic()
        if not self.hit(fault):
            self.skipped.append(str(fault))
            return
        names = {victim.value for victim in fault.victims} & starts.keys()
        away_s = await self._time_until_back({name: starts[name] for name in names})
        self.blows.append(Blow(fault=str(fault), at_s=at - began, away_s=away_s))

    def hit(self, fault: Fault) -> bool:
        """Whether anybody was there to be hit."""
        if fault.kind is Kind.EMPTY:
            return self._empty_redis()
        if fault.kind is Kind.PAUSE:
            return self._pause()
        found = [process for victim in fault.victims if (process := self._find(victim))]
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return bool(found)

    def _find(self, victim: Victim) -> psutil.Process | None:
        if victim is Victim.WORKER_CHILD:
            return self._any(self._workers())
        if victim is Victim.POSTGRES_BACKEND:
            children = self._children(Victim.POSTGRES.value)
            return self._any([child for child in children if BACKEND.match(_title(child))])
        return self._row(victim.value)

    def _row(self, name: str) -> psutil.Process | None:
        """The process of a row of the table, if it is a child of our supervisor."""
        row = self.muster.running.standings.get(name)
        supervisor = psutil.Process(self.muster.running.process.pid)
        return next((child for child in supervisor.children() if row and child.pid == row.pid), None)

    def _children(self, name: str) -> list[psutil.Process]:
        parent = self._row(name)
        try:
            return parent.children() if parent else []
        except psutil.NoSuchProcess:
            return []

    def _workers(self) -> list[psutil.Process]:
        return [child for child in self._children(Victim.WORKER.value) if "celery" in _title(child)]

    def _any(self, processes: list[psutil.Process]) -> psutil.Process | None:
        return self.draw.choice(sorted(processes, key=lambda one: one.pid)) if processes else None

    def _pause(self) -> bool:
        """Rather a child that is solving, so that its lease runs out while it holds a result."""
        workers = self._workers()
        solving = [one for one in workers if one.children()]
        process = self._any(solving or workers)
        if process is None or self._paused:
            return False
        with suppress(psutil.NoSuchProcess):
            process.suspend()
            self._paused.append(process)
            self._resumptions.append(asyncio.create_task(self._resume_later()))
        return True

    async def _resume_later(self) -> None:
        await asyncio.sleep(PAUSE_S)
        self.resume()

    def _empty_redis(self) -> bool:
        try:
            with redis.from_url(self.muster.environ["REDIS_URL"], socket_timeout=2) as connection:
                connection.flushall()
        except redis.RedisError:
            return False
        return True

    async def _time_until_back(self, starts: dict[str, int]) -> float | None:
        """Seconds until each of these rows was started once more than it had been and Muster is ready."""
        began = time.monotonic()
        while time.monotonic() - began < RECOVERED_WITHIN_S:
            rows = self.muster.running.standings
            are_back = all(
                rows[name].num_starts > before and rows[name].phase is Phase.READY
                for name, before in starts.items()
            )
            if are_back and await asyncio.to_thread(self.muster.running.is_answering):
                return time.monotonic() - began
            await asyncio.sleep(POLL_S)
        return None


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
