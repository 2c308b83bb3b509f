"""A Muster of its own for one run: real processes, a durable PostgreSQL, the world of `tiny` without its story."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embedded.mqtt.server import SERVER_USER
from embedded.ports import free_port, read_ports
from embedded.stack import build_stack
from embedded.state import State, open_state
from scenarios.keys import Keys, read_keys
from tests.mosquitto import MOSQUITTO, a_mosquitto
from tests.supervised import PROJECT, Supervised, start

SERVERS_WITHIN_S = 60
UP_WITHIN_S = 120
WORLD = "tiny"
# Small and quick plans: the run is about what survives, not about the last per cent.
SOLVER = {"SOLVER_TIME_LIMIT_S": "3", "SOLVER_WORKERS": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Muster:
    """`environ` is that of its processes; `broker` says in words which one it is."""

    running: Supervised
    keys: Keys
    environ: Mapping[str, str]
    broker: str
    keeps_messages: bool  # what the broker acknowledged survives the death of ingest

    @property
    def base_url(self) -> str:
        return self.running.base_url


@contextmanager
def a_muster(folder: Path, *, seed: int) -> Iterator[Muster]:
    """Running while the block lasts, with Mosquitto where one is installed."""
    state = open_state(folder / "state")
    keys = _seeded(state, seed=seed)
    if MOSQUITTO is None:
        with _running(
            state, keys=keys, mqtt_url="", broker="the embedded broker, which keeps nothing"
        ) as muster:
            yield muster
        return
    passwords = {SERVER_USER: "chaos", **{machine.device: machine.token for machine in keys.machines}}
    (folder / "mosquitto").mkdir()
    with (
        a_mosquitto(folder / "mosquitto", passwords=passwords) as broker,
        _running(state, keys=keys, mqtt_url=broker.url, broker=f"Mosquitto ({MOSQUITTO})") as muster,
    ):
        yield muster


def _seeded(state: State, *, seed: int) -> Keys:
    """The world, written while only the servers run; devices' tokens are known before the broker starts."""
    given = {"ENVIRONMENT": "demo", "SCENARIO": "none", "MQTT_URL": "mqtt://127.0.0.1:1"}
    servers = start(state, "--servers-only", environ=given)
    try:
        servers.wait_until_up(within_s=SERVERS_WITHIN_S)
        environ = {**os.environ, **build_stack(state, given=given, ports=read_ports(state)).environ}
        for command in (
            ["migrate", "--noinput", "-v0"],
            ["run_scenario", WORLD, f"--seed={seed}", "--seed-only"],
        ):
            subprocess.run([sys.executable, "manage.py", *command], cwd=PROJECT, env=environ, check=True)
    finally:
        servers.stop()
    return read_keys(state.folder / f"{WORLD}-{seed}.keys.json")


@contextmanager
def _running(state: State, *, keys: Keys, mqtt_url: str, broker: str) -> Iterator[Muster]:
    given = {"ENVIRONMENT": "demo", "SCENARIO": "none", "PORT": str(free_port()), **SOLVER}
    if mqtt_url:
        given["MQTT_URL"] = mqtt_url
    running = start(state, environ=given)
    try:
        running.wait_until_up(within_s=UP_WITHIN_S)
        # What is published before anybody has ever subscribed no broker keeps.
        running.wait_for(lambda: "listening to" in running.log("ingest"), within_s=UP_WITHIN_S)
        environ = build_stack(state, given=given, ports=read_ports(state)).environ
        yield Muster(
            running=running, keys=keys, environ=environ, broker=broker, keeps_messages=bool(mqtt_url)
        )
    finally:
        if running.process.poll() is None:
            running.stop()
