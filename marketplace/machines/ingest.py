"""From the broker to the database: batches, stored and committed, then acknowledged, then told to pages."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import psycopg
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from marketplace.common import clock
from marketplace.common.live import push_after_commit
from marketplace.machines.broker import MAX_PAYLOAD_BYTES, Arrival, Inbox
from marketplace.machines.delivery import Delivery, Refused, excerpt_of, mqtt_delivery
from marketplace.machines.models import Refusal
from marketplace.machines.services.record import Fate, Recorded, record

MOST = 500  # messages in a batch
WITHIN_S = 0.05  # a batch waits at most this long for more
PUSH_EVERY_S = 1.0  # pages are told at most this often; what they re-read is the latest anyway
BACK_OFF_S = (0.2, 10.0)  # first and longest pause while the database is away
# The database cannot be asked now, or has not the tables we know (a migration is due): no message is at fault.
# COPY raises psycopg's own errors past Django.
AWAY = (
    OperationalError,
    InterfaceError,
    ProgrammingError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.ProgrammingError,
)

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the process has done since it started."""

    messages: int = 0
    observations: int = 0
    duplicates: int = 0
    refused: int = 0
    batches: int = 0

    def add(self, recorded: Recorded) -> None:
        self.batches += 1
        self.messages += len(recorded.fates)
        self.observations += recorded.num_new
        self.duplicates += recorded.fates.count(Fate.DUPLICATE)
        self.refused += recorded.fates.count(Fate.REFUSED)


@dataclass(slots=True, kw_only=True)
class Nudges:
    """Topics to push, coalesced."""

    topics: set[str] = field(default_factory=set)
    pushed_at: float = 0.0  # monotonic

    def push_when_due(self) -> None:
        if self.topics and time.monotonic() - self.pushed_at >= PUSH_EVERY_S:
            push_after_commit(*sorted(self.topics))
            self.topics.clear()
            self.pushed_at = time.monotonic()


def run(inbox: Inbox, *, is_stopping: Callable[[], bool]) -> Tally:
    """Until told to stop. A message is acknowledged after the commit that holds it, so a kill loses none."""
    tally, nudges = Tally(), Nudges()
    while not is_stopping():
        arrivals = inbox.take(most=MOST, within_s=WITHIN_S)
        if arrivals:
            recorded = _store(arrivals, inbox=inbox, is_stopping=is_stopping)
            if recorded is not None:
                inbox.acknowledge(arrivals)
                nudges.topics |= recorded.topics
                tally.add(recorded)
        nudges.push_when_due()
    return tally


def _store(arrivals: Sequence[Arrival], *, inbox: Inbox, is_stopping: Callable[[], bool]) -> Recorded | None:
    """None if the messages will come again: their connection is gone, or the process is to end."""
    pause_s, longest_s = BACK_OFF_S
    while inbox.is_current(arrivals[-1]) and not is_stopping():
        try:
            return _store_or_isolate(arrivals)
        except AWAY as error:
            log.warning("the database cannot store now, again in %.1f s: %s", pause_s, error)
            connection.close()
            time.sleep(pause_s)
            pause_s = min(longest_s, pause_s * 2)
    return None


def _store_or_isolate(arrivals: Sequence[Arrival]) -> Recorded:
    """All at once; where one message breaks the batch, one by one, and the broken one to the dead letters."""
    real_now, now, speed = clock.real_now(), clock.now(), clock.speed()
    deliveries = [_delivery(each, now=now, real_now=real_now, speed=speed) for each in arrivals]
    try:
        return record(deliveries, now=now, real_now=real_now)
    except AWAY:
        raise
    except Exception as error:  # whatever it is, one message must not hold up all others for ever
        log.exception("a batch of %d messages cannot be stored; one by one then", len(deliveries))
        if len(deliveries) == 1:
            poison = _poison(arrivals[0], error=error)
            return record([poison], now=now, real_now=real_now)
    return _joined([_store_or_isolate([arrival]) for arrival in arrivals])


def _delivery(arrival: Arrival, *, now: datetime, real_now: datetime, speed: float) -> Delivery:
    """A message without a stamp counts from its arrival here, not from when its turn came."""
    waited_s = (real_now - arrival.arrived_at).total_seconds()
    received_at = now - timedelta(seconds=waited_s * speed)
    if len(arrival.payload) > MAX_PAYLOAD_BYTES:
        reason = f"{len(arrival.payload)} bytes, at most {MAX_PAYLOAD_BYTES}"
        return _refused(arrival, code="mqtt:too-large", reason=reason)
    delivery = mqtt_delivery(arrival.payload, device=arrival.device, received_at=received_at)
    return replace(delivery, is_copy=arrival.is_retained)


def _poison(arrival: Arrival, *, error: Exception) -> Delivery:
    return _refused(arrival, code="machines:not-storable", reason=f"{type(error).__name__}: {error}")


def _refused(arrival: Arrival, *, code: str, reason: str) -> Delivery:
    refused = Refused(code=code, reason=reason, excerpt=excerpt_of(arrival.payload))
    return Delivery(device=arrival.device, channel=Refusal.Channel.MQTT, refused=refused)


def _joined(parts: Sequence[Recorded]) -> Recorded:
    return Recorded(
        fates=tuple(fate for part in parts for fate in part.fates),
        num_new=sum(part.num_new for part in parts),
        topics=frozenset().union(*(part.topics for part in parts)),
    )
