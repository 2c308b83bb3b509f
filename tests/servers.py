"""The servers of a test run: addresses are known before Django reads its settings, servers start when a test needs them.

One PostgreSQL and one Redis serve the run and all its workers; each worker has its own database, Redis number and MQTT
broker (which asks that database for tokens). All end with the run, even if it is killed.
"""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from embedded.ports import choose_ports, read_ports
from embedded.stack import build_stack, urls_given
from embedded.state import State, open_state
from tests.supervised import start

PREFIX = "muster-tests-"
ROOT_VARIABLE = "MUSTER_TEST_ROOT"  # set by the first process of the run, inherited by its workers
GIVEN_VARIABLE = "MUSTER_TEST_GIVEN"  # names of the URLs that were given from outside, likewise
STOP_WITHIN_S = 30
TEST_ENVIRON = {"ENVIRONMENT": "test", "SCENARIO": "none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One call of pytest; `owner` is the process that made the folder and removes it."""

    folder: Path
    owner: int
    given: dict[str, str]

    @property
    def shared(self) -> State:
        return open_state(self.folder / "shared")

    def own(self, worker: str) -> State:
        """A state folder for the broker of one worker (`main`, `gw0`, …)."""
        return open_state(self.folder / worker)


def this_run() -> Run:
    """The run this process belongs to; the first process starts it."""
    if ROOT_VARIABLE not in os.environ:
        _remove_abandoned_folders()
        os.environ[ROOT_VARIABLE] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
        os.environ[GIVEN_VARIABLE] = " ".join(urls_given(os.environ))
    folder = Path(os.environ[ROOT_VARIABLE])
    given = {name: os.environ[name] for name in os.environ[GIVEN_VARIABLE].split()}
    return Run(folder=folder, owner=int(folder.name.split("-")[2]), given=given)


def worker_environ(run: Run, *, worker: str) -> dict[str, str]:
    """What settings read in this worker; starts nothing."""
    ports = read_ports(run.shared) or choose_ports(run.shared)
    environ = dict(build_stack(run.shared, given={**TEST_ENVIRON, **run.given}, ports=ports).environ)
    if "REDIS_URL" not in run.given:
        environ["REDIS_URL"] = environ["REDIS_URL"].removesuffix("/0") + f"/{_redis_number(worker)}"
    if "MQTT_URL" not in run.given:
        own = build_stack(
            run.own(worker), given=environ | {"MQTT_URL": ""}, ports=choose_ports(run.own(worker))
        )
        environ["MQTT_URL"] = own.environ["MQTT_URL"]
    return environ


def start_shared_servers(run: Run) -> None:
    """PostgreSQL and Redis for all workers; returns when they answer, at once if they did already."""
    with (run.folder / "gate").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if (run.shared.folder / "processes.json").exists():
            return
        environ = {"MQTT_URL": "mqtt://one.each.worker", **run.given}
        servers = start(run.shared, "--servers-only", "--volatile", environ=environ, until_end_of=run.owner)
        servers.wait_until_up(within_s=60)


def end_run(run: Run) -> None:
    """For the process that started it: stop the shared servers and remove the folder."""
    with suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
        supervisor = psutil.Process(int((run.folder / "shared" / "lock").read_text()))
        supervisor.terminate()
        supervisor.wait(timeout=STOP_WITHIN_S)
    shutil.rmtree(run.folder, ignore_errors=True)


def _redis_number(worker: str) -> int:
    return int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0


def _remove_abandoned_folders() -> None:
    """Those of runs that were killed; their servers ended by themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        if not psutil.pid_exists(int(folder.name.split("-")[2])):
            shutil.rmtree(folder, ignore_errors=True)
