"""The normal form: what any source says, in one shape, with the source's stamp and our receipt stamp."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NewType

DeviceName = NewType("DeviceName", str)
ItemId = NewType("ItemId", str)

MAX_AHEAD = timedelta(minutes=5)  # real adapters run up to 12 s ahead; further ahead is a wrong clock

UNAVAILABLE = "UNAVAILABLE"  # MTConnect's word for "the source cannot tell"


class Kind(StrEnum):
    EXECUTION = "execution"
    AVAILABILITY = "availability"
    COUNT = "count"  # pieces made, a counter that grows
    GOOD = "good"  # good pieces made, a counter that grows
    ENERGY = "energy"
    ALARM = "alarm"  # MTConnect's condition
    SAMPLE = "sample"  # a measured number
    PROGRAM = "program"  # the name of what a machine has loaded
    EVENT = "event"  # any other text: mode, tool


class Execution(StrEnum):
    """MTConnect's vocabulary of the data item type EXECUTION."""

    ACTIVE = "ACTIVE"
    FEED_HOLD = "FEED_HOLD"
    INTERRUPTED = "INTERRUPTED"
    OPTIONAL_STOP = "OPTIONAL_STOP"
    PROGRAM_COMPLETED = "PROGRAM_COMPLETED"
    PROGRAM_OPTIONAL_STOP = "PROGRAM_OPTIONAL_STOP"
    PROGRAM_STOPPED = "PROGRAM_STOPPED"
    READY = "READY"
    STOPPED = "STOPPED"
    WAIT = "WAIT"
    UNAVAILABLE = "UNAVAILABLE"


class ObservationInvalid(ValueError):
    """An observation was built from a value that the normal form does not allow."""

    code = "telemetry:observation-invalid"

    def __init__(self, *, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value!r}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One value of one data item.

    `stamped_at` is the source's stamp; `received_at` our receipt, by the clock that the stamps go by, None in a
    recording. When it took effect depends on what came before it: `states.effective_time`. `value` is the text
    as the source gave it; an alarm's is its level in capitals. `session` and `sequence` number the messages of
    a source that counts them: an agent's instance and sequence, or those of the plain JSON.
    """

    device: DeviceName
    item: ItemId
    kind: Kind
    value: str
    stamped_at: datetime
    received_at: datetime | None = None
    name: str = ""
    unit: str = ""
    session: str = ""
    sequence: int | None = None
    native_code: str = ""  # alarms only
    text: str = ""  # alarms only

    def __post_init__(self) -> None:
        if self.stamped_at.tzinfo is None:
            raise ObservationInvalid(field="stamped_at", value=self.stamped_at, reason="has no time zone")
        if not self.device or not self.item:
            raise ObservationInvalid(field="device, item", value=(self.device, self.item), reason="is empty")

    @property
    def number(self) -> Decimal | None:
        """The value as a finite number, or None where it is a text or UNAVAILABLE."""
        try:
            number = Decimal(self.value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None

    @property
    def dated_at(self) -> datetime:
        """The stamp, or the receipt where the stamp lies further ahead of it than clocks drift.

        A single stamp from the year 2099 would otherwise hold the state of a machine until then.
        """
        if self.received_at is not None and self.stamped_at > self.received_at + MAX_AHEAD:
            return self.received_at
        return self.stamped_at

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes this observation the same as another: equal identities count once.

        (device, session, sequence, item) where the source numbers its messages, its whole content where not.
        """
        if self.sequence is not None:
            return (self.device, self.session, str(self.sequence), self.item)
        stamp = self.stamped_at.isoformat()
        return (self.device, stamp, self.item, self.value, self.native_code, self.text)
