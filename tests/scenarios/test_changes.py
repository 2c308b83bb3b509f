"""Business time waits while an order of the story is being changed."""

import asyncio

import pytest

from scenarios import changes
from scenarios.changes import Changes


def test_business_time_runs_at_its_own_pace_from_the_first_change_to_the_last(monkeypatch):
    monkeypatch.setattr(changes, "POLL_S", 0)
    moving, slowed = [False, True, True, False, False, True], []

    async def step(_self):
        if not moving:
            raise asyncio.CancelledError
        return moving.pop(0)

    async def wait(is_waiting):
        slowed.append(is_waiting)

    monkeypatch.setattr(Changes, "step", step)
    buyers = Changes([], firms={}, patience_s=0, say=print, changed=lambda: None, wait=wait)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(buyers.run())
    assert slowed == [True, False, True]
