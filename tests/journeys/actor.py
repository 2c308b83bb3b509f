"""Somebody who acts over the API with a token: the people at the other end of a journey."""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from scenarios.world import World

PLANNED_WITHIN_S = 120  # of two goals, one after the other, on a busy machine
ENDED = {"done", "failed", "cancelled"}


class Actor:
    def __init__(self, *, base_url: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=f"{base_url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def get(self, path: str) -> Any:
        return self._client.get(path).raise_for_status().json()

    def post(self, path: str, body: object = None) -> Any:
        answer = self._client.post(path, json=body or {}, headers={"Idempotency-Key": uuid.uuid4().hex})
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def rows(self, path: str) -> list[Any]:
        return list(self.get(f"{path}?limit=200")["results"])

    def offers(self) -> list[Any]:
        return [package for package in self.rows("packages") if package["status"] == "offered"]

    def accept(self, package: str) -> None:
        self.post(f"packages/{package}/answer", {"accept_all": True})

    def plans(self, order: str) -> list[Any]:
        """The plans of the order, once they have ended."""
        self.post(f"orders/{order}/plans")

        def found() -> list[Any] | None:
            plans = self.get(f"orders/{order}/plans")
            return plans if all(plan["status"] in ENDED for plan in plans) else None

        return wait_for(found, within_s=PLANNED_WITHIN_S)


def wait_for(look: Callable[[], Any], *, within_s: float) -> Any:
    """The first answer of `look` that is not None."""
    deadline = time.monotonic() + within_s
    while (found := look()) is None:
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.5)
    return found


def an_order_body(
    *, product: str, world: World, title: str, quantity: int, **more: object
) -> dict[str, object]:
    """An order of plain pieces to the world's usual place, due ten days after the world begins."""
    place = world.order.drops[0]
    drop = {
        "name": place.name,
        "city": place.city,
        "lat": place.lat,
        "lon": place.lon,
        "quantity": quantity,
    }
    due_at = (world.starts_at + timedelta(days=10)).isoformat()
    return {
        "product": product,
        "title": title,
        "quantity": quantity,
        "due_at": due_at,
        "drops": [drop],
        **more,
    }
