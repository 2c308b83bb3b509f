"""The broker as a row of the process table."""

import socket
import sys
from dataclasses import dataclass
from urllib.parse import quote

from embedded.ports import LOOPBACK
from embedded.process import Process

SERVER_USER = "ingest"  # the one MQTT user that is no device: it may read what all devices say


@dataclass(frozen=True, slots=True, kw_only=True)
class Mqtt:
    """A broker on a TCP port of loopback; it asks the database in `DATABASE_URL` for the devices' tokens."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"mqtt://{SERVER_USER}:{quote(self.password, safe='')}@{LOOPBACK}:{self.port}"

    def process(self) -> Process:
        return Process(name="mqtt", command=(sys.executable, "-m", "embedded.mqtt"), is_ready=self.is_ready)

    def is_ready(self) -> bool:
        try:
            socket.create_connection((LOOPBACK, self.port), timeout=1).close()
        except OSError:
            return False
        return True
