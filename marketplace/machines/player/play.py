"""The clockwork: every line of every script when it is due, and signs of life between them."""

import heapq
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from marketplace.machines.player.script import Line, Script, still_so
from marketplace.machines.player.voices import Voice

BEAT_S = 20.0  # real seconds; the contract asks for a message a minute
STEP_S = 0.05  # how late a line may be said


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """[starts_at, ends_at) of recorded time. What was recorded before is said at once, what comes after is not."""

    starts_at: datetime
    ends_at: datetime


@dataclass(slots=True, kw_only=True)
class Clockwork:
    """`position` tells the recorded time reached, and may follow any clock; `tick` and `wait` are real seconds."""

    window: Window
    position: Callable[[], datetime]
    voices: Mapping[str, Voice]
    tick: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    _beaten_at: float = 0.0
    _last_states: dict[str, Line] = field(default_factory=dict)

    def play(self, scripts: Sequence[Script]) -> int:
        """Returns when the window has passed and all is taken: the number of lines said, signs of life not counted."""
        self._beaten_at = self.tick()
        number = 0
        has_begun = False
        for device, line in _in_time(scripts):
            if not has_begun and line.at >= self.window.starts_at:
                has_begun = True
                self._beat(at=self.window.starts_at)  # what was so before still is: no silence
            if line.at < self.window.ends_at:
                self._wait_for(line.at)
                self.voices[device].say(line.payload)
                number += 1
                if line.is_state:
                    self._last_states[device] = line
        self._wait_for(self.window.ends_at)
        self._beat(at=self.window.ends_at)
        for voice in self.voices.values():
            voice.finish()
        return number

    def _wait_for(self, at: datetime) -> None:
        """Returns at once for what lies before the window."""
        while self.window.starts_at < at and (position := self.position()) < at:
            self.wait(STEP_S)
            for voice in self.voices.values():
                voice.pause()
            if self.tick() - self._beaten_at >= BEAT_S:
                self._beaten_at = self.tick()
                self._beat(at=position)

    def _beat(self, *, at: datetime) -> None:
        """Each machine says its last state again, as of now: nothing has changed."""
        for device, line in self._last_states.items():
            if at > line.at:
                self.voices[device].say(still_so(line, at=at))


def steady(*, starts_at: datetime, speed: float) -> Callable[[], datetime]:
    """A position that begins at `starts_at` now; `speed` recorded seconds pass in a real one."""
    began = time.monotonic()
    return lambda: starts_at + timedelta(seconds=(time.monotonic() - began) * speed)


def window_of(scripts: Iterable[Script], *, starts_at: datetime | None, ends_at: datetime | None) -> Window:
    """What was asked for, else from the first value after the opening snapshots to the UTC midnight after the last."""
    scripts = list(scripts)
    first = min((script.begins_at for script in scripts if script.begins_at), default=None)
    last = max((script.lines[-1].at for script in scripts if script.lines), default=None)
    if last is None:
        raise ValueError("nothing in the recordings can be said")
    midnight = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return Window(starts_at=starts_at or first or last, ends_at=ends_at or midnight)


def _in_time(scripts: Iterable[Script]) -> Iterable[tuple[str, Line]]:
    """All lines by when they are due; each device's in its own order."""
    streams = (_stream(script, position=position) for position, script in enumerate(scripts))
    for _, _, device, line in heapq.merge(*streams, key=lambda entry: entry[:2]):
        yield device, line


def _stream(script: Script, *, position: int) -> Iterable[tuple[datetime, int, str, Line]]:
    for line in script.lines:
        yield line.at, position, script.device, line
