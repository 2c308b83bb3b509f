"""All oracles, asked in turn; each returns one line for each fault."""

from collections.abc import Callable

from tests.chaos.acknowledged import Acknowledged
from tests.chaos.oracles import agreements, books, goods, jobs, pieces, plans, telemetry

Oracle = Callable[[Acknowledged], list[str]]
ORACLES: tuple[Oracle, ...] = (
    telemetry.lost_observations,
    telemetry.doubled_observations,
    telemetry.pieces_beyond_the_counter,
    agreements.lost_orders,
    agreements.doubled_orders,
    agreements.lost_deals,
    agreements.doubled_deals,
    agreements.lost_bookings,
    agreements.doubled_time,
    plans.invalid_plans,
    jobs.abandoned_jobs,
    jobs.waiting_plans,
    jobs.stuck_deals,
    jobs.lost_plans,
    jobs.plans_failed_by_faults,
    pieces.lost_tallies,
    pieces.doubled_tallies,
    pieces.sums_without_tallies,
    goods.lost_dispatches,
    goods.lost_receipts,
    goods.doubled_receipts,
    books.ledger_off_zero,
    books.news_told_twice,
    books.half_remembered_answers,
    books.broken_audit_chain,
    books.broken_words,
    books.what_verify_finds,
)


def judge(acknowledged: Acknowledged) -> list[str]:
    """Every fault, after the name of the oracle that found it."""
    return [f"{oracle.__name__}: {text}" for oracle in ORACLES for text in oracle(acknowledged)]
