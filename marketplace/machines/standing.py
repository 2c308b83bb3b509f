"""Where a device stands, taken from its row, moved on by observations in arrival order, and put back."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from marketplace.machines.models import Device, DeviceState, StateInterval
from marketplace.machines.reach import is_recorded, silence_span
from telemetry.counters import Counter, count
from telemetry.intervals import SILENT, Interval
from telemetry.observations import DeviceName, Kind, Observation
from telemetry.states import MachineState, advance, confirm, effective_time, open_interval

COUNTERS = (Kind.COUNT, Kind.GOOD)


class Row(NamedTuple):
    """An observation as it is stored: the columns of its table, without the price of a model for each."""

    device_id: int
    session: str
    seq: int
    item: str
    value: str
    unit: str
    total: int | None
    source_at: datetime
    effective_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestValue:
    """A data item's last value in arrival order; `effective_at` is business time, `received_at` real time."""

    kind: Kind
    name: str
    value: str
    unit: str
    effective_at: datetime
    received_at: datetime
    counter: Counter | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "effective_at": self.effective_at.isoformat(),
            "received_at": self.received_at.isoformat(),
            "counter": asdict(self.counter) if self.counter else None,
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        counter = found["counter"]
        return cls(
            kind=Kind(found["kind"]),
            name=found["name"],
            value=found["value"],
            unit=found["unit"],
            effective_at=datetime.fromisoformat(found["effective_at"]),
            received_at=datetime.fromisoformat(found["received_at"]),
            counter=counter and Counter(**{**counter, "ended_sessions": tuple(counter["ended_sessions"])}),
        )


def latest_values(row: DeviceState) -> dict[str, LatestValue]:
    """By item."""
    return {item: LatestValue.from_json(found) for item, found in row.items.items()}


@dataclass(slots=True, kw_only=True)
class Standing:
    """One device within one transaction. `closed` are the intervals that ended in it, in order."""

    device_pk: int
    machine: MachineState
    before: MachineState
    span: timedelta  # the silence limit in business time
    items: dict[str, LatestValue]
    execution_item: str = ""
    session: str = ""
    seq: int = -1
    received_at: datetime | None = None
    first_received_at: datetime | None = None
    messages: int = 0
    duplicates: int = 0
    closed: list[Interval] = field(default_factory=list)

    @classmethod
    def of(cls, device: Device, row: DeviceState | None) -> Self:
        """`row` is None of a device never heard of."""
        machine = machine_state(device, row)
        span = silence_span(device.silence_limit_s)
        if row is None:
            return cls(device_pk=device.pk, machine=machine, before=machine, span=span, items={})
        return cls(
            device_pk=device.pk,
            machine=machine,
            before=machine,
            span=span,
            items=latest_values(row),
            execution_item=row.execution_item,
            session=row.session,
            seq=row.seq,
            received_at=row.received_at,
            first_received_at=row.first_received_at,
            messages=row.messages,
            duplicates=row.duplicates,
        )

    def take(self, observation: Observation, *, real_now: datetime) -> Row:
        """Move on by a new observation; the row to store of it."""
        observation = self._with_one_execution(observation)
        last = self.items.get(observation.item)
        effective_at = effective_time(last.effective_at if last else None, observation)
        self._step(*advance(self.machine, observation, silence_after=self._silence_after(observation)))
        if observation.kind is Kind.EXECUTION and self.machine.effective_at:
            effective_at = self.machine.effective_at
            self.session, self.seq = observation.session, observation.sequence or 0
        counter = (
            count((last and last.counter) or Counter(), observation) if observation.kind in COUNTERS else None
        )
        self.items[observation.item] = LatestValue(
            kind=observation.kind,
            name=observation.name or observation.item,
            value=observation.value,
            unit=observation.unit,
            effective_at=effective_at,
            received_at=real_now,
            counter=counter,
        )
        return Row(
            device_id=self.device_pk,
            session=observation.session,
            seq=observation.sequence or 0,
            item=observation.item,
            value=observation.value,
            unit=observation.unit,
            total=counter.total if counter else None,
            source_at=observation.stamped_at,
            effective_at=effective_at,
            received_at=real_now,
        )

    def choose_execution(self, observations: Iterable[Observation]) -> None:
        """A machine with several paths has one state: that of the first item of the kind by its name."""
        if not self.execution_item:
            self.execution_item = min((o.item for o in observations if o.kind is Kind.EXECUTION), default="")

    def repeat(self, observations: Iterable[Observation], *, now: datetime) -> None:
        """A message came again. If it named the last state and now has a later stamp it says: nothing has changed."""
        for observation in observations:
            named_last = (observation.session, observation.sequence) == (self.session, self.seq)
            if named_last and observation.item == self.execution_item:
                self.confirm(observation.value, at=observation.dated_at, received_at=now)

    def confirm(self, value: str, *, at: datetime, received_at: datetime) -> None:
        """The source says that its execution value still is `value` at `at`; both times are business times."""
        at = min(at, received_at)
        span = None if is_recorded(at, now=received_at) else self.span
        self._step(*confirm(self.machine, value=value, at=at, silence_after=span))

    def confirm_last(self, *, session: str, at: datetime, received_at: datetime) -> None:
        """The source of `session` held nothing newer at `at`: its last execution value still stood."""
        last = self.items.get(self.execution_item)
        if last and session == self.session:
            self.confirm(last.value, at=at, received_at=received_at)

    def fall_silent(self, *, now: datetime) -> None:
        """Nothing came for the limit: the state ended when the limit did."""
        assert self.machine.heard_at is not None
        assert self.machine.since is not None
        silent_from = max(self.machine.since, min(now, self.machine.heard_at + self.span))
        closed = open_interval(self.machine, ends_at=silent_from)
        self._step(replace(self.machine, state=SILENT, since=silent_from), closed)

    @property
    def has_changed_state(self) -> bool:
        return (self.machine.state, self.machine.since) != (self.before.state, self.before.since)

    def intervals(self) -> list[StateInterval]:
        """The rows that replace the one that was open, if the state has changed."""
        assert self.machine.since is not None
        closed = [
            StateInterval(device_id=self.device_pk, state=i.state, starts_at=i.starts_at, ends_at=i.ends_at)
            for i in self.closed
        ]
        return [
            *closed,
            StateInterval(device_id=self.device_pk, state=self.machine.state, starts_at=self.machine.since),
        ]

    def row(self, *, real_now: datetime | None) -> DeviceState:
        """The row to put back; the device was heard at `real_now`, None where it was not."""
        received_at = real_now or self.received_at
        assert self.machine.since and self.machine.heard_at and received_at, "only what was heard has a row"
        return DeviceState(
            device_id=self.device_pk,
            state=self.machine.state,
            since=self.machine.since,
            effective_at=self.machine.effective_at,
            heard_at=self.machine.heard_at,
            is_available=self.machine.is_available,
            execution_item=self.execution_item,
            session=self.session,
            seq=self.seq,
            received_at=received_at,
            first_received_at=self.first_received_at or received_at,
            items={item: latest.to_json() for item, latest in self.items.items()},
            messages=self.messages,
            duplicates=self.duplicates,
        )

    def _with_one_execution(self, observation: Observation) -> Observation:
        is_other = observation.kind is Kind.EXECUTION and observation.item != self.execution_item
        return replace(observation, kind=Kind.EVENT) if is_other else observation

    def _silence_after(self, observation: Observation) -> timedelta | None:
        received_at = observation.received_at
        is_old = received_at is not None and is_recorded(observation.stamped_at, now=received_at)
        return None if is_old else self.span

    def _step(self, machine: MachineState, closed: Iterable[Interval]) -> None:
        self.machine = machine
        self.closed += closed


def machine_state(device: Device, row: DeviceState | None) -> MachineState:
    name = DeviceName(device.public_id)
    if row is None:
        return MachineState(device=name)
    return MachineState(
        device=name,
        state=row.state,
        since=row.since,
        effective_at=row.effective_at,
        heard_at=row.heard_at,
        is_available=row.is_available,
    )
