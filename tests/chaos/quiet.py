"""Waiting until all work that was asked for is done, within a bound: what is left then, the oracles name."""

import time

from tests.chaos.acknowledged import Acknowledged
from tests.chaos.oracles.jobs import abandoned_jobs, stuck_deals, waiting_plans
from tests.chaos.oracles.telemetry import lost_observations
from tests.chaos.stack import Muster

QUIET_WITHIN_S = 150.0  # a lease of 30 s, a sweep, and the plans that wait behind it
POLL_S = 1.0


def wait_until_quiet(muster: Muster, acknowledged: Acknowledged) -> float:
    """How many seconds it took; the bound, where it never was."""
    began = time.monotonic()
    while (waited := time.monotonic() - began) < QUIET_WITHIN_S:
        if muster.running.is_up and muster.running.is_answering() and not _work(acknowledged):
            return waited
        time.sleep(POLL_S)
    return QUIET_WITHIN_S


def _work(acknowledged: Acknowledged) -> bool:
    """Plans are made, re-plans wait to be looked at, or messages the broker took are not stored yet."""
    unfinished = (waiting_plans, abandoned_jobs, stuck_deals, lost_observations)
    return any(oracle(acknowledged) for oracle in unfinished)
