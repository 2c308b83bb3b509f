"""An embedded Redis on loopback, behind a password.

It keeps nothing on disk on purpose: queue, cache and channel layer only say "look at row N", and the sweeps find again
what a lost message would have said. So every start exercises what production must survive, a Redis that was emptied.
"""

import socket
from dataclasses import dataclass
from pathlib import Path

from embedded.binaries import redis_program
from embedded.ports import LOOPBACK
from embedded.process import Process
from embedded.state import write_private

MAX_MEMORY = "512mb"  # then writes are refused rather than messages dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis:
    """A server on a TCP port of loopback; `folder` holds its configuration."""

    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def process(self) -> Process:
        return Process(
            name="redis",
            command=(str(redis_program()), str(self.folder / "redis.conf")),
            prepare=self.prepare,
            is_ready=self.is_ready,
        )

    def prepare(self) -> None:
        """Write the configuration: the password must not show in the process list."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        settings = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "protected-mode": "yes",
            "requirepass": self.password,
            "dir": f'"{self.folder}"',
            "save": '""',
            "appendonly": "no",
            "maxmemory": MAX_MEMORY,
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        write_private(
            self.folder / "redis.conf", "".join(f"{name} {value}\n" for name, value in settings.items())
        )

    def is_ready(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                replies = connection.makefile("rb")
                return [replies.readline(), replies.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False
