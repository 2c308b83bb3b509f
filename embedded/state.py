"""The state folder: everything the stack keeps between two starts, and the lock that gives it to one supervisor.

`lock` · `secrets.json` (mode 600) · `ports.json` · `postgres/` · `redis/` · `logs/` · `run/` (sockets)
"""

import fcntl
import hashlib
import json
import os
import secrets
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from embedded.errors import EmbeddedError

# A Unix socket's path may have 107 bytes; PostgreSQL adds `/.s.PGSQL.5432` and, for its lock, `.lock`.
SHORTEST = Path("/tmp")  # noqa: S108 - where also the temporary folder that is named is too deep
MAX_SOCKET_FOLDER_BYTES = 107 - len("/.s.PGSQL.5432.lock")


class StateInUseError(EmbeddedError):
    """Another supervisor holds the folder."""

    code = "embedded:state-in-use"

    def __init__(self, *, folder: Path, holder: str) -> None:
        self.folder = folder
        self.holder = holder
        super().__init__(
            f"Another supervisor (process {holder or 'unknown'}) is running on {folder}. "
            "Stop it with Ctrl-C, or choose another folder with STATE=…"
        )


class SocketFolderUnsafeError(EmbeddedError):
    """The short folder for sockets exists already and is not ours alone."""

    code = "embedded:socket-folder-unsafe"

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} exists and belongs to somebody else; remove it or choose a shorter STATE folder."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Made once per state folder; each is at least 256 random bits as URL-safe text."""

    secret_key: str
    redis_password: str
    mqtt_password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An existing folder that this user alone may read."""

    folder: Path

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def sockets(self) -> Path:
        """Where sockets live: in the folder, or under a temporary folder if that path is too long."""
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        outside = f"muster-{os.geteuid()}-{digest}"
        found = (self.folder / "run", Path(tempfile.gettempdir()) / outside)
        return next(
            (one for one in found if len(os.fsencode(one)) <= MAX_SOCKET_FOLDER_BYTES), SHORTEST / outside
        )


def open_state(folder: Path) -> State:
    """The folder, made where it is missing; `~` and relative paths are resolved."""
    state = State(folder=folder.expanduser().resolve())
    state.folder.mkdir(parents=True, exist_ok=True)
    state.folder.chmod(0o700)
    state.logs.mkdir(exist_ok=True)
    _make_private(state.sockets)
    return state


def lock_state(state: State) -> int:
    """Take the folder for this process until it ends or closes the descriptor returned.

    Raises StateInUseError if another process holds it.
    """
    descriptor = os.open(state.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 32).decode(errors="replace").strip()
        os.close(descriptor)
        raise StateInUseError(folder=state.folder, holder=holder) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def read_secrets(state: State) -> Secrets:
    """The folder's secrets, made on first use."""
    path = state.folder / "secrets.json"
    if path.exists():
        return Secrets(**json.loads(path.read_text()))
    made = Secrets(
        secret_key=secrets.token_urlsafe(48),
        redis_password=secrets.token_urlsafe(32),
        mqtt_password=secrets.token_urlsafe(32),
    )
    write_private(path, json.dumps(asdict(made), indent=1))
    return made


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by this user only."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise SocketFolderUnsafeError(folder=folder)
    folder.chmod(0o700)
