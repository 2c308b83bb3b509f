"""A wire between a client and a server that can be cut and mended."""

import selectors
import socket
import threading
from contextlib import suppress

CHUNK = 65_536


class Wire:
    """Listens on a port of its own and passes bytes both ways while it is whole."""

    def __init__(self, *, host: str, port: int) -> None:
        self._target = (host, port)
        self._is_whole = True
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_whole = False
        for pair in self._pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def mend(self) -> None:
        self._is_whole = True

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if not self._is_whole:
                client.close()
                continue
            server = socket.create_connection(self._target)
            self._pairs.append((client, server))
            threading.Thread(target=_pump, args=(client, server), daemon=True).start()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with selectors.DefaultSelector() as selector, one, other:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in selector.select():
                try:
                    data = key.fileobj.recv(CHUNK)
                    key.data.sendall(data)
                except OSError:
                    return
                if not data:
                    return
