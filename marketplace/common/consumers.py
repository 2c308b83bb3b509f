"""The one websocket: a page names the topics it shows and is told when to look again."""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from marketplace.common.live import group_name, may_watch

MAX_TOPICS = 50


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """In: `{"watch": ["order:ord_…"]}`. Out: `{"watching": [...]}` once, then `{"look": "order:ord_…"}`."""

    topics: set[str]

    async def connect(self) -> None:
        self.topics = set()
        if not self.scope["user"].is_authenticated:
            await self.close(code=4401)
            return
        await self.accept()

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        wanted = content.get("watch") if isinstance(content, dict) else None
        if (
            not isinstance(wanted, list)
            or len(wanted) > MAX_TOPICS
            or not all(isinstance(t, str) for t in wanted)
        ):
            await self.close(code=4400)
            return
        for topic in wanted:
            if topic not in self.topics and await database_sync_to_async(may_watch)(
                self.scope["user"], topic
            ):
                await self.channel_layer.group_add(group_name(topic), self.channel_name)
                self.topics.add(topic)
        await self.send_json({"watching": sorted(self.topics)})

    async def disconnect(self, code: int) -> None:
        for topic in self.topics:
            await self.channel_layer.group_discard(group_name(topic), self.channel_name)

    async def look_again(self, event: dict[str, str]) -> None:
        await self.send_json({"look": event["topic"]})

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        try:
            return await super().decode_json(text_data)
        except ValueError:
            return None
