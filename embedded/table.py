"""The process table of Muster: what runs beside the servers, in which order, and how each is stopped."""

import http.client
import shlex
import signal
from collections.abc import Mapping

from embedded.process import Kind, Process
from embedded.stack import python

WORKER_PROCESSES = 2
NO_SCENARIO = "none"


def application_table(*, servers: tuple[Process, ...], environ: Mapping[str, str]) -> tuple[Process, ...]:
    """Migrations first, then the web, then everything that works behind it."""
    after_servers = tuple(server.name for server in servers)
    host, port = environ["HOST"], int(environ["PORT"])
    return (
        Process(
            name="migrate",
            kind=Kind.STEP,
            after=after_servers,
            command=python("manage.py migrate --noinput"),
        ),
        Process(
            name="web",
            after=(*after_servers, "migrate"),
            command=python(
                f"-m uvicorn config.asgi:application --host {host} --port {port} "
                "--no-access-log --timeout-graceful-shutdown 2"
            ),
            is_ready=lambda: answers(host=host, port=port, path="/readyz"),
        ),
        Process(
            name="worker",
            after=(*after_servers, "web"),
            command=python(
                f"-m celery -A config worker --concurrency {WORKER_PROCESSES} "
                "--without-gossip --without-mingle --loglevel INFO"
            ),
            stop_signal=signal.SIGQUIT,  # at once: the row is the job, a sweep restarts what was running
            orphan_signal=signal.SIGQUIT,
        ),
        Process(
            name="beat",
            after=(*after_servers, "web"),
            command=python("-m celery -A config beat --pidfile= --loglevel INFO"),
        ),
        Process(name="ingest", after=(*after_servers, "web"), command=python("manage.py ingest")),
        *_scenario(environ["SCENARIO"], after=(*after_servers, "web", "ingest")),
    )


def _scenario(name: str, *, after: tuple[str, ...]) -> tuple[Process, ...]:
    command = python(f"manage.py run_scenario {shlex.quote(name)}")
    row = Process(name="scenario", kind=Kind.TASK, after=after, command=command, is_shown=True)
    return () if name == NO_SCENARIO else (row,)


def answers(*, host: str, port: int, path: str) -> bool:
    """True if the web server on this machine says 200 within a second."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(reachable, port, timeout=1)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
