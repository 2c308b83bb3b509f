"""The story goes on from wherever an order stands. A small stand-in answers for the API."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from scenarios import conductor, orders, tiny
from scenarios.conductor import Conductor
from scenarios.orders import NoPlan
from scenarios.people import Refused

WORLD = replace(tiny.generate(1), patience_s=0.0)
PLAN = {
    "id": "pln_1", "goal": "fastest", "status": "done", "plan_status": "feasible", "error": "",
    "finish_min": 1440, "naive_finish_min": 2880, "gap_pct": 1.0, "num_enterprises": 2, "num_trips": 3,
}  # fmt: skip
RUN = {
    "id": "run_1", "device": "dev_1", "starts_at": "2026-03-02T08:00:00Z", "ends_at": "2026-03-02T10:00:00Z",
    "setup_min": 20, "batches": [], "quantity": 100, "operation": "press",
}  # fmt: skip


class Market:
    """One order and what becomes of it: buyer and factory in one."""

    def __init__(self, status: str | None, *, plans: tuple[Mapping[str, object], ...] = ()) -> None:
        self.orders = [{"id": "ord_1", "title": WORLD.order.title, "status": status}] if status else []
        self.plans = list(plans)
        self.deal: dict[str, object] | None = None
        if status not in {None, "draft", "open", "cancelled"}:
            self.deal = {"status": "offering", "num_answered": 1, "num_packages": 1}
        self.posted: list[str] = []
        self.is_producing = False

    async def get(self, path):
        if path.endswith("/deal"):
            if self.deal is None:
                raise Refused(path=path, status=404, code="not-found", message="")
            return self.deal
        if path.endswith("/plans"):
            return self.plans
        order = self.orders[-1]
        if not self.is_producing:
            return order
        if order["status"] == "placed":
            self.orders[-1] = {**order, "status": "running"}
        elif order["status"] == "running":
            self.orders[-1] = {**order, "status": "done"}
        return order

    async def pages(self, path, **only):
        self.is_producing = self.is_producing or path == "runs"
        return {
            "orders": self.orders,
            "products": [{"id": "prd_1", "code": WORLD.order.product.code}],
            "packages": [{"id": "pkg_1", "status": "offered"}],
            "runs": [RUN],
            "work-orders": [
                {
                    "id": "wo_1",
                    "run": "run_1",
                    "code": "MU-1",
                    "article": "",
                    "counted": 0,
                    "good": 0,
                    "operation": "press",
                }
            ],
            "first-articles": [],
            "shipments": [],
            "disturbances": [],
        }[path]

    async def post(self, path, body=None):
        self.posted.append(path)
        if path == "orders":
            self.orders.append({"id": "ord_2", "title": body["title"], "status": "draft"})
            return self.orders[-1]
        if path.endswith("/plans"):
            self.plans.append(PLAN)
            self.orders[-1] = {**self.orders[-1], "status": "open"}
        elif path.endswith("/deal"):
            self.deal = {"status": "offering", "num_answered": 1, "num_packages": 1}
            self.orders[-1] = {**self.orders[-1], "status": "offered"}
        elif path.endswith("/answer"):
            self.orders[-1] = {**self.orders[-1], "status": "placed"}
        return None


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    for module in (orders, conductor):
        monkeypatch.setattr(module, "POLL_S", 0.0)


def play(market):
    """What was said, the speeds that were set, the runs that machines were given."""
    said, speeds, taken = [], [], []

    async def set_speed(speed):
        speeds.append(speed)

    async def now():
        return WORLD.starts_at

    async def prepare():
        said.append("prepared")

    story = Conductor(
        WORLD, buyers={"buyer": market}, firms={"firm01": market}, office=None, address="http://x/", speed=60.0,
        say=said.append, now=now, set_speed=set_speed, take_runs=taken.append,
        break_down=said.append, prepare=prepare,
    )  # fmt: skip
    asyncio.run(asyncio.wait_for(story.play(), timeout=10))
    return said, speeds, taken


@pytest.mark.parametrize(
    ("status", "posts"),
    [
        (None, ["orders", "orders/ord_2/plans", "orders/ord_2/deal", "packages/pkg_1/answer"]),
        ("cancelled", ["orders", "orders/ord_2/plans", "orders/ord_2/deal", "packages/pkg_1/answer"]),
        ("draft", ["orders/ord_1/plans", "orders/ord_1/deal", "packages/pkg_1/answer"]),
        ("open", ["orders/ord_1/plans", "orders/ord_1/deal", "packages/pkg_1/answer"]),
        ("offered", ["packages/pkg_1/answer"]),
        ("placed", []),
        ("running", []),
        ("done", []),
    ],
)
def test_each_status_is_taken_up_where_it_stands(status, posts):
    market = Market(status)
    said, speeds, taken = play(market)
    assert market.posted == posts
    assert ("prepared" in said) == (status in {None, "cancelled"})
    assert market.orders[-1]["status"] == "done"
    if status != "done":
        assert speeds == [60.0, 1.0]
        assert {run.program for runs in taken for run in runs["dev_1"]} == {"MU-1"}


def test_an_open_order_that_has_plans_is_not_planned_again():
    market = Market("open", plans=(PLAN,))
    said, _, _ = play(market)
    assert "orders/ord_1/plans" not in market.posted
    assert any("1.0 days (naive award: 2 days), proven gap 1.00 %" in line for line in said)


def test_plans_that_failed_before_are_made_anew():
    market = Market("open", plans=({**PLAN, "id": "pln_0", "status": "failed", "finish_min": None},))
    play(market)
    assert market.posted[0] == "orders/ord_1/plans"


def test_a_world_that_cannot_make_its_order_says_so(monkeypatch):
    market = Market("open")
    monkeypatch.setitem(PLAN, "finish_min", None)
    with pytest.raises(NoPlan):
        play(market)
