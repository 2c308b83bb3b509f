"""A break-down is played once, and business time waits for people while it is settled."""

import asyncio
from datetime import UTC, datetime

import pytest

from scenarios import breakdown
from scenarios.breakdown import Breakdown
from scenarios.people import Refused
from scenarios.world import BreakdownSpec

STARTS_AT = datetime(2026, 3, 2, tzinfo=UTC)
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


def a_run(name: str, quantity: int, *, operation="press", starts="2026-03-03T08:00:00Z") -> dict[str, object]:
    return {
        "id": f"run_{name}", "device": f"dev_{name}", "operation": operation, "quantity": quantity,
        "starts_at": starts, "ends_at": "2026-03-03T20:00:00Z",
    }  # fmt: skip


def a_disturbance(**changes):
    return {
        "id": "dst_before",
        "order": "ord_1",
        "kind": "machine_down",
        "status": "committed",
        "run": "run_before",
        **changes,
    }


class Market:
    """Buyer and factory in one; what breaks is noticed, proposed and settled one question later each."""

    def __init__(self, *disturbances: dict[str, object]) -> None:
        self.disturbances = list(disturbances)
        self.runs = [
            a_run("small", 100),
            a_run("great", 900),
            a_run("other", 5_000, operation="coat"),
            a_run("fresh", 5_000, starts="2026-03-03T11:30:00Z"),
        ]
        self.asked_for_change = 0

    async def pages(self, path):
        return {"disturbances": self.disturbances, "runs": self.runs}[path]

    async def get(self, path):
        if path.endswith("/change"):
            self.asked_for_change += 1
            if self.asked_for_change < 3:
                raise Refused(path=path, status=404, code="not-found", message="")
            self.disturbances[-1]["status"] = "committed"
            return {"plan": "plr_1"}
        return {"num_answered": 2, "num_packages": 2}

    def stop(self, device):
        self.broken = device
        run = f"run_{device.removeprefix('dev_')}"
        self.disturbances.append(a_disturbance(id="dst_now", status="open", run=run))


def play(market, monkeypatch):
    monkeypatch.setattr(breakdown, "POLL_S", 0.0)
    said, waits = [], []

    async def wait(is_waiting):
        waits.append(is_waiting)

    async def now():
        return NOW

    story = Breakdown(
        BreakdownSpec(operation="press", after_h=30), order="ord_1", starts_at=STARTS_AT, buyer=market,
        firms=[market], say=said.append, now=now, wait=wait, break_down=market.stop,
    )  # fmt: skip
    asyncio.run(asyncio.wait_for(story.run(), timeout=10))
    return said, waits


def test_the_greatest_run_that_is_well_on_loses_its_machine_and_time_waits(monkeypatch):
    market = Market()
    said, waits = play(market, monkeypatch)
    assert market.broken == "dev_great"
    assert waits == [True, False]
    assert [line.split(" after")[0] for line in said[1:]] == [
        "Noticed",
        "A change is proposed",
        "All is arranged anew",
    ]


@pytest.mark.parametrize("status", ["open", "committed"])
def test_what_broke_before_does_not_break_again(monkeypatch, status):
    market = Market(a_disturbance(status=status))
    assert play(market, monkeypatch) == ([], [])


@pytest.mark.parametrize(
    "before", [{"order": "ord_2"}, {"status": "over", "run": "run_great"}, {"kind": "late"}]
)
def test_other_disturbances_are_not_this_break_down(monkeypatch, before):
    market = Market(a_disturbance(**before))
    play(market, monkeypatch)
    assert market.broken == "dev_great"
