"""Who may say and hear what: a device speaks on its own topic, the server listens to all devices, nothing else."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Protocol

import psycopg

TOPIC = "muster/1/{device}/obs"
ALL_DEVICES = TOPIC.format(device="+")

_TOKENS_QUERY = "SELECT public_id, token_hash FROM machines_device WHERE public_id = ANY(%s)"
_CONNECT_WITHIN_S = 5


class AccessUnknownError(Exception):
    """The tokens cannot be asked for now; the client should come back."""

    code = "mqtt:access-unknown"


class Access(Protocol):
    """Decides on each connection, publication and subscription."""

    server_user: str

    async def is_known(self, *, user: str, password: str) -> bool:
        """Raises AccessUnknownError while it cannot tell."""
        ...

    async def strangers(self, passwords: Mapping[str, str]) -> frozenset[str]:
        """Users who may no longer come with the password they came with. Raises AccessUnknownError."""
        ...


def may_publish(*, user: str, server_user: str, topic: str) -> bool:
    return user != server_user and topic == TOPIC.format(device=user)


def may_hear(*, user: str, server_user: str, topic: str) -> bool:
    """`topic` is a filter when subscribing and a topic when a message is to be handed on."""
    levels = topic.split("/")
    return user == server_user and len(levels) == 4 and TOPIC.format(device=levels[2]) == topic


class DatabaseAccess:
    """The server's password is given, a device's token is compared with the hash in its row."""

    def __init__(self, *, server_user: str, server_password: str, database_url: str) -> None:
        self.server_user = server_user
        self._server_password = server_password
        self._database_url = database_url
        self._connection: psycopg.AsyncConnection[tuple[str, str]] | None = None

    async def is_known(self, *, user: str, password: str) -> bool:
        return not await self.strangers({user: password})

    async def strangers(self, passwords: Mapping[str, str]) -> frozenset[str]:
        expected = await self._token_hashes([user for user in passwords if user != self.server_user])
        return frozenset(
            user for user, password in passwords.items() if not self._opens(user, password, expected)
        )

    def _opens(self, user: str, password: str, expected: Mapping[str, str]) -> bool:
        if user == self.server_user:
            return hmac.compare_digest(password.encode(), self._server_password.encode())
        given = hashlib.sha256(password.encode()).hexdigest()
        return hmac.compare_digest(given, expected.get(user, ""))

    async def _token_hashes(self, devices: list[str]) -> dict[str, str]:
        """By device; a device that is switched off has an empty one, which no password has."""
        if not devices:
            return {}
        try:
            connection = await self._connected()
            return dict(await (await connection.execute(_TOKENS_QUERY, [devices])).fetchall())
        except psycopg.Error as error:
            raise AccessUnknownError(str(error)) from error

    async def _connected(self) -> "psycopg.AsyncConnection[tuple[str, str]]":
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._database_url,
                autocommit=True,
                connect_timeout=_CONNECT_WITHIN_S,
                application_name="mqtt",
            )
        return self._connection
