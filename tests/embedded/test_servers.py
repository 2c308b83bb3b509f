import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import psutil
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from embedded.kernel import processes_in_folder, processes_with_variable
from embedded.postgres import AS_NOBODY, NAMESPACE, Postgres
from embedded.stack import SUPERVISED
from embedded.state import open_state
from tests.embedded.conftest import UP_WITHIN_S, urls
from tests.supervised import PROJECT, start

pytestmark = pytest.mark.xdist_group("servers")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes into another user")


def say(state, sql):
    with psycopg.connect(urls(state)["DATABASE_URL"], connect_timeout=2) as connection:
        return connection.execute(sql).fetchone()[0]


def is_gone(pid):
    """Ended, though whoever inherited it may not have asked how yet."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def pids_of(state):
    return {
        *processes_with_variable(SUPERVISED, str(state.folder)),
        *processes_in_folder(state.folder / "postgres"),
    }


def is_answering(state, name):
    probe = {
        "postgres": lambda: say(state, "SELECT 1"),
        "redis": lambda: redis.from_url(urls(state)["REDIS_URL"]).ping(),
        "mqtt": lambda: socket.create_connection(
            ("127.0.0.1", int(urls(state)["MQTT_URL"].rpartition(":")[2]))
        ).close(),
    }
    try:
        probe[name]()
    except (psycopg.OperationalError, redis.ConnectionError, OSError):
        return False
    return True


@pytest.mark.parametrize("name", ["postgres", "redis", "mqtt"])
def test_a_killed_server_answers_again(bare_servers, name):
    before = bare_servers.standings[name]
    bare_servers.kill(name)

    bare_servers.wait_for(
        lambda: bare_servers.standings[name].num_starts > before.num_starts, within_s=UP_WITHIN_S
    )
    bare_servers.wait_for(
        lambda: bare_servers.is_up and is_answering(bare_servers.state, name), within_s=UP_WITHIN_S
    )
    assert bare_servers.standings[name].pid != before.pid


def test_postgres_comes_back_though_a_busy_session_outlived_it(bare_servers):
    session = psycopg.connect(urls(bare_servers.state)["DATABASE_URL"])
    backend = session.execute("SELECT pg_backend_pid()").fetchone()[0]
    os.kill(backend, signal.SIGSTOP)  # cannot notice that its postmaster is gone
    num_starts = bare_servers.standings["postgres"].num_starts
    bare_servers.kill("postgres")

    bare_servers.wait_for(
        lambda: bare_servers.standings["postgres"].num_starts > num_starts, within_s=UP_WITHIN_S
    )
    bare_servers.wait_for(
        lambda: bare_servers.is_up and is_answering(bare_servers.state, "postgres"), within_s=UP_WITHIN_S
    )
    assert is_gone(backend)


def test_redis_refuses_who_does_not_know_the_password(bare_servers):
    port = int(urls(bare_servers.state)["REDIS_URL"].rpartition(":")[2].partition("/")[0])

    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port, retry=Retry(NoBackoff(), 0)).ping()


def test_servers_listen_on_loopback_only(bare_servers):
    addresses = {
        connection.laddr.ip
        for row in bare_servers.standings.values()
        for connection in psutil.Process(row.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }

    assert addresses == {"127.0.0.1"}


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_orderly_stop_leaves_no_process_and_a_second_start_finds_the_data(tmp_path, signum):
    state = open_state(tmp_path)
    first = start(state, "--servers-only", environ={})
    first.wait_until_up(within_s=UP_WITHIN_S)
    with psycopg.connect(urls(state)["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    before = urls(state)
    assert pids_of(state)

    assert first.stop(signum) == 0
    assert pids_of(state) == set()

    second = start(state, "--servers-only", environ={})
    second.wait_until_up(within_s=UP_WITHIN_S)
    assert say(state, "SELECT answer FROM kept") == 42
    assert urls(state) == before
    second.stop()


def test_after_a_kill_of_the_supervisor_the_next_one_starts_cleanly(tmp_path):
    state = open_state(tmp_path)
    first = start(state, "--servers-only", environ={})
    first.wait_until_up(within_s=UP_WITHIN_S)
    session = psycopg.connect(urls(state)["DATABASE_URL"])
    deaf = session.execute("SELECT pg_backend_pid()").fetchone()[0]
    os.kill(deaf, signal.SIGSTOP)  # so that the old server cannot end by itself
    first.process.kill()
    first.process.wait()

    second = start(state, "--servers-only", environ={})
    second.wait_until_up(within_s=UP_WITHIN_S)
    assert say(state, "SELECT 1") == 1
    assert is_gone(deaf)
    second.stop()
    assert pids_of(state) == set()


def test_a_lock_file_that_names_a_living_stranger_does_not_stop_postgres(tmp_path):
    state = open_state(tmp_path)
    first = start(state, "--servers-only", environ={})
    first.wait_until_up(within_s=UP_WITHIN_S)
    locks = {
        path: path.read_text()
        for path in (tmp_path / "postgres/postmaster.pid", *state.sockets.glob(".*.lock"))
    }
    first.stop()
    stranger = str(os.getpid())  # as after a reboot, when another process got the number
    for path, text in locks.items():
        path.write_text("\n".join([stranger, *text.splitlines()[1:]]))

    second = start(state, "--servers-only", environ={})
    second.wait_until_up(within_s=UP_WITHIN_S)
    assert say(state, "SELECT 1") == 1
    second.stop()


def test_a_second_supervisor_on_the_same_folder_is_refused(bare_servers):
    second = start(bare_servers.state, "--servers-only", environ={}, keep=True)

    assert second.process.wait(timeout=20) == 1
    assert f"Another supervisor (process {bare_servers.process.pid})" in second.said
    assert bare_servers.process.poll() is None


def test_a_busy_web_port_is_refused_before_anything_starts(tmp_path):
    state = open_state(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = start(state, environ={"PORT": str(port)})
        assert refused.process.wait(timeout=20) == 1

    assert f"Port {port} on 127.0.0.1 is in use by another program." in refused.said
    assert not (tmp_path / "postgres").exists()


def test_a_state_folder_with_a_very_long_path_works(tmp_path):
    state = open_state(tmp_path / ("long" * 40))
    running = start(state, "--servers-only", environ={})
    running.wait_until_up(within_s=UP_WITHIN_S)

    assert say(state, "SELECT 1") == 1
    running.stop()
    shutil.rmtree(state.sockets)


def test_the_servers_end_with_the_process_they_were_started_for(tmp_path):
    state = open_state(tmp_path)
    caller = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    running = start(state, "--servers-only", environ={}, until_end_of=caller.pid)
    running.wait_until_up(within_s=UP_WITHIN_S)
    caller.kill()
    caller.wait()

    assert running.process.wait(timeout=20) == 0
    assert pids_of(state) == set()


def answers_as(identity, folder):
    """Starts PostgreSQL alone as that identity and asks it a question."""
    state = open_state(folder)
    postgres = Postgres(data=state.folder / "postgres", sockets=state.sockets, identity=identity)
    row = postgres.process()
    row.prepare()
    server = subprocess.Popen(
        row.command,
        preexec_fn=row.become,  # noqa: PLW1509
        cwd=PROJECT,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while not row.is_ready():
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        with psycopg.connect(postgres.url) as connection:
            return connection.execute("SELECT 1").fetchone()[0], psutil.Process(server.pid).uids().real
    finally:
        server.send_signal(row.stop_signal)
        server.wait(timeout=20)


@needs_root
@pytest.mark.parametrize(("identity", "uid"), [(NAMESPACE, 0), (AS_NOBODY, 65534)])
def test_root_runs_postgres_as_somebody_else_even_below_a_closed_folder(tmp_path, identity, uid):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    assert answers_as(identity, closed / "state") == (1, uid)


@needs_root
def test_a_folder_written_as_one_user_can_be_taken_over_by_the_other(tmp_path):
    for identity in (NAMESPACE, AS_NOBODY, NAMESPACE):
        assert answers_as(identity, tmp_path)[0] == 1
