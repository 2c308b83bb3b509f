"""An embedded PostgreSQL that listens on a Unix socket only.

Trust authentication is safe here because the socket's folder is closed to other users. PostgreSQL refuses to run as root:
root enters a user namespace in which it is uid 1000, or, where a container forbids namespaces, becomes `nobody`.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from embedded.binaries import postgres_program
from embedded.errors import EmbeddedError
from embedded.kernel import NOBODY, become_nobody, become_user_of_namespace, processes_in_folder
from embedded.process import Process, nothing

ROLE = "muster"
DATABASE = "muster"
_INITDB = (
    f"--username={ROLE}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions",
)  # fmt: skip
LEFTOVERS_END_WITHIN_S = 3.0

# Tests lose nothing worth keeping in a power cut; the other settings are PostgreSQL's.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class DatabaseInitError(EmbeddedError):
    """`initdb` failed; the text holds what it said."""

    code = "embedded:database-init"

    def __init__(self, *, output: str) -> None:
        self.output = output
        super().__init__(f"PostgreSQL could not make its data folder:\n{output.strip()}")


class DatabaseVersionError(EmbeddedError):
    """The data folder was written by another major version."""

    code = "embedded:database-version"

    def __init__(self, *, data: Path, found: str, wanted: str) -> None:
        self.found = found
        self.wanted = wanted
        super().__init__(
            f"{data} was written by PostgreSQL {found}, the wheel now brings {wanted}. "
            "Dump it with the older wheel, or start afresh: make clean"
        )


class RootNotAllowedError(EmbeddedError):
    """Running as root, and the system permits neither a user namespace nor another uid."""

    code = "embedded:root-not-allowed"

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL refuses to run as root, and this system permits neither user namespaces nor a change of user. "
            "Run as an ordinary user, or give a DATABASE_URL."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the server runs as: a hook between fork and exec, and the owner its data folder must have outside."""

    become: Callable[[], None]
    owner: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A server with its data in `data` and its socket in the folder `sockets`; absolute paths."""

    data: Path
    sockets: Path
    identity: Identity
    is_durable: bool = True

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.sockets), safe='')}"

    def process(self) -> Process:
        return Process(
            name="postgres",
            command=(str(postgres_program("postgres")), "-D", str(self.data), *self._settings()),
            prepare=self.prepare,
            become=self.identity.become,
            is_ready=self.is_ready,
            stop_signal=signal.SIGINT,  # fast: ends sessions, then writes a checkpoint
            stop_within_s=20.0,
            orphan_signal=signal.SIGINT,
        )

    def prepare(self) -> None:
        """Make the data folder if it is missing and remove what a killed server left behind."""
        if (self.data / "PG_VERSION").exists():
            self._require_same_version()
            _end_leftovers(self.data)
            _give_tree(self.data, self.identity.owner)
        else:
            self._init()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for socket in self.sockets.glob(".s.PGSQL.*"):
            socket.unlink(missing_ok=True)

    def is_ready(self) -> bool:
        return _run("pg_isready", "-q", "-t", "1", "-U", ROLE, "-h", str(self.sockets)).returncode == 0

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "dynamic_shared_memory_type": "mmap",  # in the data folder: a container's /dev/shm is small, and kills leak it
            "logging_collector": "off",
        }
        settings |= {} if self.is_durable else VOLATILE
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _init(self) -> None:
        """Build beside and rename, so that an interrupted start leaves no half-made folder behind."""
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        os.chown(draft, self.identity.owner, -1)
        for program, arguments, stdin in (
            ("initdb", (*_INITDB, "-D", str(draft)), ""),
            ("postgres", ("--single", "-D", str(draft), "postgres"), f"CREATE DATABASE {DATABASE};\n"),
        ):
            done = _run(program, *arguments, stdin=stdin, become=self.identity.become)
            if done.returncode != 0:
                raise DatabaseInitError(output=done.stdout + done.stderr)
        shutil.rmtree(self.data, ignore_errors=True)
        draft.replace(self.data)

    def _require_same_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        wanted = _run("postgres", "--version").stdout.split()[-1].partition(".")[0]
        if found != wanted:
            raise DatabaseVersionError(data=self.data, found=found, wanted=wanted)


NAMESPACE = Identity(become=become_user_of_namespace, owner=0)
AS_NOBODY = Identity(become=become_nobody, owner=NOBODY)


def server_identity() -> Identity:
    """An ordinary user stays itself; root is replaced, see the top of the file. Raises RootNotAllowedError."""
    if os.geteuid() != 0:
        return Identity(become=nothing, owner=os.geteuid())
    for candidate in (NAMESPACE, AS_NOBODY):
        if _is_permitted(candidate):
            return candidate
    raise RootNotAllowedError


def _is_permitted(identity: Identity) -> bool:
    try:
        return _run("postgres", "--version", become=identity.become).returncode == 0
    except (subprocess.SubprocessError, OSError):
        return False


def _run(
    program: str, *arguments: str, stdin: str = "", become: Callable[[], None] = nothing
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(postgres_program(program)), *arguments],
        input=stdin,
        text=True,
        capture_output=True,
        check=False,
        cwd="/",
        preexec_fn=become,
    )


def _end_leftovers(data: Path) -> None:
    """End the processes of a server that lost its postmaster: a new one must not start beside them."""
    deadline = time.monotonic() + LEFTOVERS_END_WITHIN_S
    while leftovers := list(processes_in_folder(data)):
        signum = signal.SIGQUIT if time.monotonic() < deadline else signal.SIGKILL
        for pid in leftovers:
            with suppress(ProcessLookupError):
                os.kill(pid, signum)
        time.sleep(0.05)


def _give_tree(data: Path, owner: int) -> None:
    """Hand the folder over where the last start ran as somebody else."""
    if data.stat().st_uid == owner:
        return
    for folder, _, files in os.walk(data):
        os.chown(folder, owner, -1)
        for name in files:
            os.chown(Path(folder) / name, owner, -1, follow_symlinks=False)
