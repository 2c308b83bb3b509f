"""A running `manage.py ingest` over the worker's test database, and devices that publish to the broker."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
UP_WITHIN_S = 30


@dataclass(kw_only=True)
class Ingest:
    """The process, and what it has logged."""

    environ: dict[str, str]
    process: subprocess.Popen[str] | None = None
    lines: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.lines.clear()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "ingest"],
            cwd=PROJECT, env={**os.environ, **self.environ}, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        eventually(lambda: any("listening to" in line for line in self.lines), within_s=UP_WITHIN_S)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(timeout=10)

    def stop(self) -> int:
        assert self.process
        self.process.terminate()
        return self.process.wait(timeout=20)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr
        for line in process.stderr:
            self.lines.append(line)


@pytest.fixture(scope="module")
def ingest(database_url: str, mqtt_broker: str) -> Iterator[Ingest]:
    """Listening, whatever the test before did to it."""
    running = Ingest(environ={"DATABASE_URL": database_url, "MQTT_URL": mqtt_broker})
    running.start()
    yield running
    if running.process and running.process.poll() is None:
        running.stop()


def eventually(is_met: Callable[[], bool], *, within_s: float = 10) -> None:
    """Wait for something another process does."""
    deadline = time.monotonic() + within_s
    while not is_met():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.05)
