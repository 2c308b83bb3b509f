"""The one websocket: a page names the topics it shows and is told when to look again.

Who may no longer watch a topic, or is logged in no longer, hears at most CHECKED_EVERY_S more of it. Where Redis is
emptied under a living connection its groups are gone: within KEPT_EVERY_S it joins them again and the page looks again.
"""

import asyncio
import logging
import time
from importlib import import_module
from typing import Any
from uuid import uuid4

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.core.cache import cache
from django.http import HttpRequest

from marketplace.common.live import group_name, may_watch

MAX_TOPICS = 50  # of one page
MAX_CHARACTERS = 4_000  # of one message
CHECKED_EVERY_S = 10.0
KEPT_EVERY_S = 30.0
MARK = "live:mark"  # lies in Redis beside the groups: gone or another when they are gone
BAD_MESSAGE, LOGGED_OUT = 4400, 4401

log = logging.getLogger(__name__)


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """In: `{"watch": ["order:ord_…"]}`, in place of what was watched before.

    Out: `{"watching": [...]}` once, then `{"look": "order:ord_…"}`.
    """

    checked_at: dict[str, float]  # by topic: the monotonic second at which it was last known to be allowed
    keeper: asyncio.Task[None] | None

    async def connect(self) -> None:
        self.checked_at, self.keeper = {}, None
        if not self.scope["user"].is_authenticated:
            await self.close(code=LOGGED_OUT)
            return
        self.keeper = asyncio.create_task(self._keep_groups())
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data is None or len(text_data) > MAX_CHARACTERS:
            await self.close(code=BAD_MESSAGE)
            return
        await super().receive(text_data=text_data)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        wanted = content.get("watch") if isinstance(content, dict) else None
        if (
            not isinstance(wanted, list)
            or len(wanted) > MAX_TOPICS
            or not all(isinstance(t, str) for t in wanted)
        ):
            await self.close(code=BAD_MESSAGE)
            return
        for topic in self.checked_at.keys() - set(wanted):
            await self._leave(topic)
        for topic in set(wanted) - self.checked_at.keys():
            if await database_sync_to_async(may_watch)(self.scope["user"], topic):
                await self.channel_layer.group_add(group_name(topic), self.channel_name)
                self.checked_at[topic] = time.monotonic()
        await self.send_json({"watching": sorted(self.checked_at)})

    async def disconnect(self, code: int) -> None:
        if self.keeper is not None:
            self.keeper.cancel()
        for topic in list(self.checked_at):
            await self._leave(topic)

    async def _keep_groups(self) -> None:
        mark = None
        while True:
            try:
                found = await cache.aget_or_set(MARK, uuid4().hex, timeout=None)
                if mark not in (None, found):
                    await self._join_again()
                mark = found
            except Exception:  # Redis is away; when it is back this asks again
                log.info("live pages: Redis does not answer", exc_info=True)
            await asyncio.sleep(KEPT_EVERY_S)

    async def _join_again(self) -> None:
        """What was pushed since the groups were lost reached nobody: the page looks at everything."""
        for topic in list(self.checked_at):
            await self.channel_layer.group_add(group_name(topic), self.channel_name)
            await self.send_json({"look": topic})

    async def _leave(self, topic: str) -> None:
        await self.channel_layer.group_discard(group_name(topic), self.channel_name)
        self.checked_at.pop(topic, None)

    async def look_again(self, event: dict[str, str]) -> None:
        topic = event["topic"]
        if time.monotonic() - self.checked_at.get(topic, 0.0) >= CHECKED_EVERY_S:
            user = await database_sync_to_async(_present_user)(self.scope["session"].session_key)
            if not user.is_authenticated:
                await self.close(code=LOGGED_OUT)
                return
            if not await database_sync_to_async(may_watch)(user, topic):
                await self._leave(topic)
                return
            self.checked_at[topic] = time.monotonic()
        await self.send_json({"look": topic})

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        try:
            return await super().decode_json(text_data)
        except (ValueError, RecursionError):
            return None


def _present_user(session_key: str | None) -> Any:
    """Who is logged in by this session now, its hash of the password included."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return get_user(request)
