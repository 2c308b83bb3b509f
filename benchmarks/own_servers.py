"""Servers for a benchmark that talks to Muster's tables: their own, unless the environment names some."""

import atexit
import os
import tempfile
from pathlib import Path

from embedded.ports import read_ports
from embedded.stack import build_stack
from embedded.state import open_state
from tests.supervised import start

UP_WITHIN_S = 60


def settings_ready() -> None:
    """Django may be set up after this; with servers of our own the tables are made by `migrate`, and all ends with us."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "DATABASE_URL" in os.environ:
        return
    folder = tempfile.TemporaryDirectory(prefix="muster-benchmark-")
    state = open_state(Path(folder.name))
    servers = start(state, "--servers-only", environ={"ENVIRONMENT": "demo"})
    atexit.register(folder.cleanup)
    atexit.register(servers.stop)
    servers.wait_until_up(within_s=UP_WITHIN_S)
    given = {"ENVIRONMENT": "demo", "SCENARIO": "none"}
    os.environ |= build_stack(state, given=given, ports=read_ports(state)).environ
