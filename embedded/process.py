"""One row of the process table: what to start, when it is ready, how to stop it. Values only; `child` runs them."""

import enum
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class Kind(enum.Enum):
    """How the end of a process is judged."""

    SERVICE = "service"  # never ends by itself: restarted whatever its exit status
    STEP = "step"  # ends with status 0 before others start: restarted a few times, then everything stops
    TASK = "task"  # may end with status 0 or EX_CONFIG (78) at any time and is then left alone


def always_ready() -> bool:
    """For a process that nobody waits for."""
    return True


def nothing() -> None:
    """The default of the hooks below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """`after` names rows that must be ready (a step: done) before the first start; no row names a later one."""

    name: str
    command: tuple[str, ...]
    kind: Kind = Kind.SERVICE
    after: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)  # on top of what all children are given
    prepare: Callable[[], None] = nothing  # in the supervisor, before each start; may raise EmbeddedError
    become: Callable[[], None] = nothing  # in the child, between fork and exec
    is_ready: Callable[[], bool] = always_ready  # asked every 50–200 ms; answers within a second
    ready_within_s: float = 60.0
    is_shown: bool = False  # what it says is for people: on the console too
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 5.0  # then SIGKILL
    orphan_signal: signal.Signals = (
        signal.SIGKILL
    )  # what the kernel sends when the supervisor itself is killed
