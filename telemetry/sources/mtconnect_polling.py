"""Polling an MTConnect agent without loss or double counting: what to ask next, and what an answer means."""

from dataclasses import dataclass
from enum import StrEnum

from telemetry.sources.mtconnect_streams import AgentAnswer, AgentError

SAMPLE_COUNT = 1000  # observations asked for at once: about 200 kB


class Verdict(StrEnum):
    FOLLOWS = "follows"  # continues where the last answer ended: store it
    SNAPSHOT = "snapshot"  # the latest values, some of them old: store it
    RESTARTED = "restarted"  # another agent instance: not to be stored, ask for `current`
    LOST = "lost"  # the agent no longer holds what came between: store it, and ask for `current`


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCursor:
    """The instance followed, and the first sequence number not yet taken."""

    instance: str
    next_sequence: int


def request_path(cursor: AgentCursor | None, *, count: int = SAMPLE_COUNT) -> str:
    """What to ask the agent for, relative to its address."""
    return "current" if cursor is None else f"sample?from={cursor.next_sequence}&count={count}"


def follow(cursor: AgentCursor | None, answer: AgentAnswer) -> tuple[AgentCursor | None, Verdict]:
    """The cursor to keep once the answer's observations are stored; None means: ask for `current`."""
    after = AgentCursor(instance=answer.instance, next_sequence=answer.next_sequence)
    if cursor is None:
        return after, Verdict.SNAPSHOT
    if answer.instance != cursor.instance:
        return None, Verdict.RESTARTED
    if answer.first_sequence > cursor.next_sequence:
        return None, Verdict.LOST
    return after, Verdict.FOLLOWS


def follow_error(cursor: AgentCursor | None, error: AgentError) -> AgentCursor | None:
    """Out of range: the buffer has moved on or the agent was restarted, so ask for `current`; else ask again."""
    return None if error.is_out_of_range else cursor
