import json
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from embedded.ports import PortBusyError, choose_ports, free_port, read_ports, require_free
from embedded.stack import build_stack
from embedded.state import (
    MAX_SOCKET_FOLDER_BYTES,
    SocketFolderUnsafeError,
    State,
    StateInUseError,
    lock_state,
    open_state,
    read_secrets,
)


def a_stack(folder, **given):
    state = open_state(folder)
    return build_stack(state, given=given, ports=choose_ports(state))


def test_secrets_are_made_once_and_only_this_user_may_read_them(tmp_path):
    state = open_state(tmp_path)

    first = read_secrets(state)

    assert read_secrets(state) == first
    assert len(first.secret_key) >= 50
    assert len({first.secret_key, first.redis_password, first.mqtt_password}) == 3
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_folder_held_by_one_supervisor_is_refused_to_a_second(tmp_path):
    state = open_state(tmp_path)
    lock_state(state)

    with pytest.raises(StateInUseError, match="Another supervisor") as refused:
        lock_state(state)

    assert refused.value.code == "embedded:state-in-use"


def test_sockets_of_a_long_path_go_to_a_short_private_folder(tmp_path):
    deep = tmp_path / ("d" * 120)

    state = open_state(deep)

    assert len(str(state.sockets)) <= MAX_SOCKET_FOLDER_BYTES
    assert stat.S_IMODE(state.sockets.stat().st_mode) == 0o700
    assert open_state(tmp_path).sockets == tmp_path / "run"
    state.sockets.rmdir()


def test_where_the_temporary_folder_is_deep_too_sockets_go_to_the_systems_own(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / ("t" * 120)))
    sockets = State(folder=tmp_path / ("d" * 120)).sockets
    assert sockets.parent == Path("/tmp")
    assert len(str(sockets)) <= MAX_SOCKET_FOLDER_BYTES


def test_a_short_socket_folder_that_is_a_link_is_refused(tmp_path):
    deep = tmp_path / ("e" * 120)
    short = open_state(deep).sockets
    short.rmdir()
    short.symlink_to(tempfile.gettempdir())

    with pytest.raises(SocketFolderUnsafeError):
        open_state(deep)

    short.unlink()


def test_ports_stay_the_same_while_they_are_free(tmp_path):
    state = open_state(tmp_path)

    assert choose_ports(state) == choose_ports(state) == read_ports(state)


def test_a_kept_port_that_somebody_took_is_replaced(tmp_path):
    state = open_state(tmp_path)
    before = choose_ports(state)

    with socket.create_server(("127.0.0.1", before.redis)):
        after = choose_ports(state)

    assert after.redis != before.redis
    assert after.mqtt == before.mqtt


def test_a_busy_port_is_refused_with_another_to_try():
    port = free_port()

    with socket.create_server(("127.0.0.1", port)), pytest.raises(PortBusyError, match=f"PORT={port + 1}"):
        require_free(host="127.0.0.1", port=port)

    require_free(host="127.0.0.1", port=port)


def test_a_url_from_outside_replaces_the_server(tmp_path):
    given = {
        "DATABASE_URL": "postgresql://u@db.example/m",
        "REDIS_URL": "redis://redis.example/0",
        "MQTT_URL": "mqtt://mqtt.example",
    }

    assert [row.name for row in a_stack(tmp_path).servers] == ["postgres", "redis", "mqtt"]
    for name, url in given.items():
        stack = a_stack(tmp_path, **{name: url})
        assert len(stack.servers) == 2
        assert stack.environ[name] == url
    assert a_stack(tmp_path, **given).servers == ()


def test_no_password_shows_in_the_process_list(tmp_path):
    kept = read_secrets(open_state(tmp_path))

    commands = json.dumps([row.command for row in a_stack(tmp_path).servers])

    assert kept.redis_password not in commands
    assert kept.mqtt_password not in commands


def test_what_the_user_sets_wins_over_the_defaults(tmp_path):
    stack = a_stack(tmp_path, SECRET_KEY="mine", SEED="7", SCENARIO="")

    assert (stack.environ["SECRET_KEY"], stack.environ["SEED"]) == ("mine", "7")
    assert stack.environ["SCENARIO"] == "plates"
    assert Path(stack.state.folder) == tmp_path
