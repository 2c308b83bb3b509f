"""Pieces made, from counters that are reset, roll over, repeat themselves and come late: a total that only grows.

Never bill from a raw difference. Where a jump has two explanations the smaller one counts. A real example,
Hurco01 of the NIST test bed at four power-ups: 2948, 2959, 2963, then 0 and two minutes later 2994. The 0 was
no reset but a counter not yet loaded; 46 pieces were made, not 3009.
"""

from dataclasses import dataclass, replace

from telemetry.observations import Observation

_NUM_SESSIONS_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What must be remembered of one counter of one device; `total` is in pieces and never falls.

    `last` is the latest raw value; `before_reset` the raw value from which it fell, while it may still return
    there, and `since_reset` the pieces counted since.
    """

    total: int = 0
    last: int | None = None
    before_reset: int | None = None
    since_reset: int = 0
    session: str = ""
    sequence: int | None = None
    ended_sessions: tuple[str, ...] = ()


def count(counter: Counter, observation: Observation, *, rolls_over_at: int | None = None) -> Counter:
    """The counter after an observation of kind COUNT or GOOD.

    The first value only sets the base. What is no whole number, not negative (UNAVAILABLE), changes nothing;
    nor does a message already counted or overtaken by a later one, as the later raw value holds it.
    A fall to less than half is a reset, and what is shown after it was made since; a smaller fall is an
    operator's correction or a late message: nothing counts until the old value is passed again.
    `rolls_over_at` is the value at which the counter jumps to 0, if it does.
    """
    number = observation.number
    if number is None or number < 0 or number != number.to_integral_value() or _is_late(counter, observation):
        return counter
    raw = int(number)
    counter = _in_session(counter, observation)
    if counter.last is None:
        return replace(counter, last=raw)
    if raw >= counter.last:
        return _grow(counter, raw=raw)
    if rolls_over_at is not None and _rolled_over(counter.last, raw, rolls_over_at=rolls_over_at):
        return replace(counter, last=raw, total=counter.total + rolls_over_at - counter.last + raw)
    if raw * 2 > counter.last:
        return counter
    return replace(counter, last=raw, total=counter.total + raw, before_reset=counter.last, since_reset=raw)


def _grow(counter: Counter, *, raw: int) -> Counter:
    """Either `raw - last` pieces were made, or the counter has returned from a reset that was none."""
    assert counter.last is not None
    made = raw - counter.last
    if counter.before_reset is not None:
        made_if_none = raw - counter.before_reset - counter.since_reset
        if made_if_none >= 0:
            return replace(
                counter, last=raw, total=counter.total + made_if_none, before_reset=None, since_reset=0
            )
    return replace(counter, last=raw, total=counter.total + made, since_reset=counter.since_reset + made)


def _rolled_over(last: int, raw: int, *, rolls_over_at: int) -> bool:
    """From the last tenth of the range to the first."""
    return last * 10 >= rolls_over_at * 9 and raw * 10 <= rolls_over_at


def _is_late(counter: Counter, observation: Observation) -> bool:
    if observation.sequence is None:
        return False
    if observation.session in counter.ended_sessions:
        return True
    is_same_session = observation.session == counter.session
    return is_same_session and counter.sequence is not None and observation.sequence <= counter.sequence


def _in_session(counter: Counter, observation: Observation) -> Counter:
    if observation.sequence is None:
        return counter
    ended = counter.ended_sessions
    if counter.sequence is not None and observation.session != counter.session:
        ended = (*ended, counter.session)[-_NUM_SESSIONS_KEPT:]
    return replace(counter, session=observation.session, sequence=observation.sequence, ended_sessions=ended)
