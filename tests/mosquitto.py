"""A Mosquitto set up as in operation, for tests of durability and load; skipped where none is installed."""

import base64
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from embedded.mqtt.server import SERVER_USER
from embedded.ports import LOOPBACK, free_port

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
ITERATIONS = 101  # Mosquitto's own number for PBKDF2
AUTOSAVE_S = 1
BATCH = 20_000  # messages of one batch of ingest
UP_WITHIN_S = 10

needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto was found")


@dataclass(slots=True, kw_only=True)
class Mosquitto:
    """A broker whose folder outlives its process."""

    folder: Path
    port: int
    passwords: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://{SERVER_USER}:{self.passwords[SERVER_USER]}@{LOOPBACK}:{self.port}"

    def start(self) -> None:
        assert MOSQUITTO is not None
        with (self.folder / "log").open("ab") as log:
            command = [MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + UP_WITHIN_S
        while not self._is_listening():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, signum: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(signum)
            self.process.wait(timeout=UP_WITHIN_S)

    def _is_listening(self) -> bool:
        try:
            socket.create_connection((LOOPBACK, self.port), timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def a_mosquitto(folder: Path, *, passwords: Mapping[str, str]) -> Iterator[Mosquitto]:
    """Running, with a password for each user; SERVER_USER hears all devices, every other user speaks as a device.

    The access list and limits are those of docs/runbook.md. A kill loses what came within AUTOSAVE_S before it.
    """
    broker = Mosquitto(folder=folder, port=free_port(), passwords=passwords)
    (folder / "passwords").write_text("".join(f"{user}:{_hash(word)}\n" for user, word in passwords.items()))
    (folder / "access").write_text(
        f"pattern write muster/1/%u/obs\nuser {SERVER_USER}\ntopic read muster/1/+/obs\n"
    )
    for private in ("passwords", "access"):
        (folder / private).chmod(0o600)
    settings = {
        "listener": f"{broker.port} {LOOPBACK}",
        "user": "root" if os.geteuid() == 0 else "",  # stay who we are: the folder is ours
        "allow_anonymous": "false",
        "password_file": folder / "passwords",
        "acl_file": folder / "access",
        "use_username_as_clientid": "true",
        "max_inflight_messages": BATCH,
        "max_queued_messages": 10 * BATCH,
        "persistence": "true",
        "persistence_location": f"{folder}/",
        "autosave_interval": AUTOSAVE_S,
    }
    (folder / "mosquitto.conf").write_text("".join(f"{k} {v}\n" for k, v in settings.items() if v != ""))
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def _hash(password: str) -> str:
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    salt_text, digest_text = (base64.b64encode(raw).decode() for raw in (salt, digest))
    return f"$7${ITERATIONS}${salt_text}${digest_text}"
