"""Recordings played as live machines: the player in a process of its own, business time at the recording's pace."""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from asgiref.sync import sync_to_async

from marketplace.common import clock
from scenarios.keys import Keys
from scenarios.recordings import Recordings
from scenarios.world import ReplaySpec

PROJECT = Path(__file__).resolve().parent.parent
TOUCH_S = 2.0
AHEAD_S = (
    1.0  # business time is this many real seconds ahead of the player: nothing said may lie in the future
)
LEAD_S = (
    3.0  # the player begins this many real seconds early: every process knows the clock before news comes
)
EXIT_INCOMPLETE = 2

Say = Callable[[str], None]


class ReplayFailed(Exception):
    """The player ended before the recordings did; its own words are in the log."""


async def replay(
    spec: ReplaySpec, *, keys: Keys, recordings: Recordings, speed: float, tokens: Path, say: Say
) -> None:
    """Play what lies between business now and the end; then business time goes on from there at its own pace."""
    await sync_to_async(clock.set_clock)(speed=0.0)
    begins_at = max(await sync_to_async(clock.now)(), spec.starts_at) - timedelta(seconds=LEAD_S * speed)
    _write_tokens(tokens, keys)
    say(f"Recordings: {recordings.origin}, {recordings.folder}")
    say(f"Playing {spec.starts_at:%d %b %Y} to {spec.ends_at:%d %b} over MQTT at {speed:g}-fold speed …")
    player = await asyncio.create_subprocess_exec(
        sys.executable, "manage.py", "replay_recording", "--devices", str(recordings.model),
        "--from", begins_at.isoformat(), "--to", f"{spec.ends_at:%Y-%m-%d}", "--speed", str(speed),
        "--tokens", str(tokens), str(recordings.folder),
        cwd=PROJECT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    toucher = asyncio.create_task(_live_on())
    try:
        assert player.stdout is not None
        if await player.stdout.readline():  # all is read: recorded time begins to run
            ahead = timedelta(seconds=AHEAD_S * speed)
            await sync_to_async(clock.set_clock)(speed=speed, business_at=begins_at + ahead)
        told = (await player.stdout.read()).decode().strip()
        if await player.wait() not in {0, EXIT_INCOMPLETE}:
            raise ReplayFailed("The recordings could not be played to their end.")
    finally:
        toucher.cancel()
        if player.returncode is None:
            player.kill()
    await sync_to_async(clock.set_clock)(speed=1.0, business_at=spec.ends_at)
    say(f"Played: {told}")


async def _live_on() -> None:
    while True:
        await sync_to_async(clock.touch)()
        await asyncio.sleep(TOUCH_S)


def _write_tokens(file: Path, keys: Keys) -> None:
    """The names of the recordings' machines with what they log in with, for the player's eyes only."""
    file.touch(mode=0o600)
    file.write_text(
        json.dumps(
            {
                key.source_name: {"device": key.device, "token": key.token}
                for key in keys.machines
                if key.source_name
            }
        )
    )
