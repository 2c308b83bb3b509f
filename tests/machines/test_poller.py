"""An agent polled: in sequence, over its restart and over what it has forgotten."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from django.utils import timezone

from marketplace.machines.models import Observation
from marketplace.machines.poller import AnswerTooLarge, NotTaken, Poller
from telemetry.sources.mtconnect_polling import AgentCursor, Verdict
from telemetry.sources.safe_xml import MAX_BYTES
from tests.builders import a_device
from tests.machines.test_mtconnect_api import an_answer, an_event

pytestmark = pytest.mark.django_db(transaction=True)


class Agent:
    """An MTConnect agent in memory; `buffer` holds (sequence, execution)."""

    def __init__(self) -> None:
        self.instance = 7
        self.first = 1
        self.buffer: list[tuple[int, str]] = []
        self.asked: list[str] = []
        self.began = timezone.now() - timedelta(minutes=10)

    def says(self, execution: str) -> None:
        self.buffer.append((self.next, execution))

    @property
    def next(self) -> int:
        return self.buffer[-1][0] + 1 if self.buffer else self.first

    def at(self, seq: int) -> datetime:
        return self.began + timedelta(seconds=seq)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.rsplit("/", 1)[-1]
        self.asked.append(path)
        since = int(parse_qs(request.url.query.decode())["from"][0]) if path == "sample" else self.next - 1
        if since > self.next:
            body = (
                '<MTConnectError><Errors><Error errorCode="OUT_OF_RANGE">x</Error></Errors></MTConnectError>'
            )
            return httpx.Response(200, text=body)
        events = [an_event(word, seq=seq, at=self.at(seq)) for seq, word in self.buffer if seq >= since]
        text = an_answer(*events, instance=self.instance, next_sequence=self.next)
        return httpx.Response(200, text=text.replace('firstSequence="1"', f'firstSequence="{self.first}"'))


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
def poller(agent: Agent, live_server: Any) -> Poller:
    a_device(source_name="Mazak01", token="t")
    return Poller(
        agent=httpx.Client(transport=httpx.MockTransport(agent.answer), base_url="http://agent/Mazak01"),
        muster=httpx.Client(base_url=live_server.url, headers={"Authorization": "Bearer t"}),
        now=timezone.now,
    )


def words() -> list[str]:
    return list(Observation.objects.order_by("id").values_list("value", flat=True))


def test_first_the_present_then_what_follows(agent: Agent, poller: Poller):
    agent.says("READY")
    first = poller.poll(None)
    agent.says("ACTIVE")
    agent.says("STOPPED")
    second = poller.poll(first.cursor)
    third = poller.poll(second.cursor)

    assert agent.asked == ["current", "sample", "sample"]
    assert words() == ["READY", "ACTIVE", "STOPPED"]
    assert (second.num_new, third.num_new) == (2, 0)


def test_a_restarted_agent_is_asked_for_the_present_and_counts_anew(agent: Agent, poller: Poller):
    agent.says("READY")
    cursor = poller.poll(None).cursor
    agent.instance, agent.buffer = 8, [(1, "ACTIVE"), (2, "STOPPED")]

    restarted = poller.poll(cursor)
    after = poller.poll(restarted.cursor)

    assert restarted.verdict is Verdict.RESTARTED
    assert after.verdict is Verdict.SNAPSHOT
    assert words() == ["READY", "STOPPED"]


def test_what_the_agent_has_forgotten_is_said_to_be_lost_and_the_rest_is_stored(agent: Agent, poller: Poller):
    agent.says("READY")
    cursor = poller.poll(None).cursor
    agent.first, agent.buffer = 50, [(50, "ACTIVE")]

    lost = poller.poll(cursor)

    assert (lost.verdict, lost.cursor) == (Verdict.LOST, None)
    assert words() == ["READY", "ACTIVE"]


def test_an_agent_that_lost_its_memory_is_asked_for_the_present(agent: Agent, poller: Poller):
    agent.says("READY")

    polled = poller.poll(AgentCursor(instance="7", next_sequence=900))

    assert polled.cursor is None
    assert words() == []


def test_the_cursor_stays_where_our_answer_is_missing(agent: Agent, poller: Poller):
    agent.says("READY")
    poller.muster.headers["Authorization"] = "Bearer wrong"

    with pytest.raises(NotTaken, match="401"):
        poller.poll(None)


def test_an_endless_answer_is_cut_off(agent: Agent, poller: Poller):
    def endless(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=(b" " * 1_000_000 for _ in range(MAX_BYTES // 1_000_000 + 2)))

    with (
        httpx.Client(transport=httpx.MockTransport(endless), base_url="http://agent") as client,
        pytest.raises(AnswerTooLarge),
    ):
        Poller(agent=client, muster=poller.muster, now=timezone.now).poll(None)
