"""Which parts run here and which were given by URL, and the environment every process of Muster gets from that."""

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.mqtt.server import Mqtt
from embedded.ports import Ports
from embedded.postgres import Postgres, server_identity
from embedded.process import Process
from embedded.redis_server import Redis
from embedded.state import State, read_secrets

# What the demonstration runs with where the user says nothing else.
DEFAULTS = {
    "ENVIRONMENT": "demo",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "HOST": "127.0.0.1",
    "PORT": "8000",
    "SCENARIO": "plates",  # `none` starts none
    "SEED": "1",
    "PLATFORM_BANK": "CN00 DEMO 0000 0000 0000, Demonstration Bank (no real account)",
}
SUPERVISED = "MUSTER_SUPERVISED"  # holds the state folder in every child: so leftovers of a killed supervisor are found


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """`servers` holds only those that were not given from outside; `environ` is what Django and its helpers read."""

    state: State
    servers: tuple[Process, ...]
    environ: Mapping[str, str]

    @property
    def child_environ(self) -> dict[str, str]:
        """The whole environment of a child: the user's own, ours on top, and the mark that no other process may bear."""
        ours = {SUPERVISED: str(self.state.folder), "PYTHONUNBUFFERED": "1"}
        return {**os.environ, **self.environ, **ours}


def urls_given(given: Mapping[str, str]) -> dict[str, str]:
    """The servers that run elsewhere."""
    return {name: given[name] for name in ("DATABASE_URL", "REDIS_URL", "MQTT_URL") if given.get(name)}


def build_stack(state: State, *, given: Mapping[str, str], ports: Ports, is_durable: bool = True) -> Stack:
    """`given` is the environment of the caller: each of DATABASE_URL, REDIS_URL, MQTT_URL replaces a server."""
    kept = read_secrets(state)
    environ = {name: given.get(name) or default for name, default in DEFAULTS.items()}
    environ["SECRET_KEY"] = given.get("SECRET_KEY") or kept.secret_key
    servers = []

    if not given.get("DATABASE_URL"):
        postgres = Postgres(
            data=state.folder / "postgres",
            sockets=state.sockets,
            identity=server_identity(),
            is_durable=is_durable,
        )
        environ["DATABASE_URL"] = postgres.url
        servers.append(postgres.process())
    if not given.get("REDIS_URL"):
        redis = Redis(folder=state.folder / "redis", port=ports.redis, password=kept.redis_password)
        environ["REDIS_URL"] = redis.url
        servers.append(redis.process())
    if not given.get("MQTT_URL"):
        mqtt = Mqtt(port=ports.mqtt, password=kept.mqtt_password)
        environ["MQTT_URL"] = mqtt.url
        servers.append(mqtt.process())

    environ["PUBLIC_URL"] = given.get("PUBLIC_URL") or f"http://{environ['HOST']}:{environ['PORT']}"
    environ |= {**urls_given(given), "STATE": str(state.folder)}
    return Stack(state=state, servers=tuple(servers), environ=environ)


def python(arguments: str) -> tuple[str, ...]:
    """A command for this very Python; the arguments as one would type them in a shell."""
    return (sys.executable, *shlex.split(arguments))


def default_state_folder(given: Mapping[str, str]) -> Path:
    """`STATE`, else `.state` beside the code."""
    return Path(given.get("STATE") or Path(__file__).resolve().parent.parent / ".state")
