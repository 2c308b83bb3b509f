"""One running row of the process table: started, watched, started again after a growing pause."""

import enum
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import EmbeddedError
from embedded.kernel import die_with_parent
from embedded.logbook import Logbook
from embedded.process import Kind, Process

FIRST_PAUSE_S = 0.1  # before the first restart, doubled with each further one
LONGEST_PAUSE_S = 10.0
STEADY_AFTER_S = 20.0  # a process that ran this long starts with the shortest pause again
STEP_ATTEMPTS = 3
PROJECT = Path(__file__).resolve().parent.parent


class Phase(enum.Enum):
    """Where a row stands."""

    WAITING = "waiting"  # not started yet, or pausing before a restart
    STARTING = "starting"
    READY = "ready"
    DONE = "done"  # a step or task that ended with status 0, or a task with EX_CONFIG
    FAILED = "failed"  # a step that has used up its attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A row as others may see it: `pid` is None while nothing runs, `num_starts` counts from the supervisor's start."""

    name: str
    phase: Phase
    pid: int | None
    num_starts: int


class StepFailedError(EmbeddedError):
    """Something that must succeed before the rest can start did not."""

    code = "embedded:step-failed"

    def __init__(self, *, name: str, tail: tuple[str, ...]) -> None:
        self.name = name
        super().__init__(f"{name} failed {STEP_ATTEMPTS} times; the end of its log:\n" + "\n".join(tail))


class Child:
    """Drives one row. All times are readings of `time.monotonic`."""

    def __init__(self, process: Process, *, environ: Mapping[str, str], logbook: Logbook) -> None:
        self.process = process
        self.phase = Phase.WAITING
        self.num_failures = 0
        self.num_starts = 0
        self._environ = {**environ, **process.environ}
        self._logbook = logbook
        self._popen: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due = 0.0

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen is not None else None

    @property
    def standing(self) -> Standing:
        return Standing(name=self.process.name, phase=self.phase, pid=self.pid, num_starts=self.num_starts)

    @property
    def is_up(self) -> bool:
        """Others may start: ready, or ended as it should."""
        return self.phase in {Phase.READY, Phase.DONE}

    @property
    def is_due(self) -> bool:
        return self.phase is Phase.WAITING and time.monotonic() >= self._due

    def start(self) -> None:
        """Start the program in a session of its own, so that Ctrl-C reaches the supervisor only."""
        self.process.prepare()
        parent = os.getpid()

        def before_exec() -> None:
            self.process.become()
            die_with_parent(self.process.orphan_signal, parent=parent)  # last: a change of user clears it

        self._popen = subprocess.Popen(
            self.process.command,
            env=self._environ,
            cwd=PROJECT,
            start_new_session=True,
            preexec_fn=before_exec,  # noqa: PLW1509 - makes system calls only
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self._popen.stdout is not None
        self._logbook.follow(self.process.name, self._popen.stdout, is_shown=self.process.is_shown)
        self._started = time.monotonic()
        self.num_starts += 1
        self.phase = Phase.STARTING

    def watch(self) -> str | None:
        """Move on to the phase that holds now; the text says what a person should know, if anything happened."""
        if self._popen is None:
            return None
        status = self._popen.poll()
        if status is not None:
            return self._ended(status)
        if self.phase is Phase.STARTING and self.process.kind is not Kind.STEP:
            if self.process.is_ready():
                self.phase = Phase.READY
            elif time.monotonic() - self._started > self.process.ready_within_s:
                self.kill()
                return f"{self.process.name} was not ready within {self.process.ready_within_s:.0f} s: restarting it"
        return None

    def ask_to_stop(self) -> None:
        if self._popen is not None and self._popen.poll() is None:
            self._popen.send_signal(self.process.stop_signal)

    def wait_until_stopped(self) -> None:
        """Returns when the program has ended; one that takes longer than its row allows is killed."""
        if self._popen is None:
            return
        try:
            self._popen.wait(timeout=self.process.stop_within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            self._popen.wait()
        self._end_group()
        self._popen = None
        self.phase = Phase.WAITING

    def kill(self) -> None:
        self._end_group()

    def _ended(self, status: int) -> str | None:
        self._end_group()
        self._popen = None
        if status == 0 and self.process.kind is not Kind.SERVICE:
            self.phase = Phase.DONE
            return None
        if status == os.EX_CONFIG and self.process.kind is Kind.TASK:
            self.phase = Phase.DONE  # it said what is wrong; another try would say it again
            return f"{self.process.name} cannot run as things are set up and is left alone"
        if time.monotonic() - self._started > STEADY_AFTER_S:
            self.num_failures = 0
        self.num_failures += 1
        if self.process.kind is Kind.STEP and self.num_failures >= STEP_ATTEMPTS:
            self.phase = Phase.FAILED
            raise StepFailedError(name=self.process.name, tail=self._logbook.tail(self.process.name))
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (self.num_failures - 1))
        self._due = time.monotonic() + pause
        self.phase = Phase.WAITING
        return self._obituary(status, pause)

    def _obituary(self, status: int, pause: float) -> str:
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        text = f"{self.process.name} {how}: starting it again in {pause:.1f} s"
        if status > 0:
            text += "".join(f"\n    {line}" for line in self._logbook.tail(self.process.name)[-4:])
        return text

    def _end_group(self) -> None:
        """Children of the program that stayed in its group go with it."""
        if self._popen is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
