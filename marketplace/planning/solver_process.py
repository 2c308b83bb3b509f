"""The solver as a process with limits: `python -m scheduling solve`, the very command everybody else uses."""

import json
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

TICK_S = 0.5
AWARD_S = 30
GRACE_S = 20  # after its time limit or SIGTERM a solver has this long to write what it has
PLAN_EXITS = {0, 3, 4}  # plan, infeasible, unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the process ended. `is_abandoned`: the caller's `tick` said the run is no longer ours."""

    exit_code: int
    message: str
    is_abandoned: bool

    @property
    def is_stopped_early(self) -> bool:
        """It was told to stop before it was ready to listen, and has written nothing."""
        return self.exit_code == -signal.SIGTERM


def naive_finish(problem: Path) -> int | None:
    """Minutes to the last arrival under the naive award; None where it does not apply. Raises on a failed command."""
    done = subprocess.run(
        [sys.executable, "-m", "scheduling", "award", problem],
        cwd=settings.BASE_DIR,
        capture_output=True,
        check=True,
        timeout=AWARD_S,
    )
    finish: int | None = json.loads(done.stdout)["finish_min"]
    return finish


class SolverProcess:
    """One solve, with a limit on its memory so that a runaway model fails alone.

    `progress` grows by `[seconds, objective, bound]` while it runs.
    """

    def __init__(
        self,
        *,
        problem: Path,
        plan: Path,
        time_limit_s: int,
        seed: int,
        command: str = "solve",
        beside: Path | None = None,
    ) -> None:
        """`beside` is the second file that the commands `replan` and `displace` read."""
        files = [problem] if beside is None else [problem, beside]
        self.progress: list[list[float | None]] = []
        self._other_lines: list[str] = []
        self._time_limit_s = time_limit_s
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scheduling", command, *files, "--out", plan, "--time-limit", str(time_limit_s),
             "--seed", str(seed), "--workers", str(settings.SOLVER["workers"])],
            cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        limit = settings.SOLVER["memory_mib"] * 2**20
        resource.prlimit(self._process.pid, resource.RLIMIT_DATA, (limit, limit))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait(self, *, tick: Callable[[], bool], wants_stop: Callable[[], bool]) -> Outcome:
        """Wait for the end, calling `tick` twice a second; False from it kills the solver, an error as well."""
        try:
            return self._watch(tick=tick, wants_stop=wants_stop)
        finally:
            self._process.kill()  # nobody waits for it any more; nothing happens to one that has ended
            self._process.wait()

    def _watch(self, *, tick: Callable[[], bool], wants_stop: Callable[[], bool]) -> Outcome:
        waited, is_told = 0.0, False
        deadline = float(self._time_limit_s + GRACE_S)
        while (code := self._poll()) is None:
            waited += TICK_S
            if not tick():
                return Outcome(exit_code=-signal.SIGKILL, message="", is_abandoned=True)
            if not is_told and wants_stop():
                self._process.send_signal(signal.SIGTERM)  # once: a second one would hit it while it writes
                is_told, deadline = True, min(deadline, waited + GRACE_S)
            if waited > deadline:
                self._process.kill()
        self._reader.join(timeout=1)
        return Outcome(exit_code=code, message="\n".join(self._other_lines[-5:]), is_abandoned=False)

    def _poll(self) -> int | None:
        try:
            return self._process.wait(timeout=TICK_S)
        except subprocess.TimeoutExpired:
            return None

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            try:
                said = json.loads(line)
                self.progress.append([said["seconds"], said["objective"], said["bound"]])
            except (ValueError, KeyError, TypeError):
                self._other_lines.append(line.rstrip()[:500])
