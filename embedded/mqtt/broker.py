"""amqtt with what it lacks for our use; measured and argued in docs/decisions/0003-embedded-stack.md.

* A client is known before it touches any session, and its session is named by its user: amqtt itself lets a stranger
  take over or delete the session of a client id, and publishes a last will past the access list.
* A device whose token is revoked or renewed is put out within LOOK_EVERY_S, not when it next connects.
* A message that was acknowledged to its publisher is handed on even if the publisher leaves at once.
* A message waits for the acknowledgement of its reader as long as that takes, and is sent again after a reconnect.

It overrides private methods, therefore the version of amqtt is pinned to one minor release.
"""

import asyncio
import logging
from typing import Any

from amqtt.adapters import ReaderAdapter, WriterAdapter
from amqtt.broker import Broker as AmqttBroker
from amqtt.contexts import Action, ListenerConfig
from amqtt.errors import AMQTTError, MQTTError, NoDataError
from amqtt.mqtt.connack import NOT_AUTHORIZED, SERVER_UNAVAILABLE, ConnackPacket
from amqtt.mqtt.connect import ConnectPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.mqtt.puback import PubackPacket
from amqtt.session import OUTGOING, IncomingApplicationMessage, OutgoingApplicationMessage, Session

from embedded.mqtt.access import Access, AccessUnknownError, may_hear, may_publish

CONNECT_WITHIN_S = 10.0  # from the TCP connection to the end of the CONNECT packet
DISCONNECT_WITHIN_S = 2.0  # for an earlier connection of the same user
LOOK_EVERY_S = 5.0  # whether those who are connected may still be
MAX_PACKET_BYTES = 1_000_000  # a line of observations has some hundred bytes

log = logging.getLogger("embedded.mqtt")


class PacketTooLargeError(Exception):
    """A client announced more than MAX_PACKET_BYTES; its connection is closed."""

    code = "mqtt:packet-too-large"


class Broker(AmqttBroker):  # type: ignore[misc]  # amqtt has no type marker
    """A broker on one TCP address whose clients and topics are ruled by `access`."""

    def __init__(self, *, access: Access, bind: str) -> None:
        super().__init__({"listeners": {"default": {"type": "tcp", "bind": bind}}, "plugins": {}})
        self._access = access
        self._door: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await super().start()
        self._door = asyncio.create_task(self._watch_the_door())

    async def shutdown(self) -> None:
        if self._door is not None:
            self._door.cancel()
        await super().shutdown()

    async def _watch_the_door(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self._put_out_strangers()
            except AccessUnknownError as error:
                log.warning("Cannot tell whether those who are connected still may be: %s", error)

    async def _put_out_strangers(self) -> None:
        inside = {
            user: session.password or ""
            for user, (session, _) in self._sessions.items()
            if session.transitions.is_connected()
        }
        for user in await self._access.strangers(inside):
            log.warning("Put out %s: its token is no longer valid", user)
            await self._end_earlier_connection(user)

    async def _client_connected(
        self, listener_name: str, reader: ReaderAdapter, writer: WriterAdapter
    ) -> None:
        try:
            connect = await asyncio.wait_for(ConnectPacket.from_stream(reader), CONNECT_WITHIN_S)
            refusal = await self._refusal(connect)
        except (AMQTTError, MQTTError, NoDataError, OSError, EOFError, ValueError, TimeoutError) as error:
            log.info("No CONNECT from %s: %r", writer.get_peer_info(), error)
            await writer.close()
            return
        if refusal is not None:
            await ConnackPacket.build(0, refusal).to_stream(writer)
            await writer.close()
            return
        connect.client_id = connect.username
        await self._end_earlier_connection(connect.username)
        await super()._client_connected(listener_name, _Resumed(connect.to_bytes(), reader), writer)

    async def _refusal(self, connect: ConnectPacket) -> int | None:
        """The return code to refuse this CONNECT with, or None."""
        user, password = connect.username or "", connect.password or ""
        try:
            is_known = await self._access.is_known(user=user, password=password)
        except AccessUnknownError as error:
            log.warning("Cannot tell whether %s may connect: %s", user, error)
            return int(SERVER_UNAVAILABLE)
        if not is_known:
            log.warning("Refused %r: unknown user or wrong password", user)
            return int(NOT_AUTHORIZED)
        if connect.will_flag and not self._may_publish(user, connect.will_topic or ""):
            log.warning("Refused %s: its last will is for %r", user, connect.will_topic)
            return int(NOT_AUTHORIZED)
        return None

    async def _end_earlier_connection(self, user: str) -> None:
        """A user has one connection; a session that was to end with it does so before the next one begins."""
        if user not in self._sessions:
            return
        session, handler = self._sessions[user]
        if session.transitions.is_connected():
            await handler.stop()
            deadline = asyncio.get_running_loop().time() + DISCONNECT_WITHIN_S
            while session.transitions.is_connected() and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(0.01)
        if session.clean_session:
            await self._cleanup_session(user)

    async def _authenticate(self, session: Session, _: ListenerConfig) -> bool:
        return session.client_id is not None  # nobody comes this far unknown

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        user = session.username or ""
        if action is not Action.PUBLISH:
            return may_hear(user=user, server_user=self._access.server_user, topic=topic)
        is_allowed = self._may_publish(user, topic)
        if not is_allowed:
            log.warning("%s may not publish to %r: dropped", user, topic)
        return is_allowed

    def _may_publish(self, user: str, topic: str) -> bool:
        return may_publish(user=user, server_user=self._access.server_user, topic=topic)

    async def _initialize_client_session(self, *arguments: Any) -> tuple[BrokerProtocolHandler, Session]:
        _, session = await super()._initialize_client_session(*arguments)
        return _PatientHandler(self.plugins_manager), session

    async def _handle_disconnect(
        self, client_session: Session, handler: BrokerProtocolHandler, disconnect_waiter: asyncio.Future[Any]
    ) -> None:
        await self._hand_on_rest(client_session, handler)
        await super()._handle_disconnect(client_session, handler, disconnect_waiter)

    async def _delete_session(self, client_id: str) -> None:
        if client_id in self._sessions:
            await self._hand_on_rest(*self._sessions[client_id])
        await super()._delete_session(client_id)

    async def _hand_on_rest(self, session: Session, handler: BrokerProtocolHandler) -> None:
        """Deliver what the client was told we have; taken from the queue at once, so that nobody else takes it too."""
        queue = session.delivered_message_queue
        for message in [queue.get_nowait() for _ in range(queue.qsize())]:
            ready: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            ready.set_result(message)
            await self._handle_message_delivery(session, handler, ready)


class _PatientHandler(BrokerProtocolHandler):  # type: ignore[misc]
    """Keeps what it sent with QoS 1 until the reader acknowledges; `start` of the next connection sends the rest again."""

    async def _handle_qos1_message_flow(
        self, app_message: OutgoingApplicationMessage | IncomingApplicationMessage
    ) -> None:
        if app_message.direction != OUTGOING or self.session is None:
            await super()._handle_qos1_message_flow(app_message)
            return
        is_repeated = app_message.publish_packet is not None
        self.session.inflight_out[app_message.packet_id] = app_message
        app_message.publish_packet = app_message.build_publish_packet(dup=is_repeated)
        await self._send_packet(app_message.publish_packet)

    async def handle_puback(self, puback: PubackPacket) -> None:
        if self.session is not None and puback.variable_header is not None:
            self.session.inflight_out.pop(puback.variable_header.packet_id, None)


class _Resumed(ReaderAdapter):  # type: ignore[misc]
    """A stream of which the first packet has been read already."""

    def __init__(self, first: bytes, rest: ReaderAdapter) -> None:
        self._first = first
        self._rest = rest

    async def read(self, n: int = -1) -> bytes:
        if n > MAX_PACKET_BYTES:
            raise PacketTooLargeError
        if self._first:
            part, self._first = self._first[:n], self._first[n:]
            return part
        return bytes(await self._rest.read(n))

    def feed_eof(self) -> None:
        self._rest.feed_eof()
