"""From an MTConnect agent to us: ask, forward the answer as it came, follow the sequence.

Thin on purpose: it stands where the edge agent will stand, beside the machine, and speaks to us by HTTP with the
device's own token. It only ever asks the agent for `current` and `sample`.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from telemetry.sources.mtconnect_polling import AgentCursor, Verdict, follow, follow_error, request_path
from telemetry.sources.mtconnect_streams import AgentError, read_answer
from telemetry.sources.safe_xml import MAX_BYTES, XmlRefused

TIMEOUT_S = 20.0

log = logging.getLogger(__name__)


class AnswerTooLarge(Exception):
    """The agent sent more than a document may hold."""

    code = "poller:answer-too-large"


class NotTaken(Exception):
    """We refused the answer, or could not be reached: the same is asked for again."""

    code = "poller:not-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one round came to. `cursor` is where to go on, None: with `current`."""

    cursor: AgentCursor | None
    verdict: Verdict | None  # None where the agent answered with an error
    num_new: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """`agent` is asked, `muster` is told; both clients have their base address, `muster` the device's token."""

    agent: httpx.Client
    muster: httpx.Client
    now: Callable[[], datetime]

    def poll(self, cursor: AgentCursor | None) -> Polled:
        """One round. The cursor moves on only after our own acknowledgement.

        Raises httpx.HTTPError where the agent cannot be reached, `XmlRefused` where it talks nonsense,
        `AnswerTooLarge`, `NotTaken`.
        """
        body = self._ask(request_path(cursor))
        try:
            answer = read_answer(body, received_at=self.now())
        except AgentError as error:
            log.warning("the agent says: %s", error)
            return Polled(cursor=follow_error(cursor, error), verdict=None)
        after, verdict = follow(cursor, answer)
        if verdict is Verdict.RESTARTED:
            log.warning("the agent was restarted: instance %s", answer.instance)
            return Polled(cursor=None, verdict=verdict)
        if verdict is Verdict.LOST:
            log.warning(
                "the agent holds nothing before %d: values in between are lost", answer.first_sequence
            )
        return Polled(cursor=after, verdict=verdict, num_new=self._tell(body))

    def _ask(self, path: str) -> bytes:
        """At most MAX_BYTES, however long the agent goes on."""
        with self.agent.stream("GET", path) as response:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    raise AnswerTooLarge(f"more than {MAX_BYTES} bytes")
            return bytes(body)

    def _tell(self, body: bytes) -> int:
        """How many observations were new. Raises `NotTaken`."""
        try:
            response = self.muster.post(
                "/api/v1/mtconnect", content=body, headers={"Content-Type": "application/xml"}
            )
        except httpx.TransportError as error:
            raise NotTaken(str(error)) from error
        if not response.is_success:
            raise NotTaken(f"{response.status_code} {response.text[:300]}")
        return int(response.json()["observations"])


# What ends a round but not the polling.
ROUND_FAILED = (httpx.HTTPError, XmlRefused, AnswerTooLarge, NotTaken)
