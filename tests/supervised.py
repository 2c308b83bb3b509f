"""A supervisor as a test sees it: started on a state folder, watched through `processes.json`, stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.child import Phase, Standing
from embedded.stack import DEFAULTS, SUPERVISED
from embedded.standings import read_standings
from embedded.state import State
from embedded.table import answers

PROJECT = Path(__file__).resolve().parents[1]
# What a supervisor and its children read; a test says each of them itself.
VARIABLES = {
    *DEFAULTS,
    "CLOCK_SPEED",
    "DATABASE_URL",
    "REDIS_URL",
    "MQTT_URL",
    "SECRET_KEY",
    "STATE",
    SUPERVISED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervised:
    """`python -m embedded up`, running or ended."""

    state: State
    process: subprocess.Popen[bytes]
    environ: Mapping[str, str]

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.environ['PORT']}"

    @property
    def standings(self) -> dict[str, Standing]:
        return {row.name: row for row in read_standings(self.state)}

    @property
    def is_up(self) -> bool:
        rows = self.standings.values()
        is_told = (self.state.folder / "processes.json").exists()
        return is_told and all(row.phase in {Phase.READY, Phase.DONE} for row in rows)

    @property
    def said(self) -> str:
        return self.log("supervisor")

    def log(self, name: str) -> str:
        path = self.state.logs / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def is_answering(self) -> bool:
        """The web says that database, Redis and broker answer too."""
        return answers(host="127.0.0.1", port=int(self.environ["PORT"]), path="/readyz")

    def kill(self, name: str) -> None:
        """kill -9 of one process of the table."""
        pid = self.standings[name].pid
        assert pid is not None, f"{name} is not running"
        os.kill(pid, signal.SIGKILL)

    def wait_for(self, is_met: Callable[[], bool], *, within_s: float) -> None:
        """Fails with what the supervisor said."""
        deadline = time.monotonic() + within_s
        while not is_met():
            assert self.process.poll() is None, f"the supervisor ended:\n{self.said}"
            assert time.monotonic() < deadline, f"not within {within_s} s: {self.standings}\n{self.said}"
            time.sleep(0.05)

    def wait_until_up(self, *, within_s: float) -> None:
        self.wait_for(lambda: self.is_up, within_s=within_s)

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> int:
        """The exit status."""
        self.process.send_signal(signum)
        return self.process.wait(timeout=60)


def start(
    state: State,
    *options: str,
    environ: Mapping[str, str],
    until_end_of: int | None = None,
    keep: bool = False,
) -> Supervised:
    """A supervisor that ends with this process, or with the one named; `keep` what an earlier one wrote."""
    if not keep:
        (state.folder / "processes.json").unlink(missing_ok=True)
    others = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    command = [sys.executable, "-m", "embedded", "up", "--state", str(state.folder), *options]
    command += ["--until-end-of", str(until_end_of or os.getpid())]
    with (state.logs / "supervisor.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**others, **environ},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Supervised(state=state, process=process, environ=environ)
