"""Simulated machines: what each does at every minute, and how many pieces it has made. Pure but for its inputs.

A machine sets up and makes pieces in its booked runs, as far as it has goods for them, works for its owner on weekdays
outside the offered hours, stands powered and idle while it is offered, and is off otherwise. Its owner has sold it at a
rate that leaves room for short stops: it is never behind the plan of a run that it began in time. One that it began
late it finishes late, where no other run is in the way. One that breaks is off from then on.
"""

import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from scenarios.piles import Pile

ACTIVE, READY, INTERRUPTED, OFF = "ACTIVE", "READY", "INTERRUPTED", "UNAVAILABLE"
OWN_PROGRAM = "own"  # what a machine says it runs while it works for its owner
SHIFT = range(8, 18)  # local hours of the owner's own work
OWN_WORK_SHARE = 0.7  # of a shift's hours that the owner's work fills
STOP_SHARE = 0.05  # of the ten-minute pieces of a run that are a short stop, where it is ahead of its plan
RESERVE = 0.08  # a machine runs this much faster than the rate it is sold at
GRID = timedelta(minutes=10)  # own work, idle and stops change on this grid
OVERTIME = timedelta(hours=24)  # that a machine stays at a run it began late
SPEED_SPREAD = 0.03  # its speed varies by this much


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A part of a run: before its start the goods for it are not there."""

    starts_at: datetime
    ends_at: datetime
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedRun:
    """A run of the plan on this machine; `starts_at` includes `setup`. `program` is the name its machine says,
    `made` the pieces that are known to be made when the run is read. Without `batches` all goods are due from the
    beginning; what is due may still not lie in the `pile`."""

    starts_at: datetime
    ends_at: datetime
    setup: timedelta
    quantity: int
    operation: str = ""
    program: str = ""
    batches: tuple[Batch, ...] = ()
    made: int = field(default=0, compare=False)
    pile: Pile | None = field(default=None, compare=False)

    @property
    def parts(self) -> tuple[Batch, ...]:
        whole = Batch(starts_at=self.starts_at, ends_at=self.ends_at, quantity=self.quantity)
        return self.batches or (whole,)

    def has_goods_for(self, at: datetime, *, made: int) -> int:
        """Pieces beyond those that were made."""
        due = sum(part.quantity for part in self.parts if part.starts_at <= at) - made
        return max(0, due if self.pile is None else self.pile.allows(self.operation, due, at=at))

    def planned_by(self, at: datetime) -> int:
        """Pieces that are due by a moment, each part at an even pace, the first from the end of the set-up; rounded up."""
        return sum(ceil(part.quantity * self._share(part, at)) for part in self.parts)

    def _share(self, part: Batch, at: datetime) -> float:
        begins = max(part.starts_at, min(self.starts_at + self.setup, part.ends_at - timedelta(minutes=1)))
        return min(1.0, max(0.0, (at - begins) / (part.ends_at - begins)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a machine: its state, counter and program at a moment of business time."""

    at: datetime
    execution: str
    count: int
    program: str = ""


@dataclass(slots=True, kw_only=True)
class SimulatedMachine:
    """Advanced in steps; `count` is what its counter shows."""

    name: str
    units_per_h: int
    seed: int
    zone: str = "Asia/Shanghai"
    runs: list[BookedRun] = field(default_factory=list)
    count: int = 0
    is_broken: bool = False  # it is off and stays off
    _fraction: float = 0.0
    _made_in_run: int = 0
    _run: BookedRun | None = None
    _slot: tuple[BookedRun, int] | None = None
    _is_stopped: bool = False
    _told: tuple[str, str] | None = None

    def take(self, runs: Iterable[BookedRun]) -> None:
        """Work on these from now on; one that is still wanted goes on as it is booked now."""
        self.runs = sorted(runs, key=lambda run: run.starts_at)
        if self._run is not None:
            self._run = next((run for run in self.runs if run.program == self._run.program), None)

    def advance(self, *, since: datetime, until: datetime, is_heard: bool = True) -> list[Said]:
        """What the machine says in (since, until]: when its state changes, when a run begins or ends, and at `until`,
        unless nobody hears it then."""
        said = []
        seams = {moment for run in self.runs for moment in (run.starts_at, run.ends_at)}
        seams |= {until} if is_heard else set()
        doing = self._doing(since)
        self._told = self._told or doing
        for at in self._moments(since=since, until=until):
            self._make(doing[0], since=since, until=at)
            state, program = doing = self._doing(at)
            if doing != self._told or at in seams:
                said.append(Said(at=at, execution=state, count=self.count, program=program))
                self._told = doing
            since = at
        return said

    def _doing(self, at: datetime) -> tuple[str, str]:
        """State and program."""
        return self._state(at), self._program(at)

    def _moments(self, *, since: datetime, until: datetime) -> Iterable[datetime]:
        """Every moment in (since, until] at which the state may change, and `until`."""
        steps = set(_on_grid(since=since, until=until))
        for run in self.runs:
            steps |= {run.starts_at, run.starts_at + run.setup, run.ends_at}
            steps |= {batch.starts_at for batch in run.batches}
        return sorted({at for at in steps if since < at < until} | {until})

    def _program(self, at: datetime) -> str:
        run = self._run_at(at)
        return run.program if run else OWN_PROGRAM

    def _state(self, at: datetime) -> str:
        if self.is_broken:
            return OFF
        run = self._run_at(at)
        if run is not None:
            self._enter(run)
            if at < run.starts_at + run.setup or not run.has_goods_for(at, made=self._made_in_run):
                return READY
            return INTERRUPTED if self._stops(run, at=at) else ACTIVE
        local = at.astimezone(ZoneInfo(self.zone))
        if local.weekday() < 6 and local.hour in SHIFT:
            return ACTIVE if self._chance(at.replace(minute=0), "own") < OWN_WORK_SHARE else READY
        return READY if self._chance(at.replace(hour=0, minute=0), "night") < 0.5 else OFF

    def _make(self, state: str, *, since: datetime, until: datetime) -> None:
        """Add the pieces of [since, until); a run ends at its quantity."""
        if state != ACTIVE:
            return
        speed = self.units_per_h * (1 + RESERVE + SPEED_SPREAD * (2 * self._chance(since, "speed") - 1))
        made = (until - since) / timedelta(hours=1) * speed + self._fraction
        pieces = int(made)
        self._fraction = made - pieces
        run = self._run_at(since)
        if run is not None:
            self._enter(run)
            pieces = min(pieces, run.has_goods_for(since, made=self._made_in_run))
            self._made_in_run += pieces
            if run.pile is not None:
                run.pile.make(run.program, run.operation, pieces)
        self.count += pieces

    def _enter(self, run: BookedRun) -> None:
        """A world that resumes in the middle of a run goes on from what is known to be made."""
        if run != self._run:
            self._run, self._made_in_run = run, run.made

    def _stops(self, run: BookedRun, *, at: datetime) -> bool:
        """Decided once for ten minutes, when they begin: only a machine that stays ahead of its plan has a short stop."""
        slot = int(at.timestamp() // GRID.total_seconds())
        if self._slot != (run, slot):
            ends_at = datetime.fromtimestamp((slot + 1) * GRID.total_seconds(), tz=at.tzinfo)
            is_ahead = self._made_in_run >= run.planned_by(ends_at)
            self._slot = (run, slot)
            self._is_stopped = is_ahead and self._chance(at, "stop") < STOP_SHARE
        return self._is_stopped

    def _run_at(self, at: datetime) -> BookedRun | None:
        planned = next((run for run in self.runs if run.starts_at <= at < run.ends_at), None)
        return planned or (self._run if self._is_unfinished(at) else None)

    def _is_unfinished(self, at: datetime) -> bool:
        run = self._run
        return (
            run is not None
            and self._made_in_run < run.quantity
            and run.ends_at <= at < run.ends_at + OVERTIME
        )

    def _chance(self, at: datetime, what: str) -> float:
        """A number in [0, 1) that depends on nothing but the seed, the machine, the ten minutes and the purpose."""
        slot = int(at.timestamp() // GRID.total_seconds())
        return random.Random(f"{self.seed}/{self.name}/{what}/{slot}").random()


def advance_together(
    machines: Collection[SimulatedMachine], *, since: datetime, until: datetime
) -> Iterator[tuple[SimulatedMachine, Said]]:
    """What machines that share piles say in (since, until]: none uses up what another needed before it."""
    for at in [*_on_grid(since=since, until=until), until]:
        for machine in machines:
            for said in machine.advance(since=since, until=at, is_heard=at == until):
                yield machine, said
        since = at


def _on_grid(*, since: datetime, until: datetime) -> list[datetime]:
    """The moments of the grid between the two."""
    hour = since.replace(minute=0, second=0, microsecond=0)
    steps = (hour + GRID * n for n in range(int((until - hour) / GRID) + 1))
    return [at for at in steps if since < at < until]
