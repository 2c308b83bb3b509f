"""Free ports on loopback: the web's is the user's choice, the others are ours and stay the same between starts."""

import errno
import json
import socket
from dataclasses import asdict, dataclass

from embedded.errors import EmbeddedError
from embedded.state import State, write_private

LOOPBACK = "127.0.0.1"
_FILE = "ports.json"


class PortBusyError(EmbeddedError):
    """Somebody else listens where the web should."""

    code = "embedded:port-busy"

    def __init__(self, *, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(
            f"Port {port} on {host} is in use by another program. Choose another: PORT={port + 1} make demo"
        )


class PortForbiddenError(EmbeddedError):
    """This user may not listen there, or the address is not this machine's."""

    code = "embedded:port-forbidden"

    def __init__(self, *, host: str, port: int, reason: str) -> None:
        self.host = host
        self.port = port
        self.reason = reason
        super().__init__(
            f"Port {port} on {host} cannot be used ({reason}). Choose another: PORT=8000 make demo"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """TCP ports on loopback, all different."""

    redis: int
    mqtt: int


def require_free(*, host: str, port: int) -> None:
    """Raises PortBusyError or PortForbiddenError if a server could not listen there now."""
    try:
        _bind(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortBusyError(host=host, port=port) from None
        raise PortForbiddenError(host=host, port=port, reason=error.strerror or str(error)) from None


def choose_ports(state: State) -> Ports:
    """Last time's ports where they are still free, else new ones; remembered in the state folder."""
    kept = read_ports(state)
    redis = _kept_or_new(kept.redis if kept else None, taken=set())
    ports = Ports(redis=redis, mqtt=_kept_or_new(kept.mqtt if kept else None, taken={redis}))
    write_private(state.folder / _FILE, json.dumps(asdict(ports)))
    return ports


def read_ports(state: State) -> Ports | None:
    """The ports of the latest start, or None before the first."""
    path = state.folder / _FILE
    return Ports(**json.loads(path.read_text())) if path.exists() else None


def free_port(*, taken: frozenset[int] | set[int] = frozenset()) -> int:
    """A loopback port nobody listens on at this moment and that is not in `taken`."""
    while True:
        port = _bind(LOOPBACK, 0)
        if port not in taken:
            return port


def _kept_or_new(port: int | None, *, taken: set[int]) -> int:
    if port is None or port in taken:
        return free_port(taken=taken)
    try:
        return _bind(LOOPBACK, port)
    except OSError:
        return free_port(taken=taken)


def _bind(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as servers do: a closing connection is no owner
        probe.bind((host, port))
        probe.listen(1)  # on Linux a second listener is refused here at the latest
        return int(probe.getsockname()[1])
