"""Live pages: after commit a topic and a version go to every page that watches the topic; pages re-read.

A topic is `kind:public_id` (`order:ord_…`) or `kind:enterprise_id`. Apps register, in their AppConfig, who may
watch a kind; a page that asks for a foreign topic gets the same silence as for one that does not exist.
Messages carry no data: what a reload would show is the only truth.
"""

import logging
import re
from collections.abc import Callable
from typing import Any, Protocol

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction


class Watcher(Protocol):
    """A logged-in person."""

    pk: Any


MayWatch = Callable[[Watcher, str], bool]

TOPIC = re.compile(r"[a-z]{1,20}:[a-z]{3}_[0-9a-z]{1,20}")

log = logging.getLogger(__name__)
_gates: dict[str, MayWatch] = {}


def register(kind: str, may_watch: MayWatch) -> None:
    """`may_watch(person, public_id)` decides who may watch topics of this kind."""
    _gates[kind] = may_watch


def may_watch(person: Watcher, topic: str) -> bool:
    kind, _, public_id = topic.partition(":")
    gate = _gates.get(kind)
    return gate is not None and TOPIC.fullmatch(topic) is not None and gate(person, public_id)


def group_name(topic: str) -> str:
    """Channels allows letters, digits, hyphens, underscores and periods."""
    return "live." + topic.replace(":", ".")


def push_after_commit(*topics: str) -> None:
    """Tell every page that watches one of the topics to look again, once this transaction is committed."""
    transaction.on_commit(lambda: _push(topics))


def _push(topics: tuple[str, ...]) -> None:
    try:
        async_to_sync(_send)(topics)
    except Exception:  # Redis may be away: pages re-read when they reconnect
        log.warning("push to %s not sent", ", ".join(topics)[:200], exc_info=True)


async def _send(topics: tuple[str, ...]) -> None:
    """All over one connection: the layer opens one for each event loop, and each call from outside makes a loop."""
    layer = get_channel_layer()
    for topic in dict.fromkeys(topics):
        await layer.group_send(group_name(topic), {"type": "look.again", "topic": topic})
