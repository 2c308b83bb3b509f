"""Servers without Muster: a supervisor with `--servers-only` on a folder of its own."""

import hashlib

import psycopg
import pytest

from embedded.ports import read_ports
from embedded.stack import build_stack
from embedded.state import open_state
from tests.supervised import start

UP_WITHIN_S = 30


def urls(state):
    """The environment of a stack that was started on the folder."""
    return build_stack(state, given={}, ports=read_ports(state)).environ


@pytest.fixture(scope="module")
def bare_servers(tmp_path_factory):
    running = start(
        open_state(tmp_path_factory.mktemp("servers")), "--servers-only", "--volatile", environ={}
    )
    running.wait_until_up(within_s=UP_WITHIN_S)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def devices(bare_servers):
    """The part of Muster's table that the broker reads: dev_press and dev_oven, with tokens named after them."""
    with psycopg.connect(urls(bare_servers.state)["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE machines_device (public_id text PRIMARY KEY, token_hash text NOT NULL)"
        )
        for device in ("dev_press", "dev_oven"):
            token_hash = hashlib.sha256(f"token of {device}".encode()).hexdigest()
            connection.execute("INSERT INTO machines_device VALUES (%s, %s)", [device, token_hash])
        connection.execute("INSERT INTO machines_device VALUES ('dev_sealed', '')")
    return urls(bare_servers.state)
