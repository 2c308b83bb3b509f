"""The sandbox over HTTP on loopback, with what can go wrong on the way.

Faults: `before-500`, `before-429`, `before-drop` (nothing happened), `after-drop`, `after-502` (it happened, the answer was
lost, the same key is answered), `after-500` (it happened and the same key says 500 for ever), `slow` (no answer in time).
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.payments.stripe_sandbox.encoding import decoded
from tests.payments.stripe_sandbox.state import Sandbox

SLOW_S = 1.5
FAULTS = ("before-500", "before-429", "before-drop", "after-drop", "after-502", "after-500")


@contextmanager
def running(sandbox: Sandbox) -> Iterator[str]:
    """The base address while it runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(sandbox))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _handler(sandbox: Sandbox) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # in one piece: the second of two waits 40 ms for the first one's receipt

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            key = self.headers.get("Idempotency-Key", "")
            with lock:
                fault = sandbox.faults.pop(0) if sandbox.faults else ""
                if fault.startswith("before"):
                    return self._fail(fault)
                if fault == "slow":
                    time.sleep(SLOW_S)
                status, answer = sandbox.post(self.path, decoded(body), key=key)
                if fault == "after-500" and status == 200:
                    fingerprint = sandbox.answers[key][0]
                    sandbox.answers[key] = (
                        fingerprint,
                        500,
                        {"error": {"type": "api_error", "message": "sorry"}},
                    )
            if fault.startswith("after"):
                return self._fail(fault)
            return self._answer(status, answer)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            with lock:
                status, answer = sandbox.get(parts.path, decoded(parts.query))
            self._answer(status, answer)

        def _fail(self, fault: str) -> None:
            if fault.endswith("drop"):
                self.close_connection = True
                self.connection.close()
                return
            self._answer(int(fault.split("-")[1]), {"error": {"type": "api_error", "message": fault}})

        def _answer(self, status: int, answer: Any) -> None:
            body = json.dumps(answer).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

    return Handler
