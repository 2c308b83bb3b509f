"""How fast business time runs in a story: no faster than its people can act on the machine it is played on."""

import time
from collections.abc import Awaitable, Callable

PATIENCE_S = 3.0  # real seconds that people may take to look at all that is due; beyond, time runs slower in proportion
STEP = 1.25  # smaller changes of speed are not made
KEEPS_S = 90.0  # real seconds between two of them: until it knows how long its speed has held, nobody calls work late

SetSpeed = Callable[[float], Awaitable[None]]


class Pace:
    """`speed` is what is wanted. Plans are made for people who act when it is time: on a machine that is busy or slow a
    fast clock would make them late everywhere, and the story would be about that."""

    def __init__(
        self, speed: float, *, set_speed: SetSpeed, real: Callable[[], float] = time.monotonic
    ) -> None:
        self._real = real
        self._since = -KEEPS_S
        self._wanted = speed
        self._set_speed = set_speed
        self._waiting: set[str] = set()
        self._bearable = speed
        self._now: float | None = None

    async def begin(self) -> None:
        await self._set(self._bearable)

    async def wait(self, who: str, is_waiting: bool) -> None:
        """Time runs at its own pace while somebody waits for people to decide."""
        self._waiting = self._waiting | {who} if is_waiting else self._waiting - {who}
        await self._set(1.0 if self._waiting else self._bearable)

    async def took(self, seconds: float) -> None:
        """People have looked at all that was due within these real seconds."""
        self._bearable = max(1.0, self._wanted * PATIENCE_S / max(seconds, PATIENCE_S))
        if self._now is None or self._waiting or not self._is_far() or self._real() < self._since + KEEPS_S:
            return
        self._since = self._real()
        await self._set(self._bearable)

    def _is_far(self) -> bool:
        now = self._now or 1.0
        return now > self._bearable * STEP or self._bearable > now * STEP or self._bearable == self._wanted

    async def _set(self, speed: float) -> None:
        if speed != self._now:
            self._now = speed
            await self._set_speed(speed)
