"""Acknowledged tallies are counted once, and the sums of work are those of its tallies."""

from collections import Counter

from tests.chaos.acknowledged import Acknowledged
from tests.chaos.oracles.rows import rows_of, shortened

TALLIES = """
SELECT work.public_id, tally.key, tally.kind, tally.quantity + tally.surplus
FROM production_tally AS tally JOIN production_workorder AS work ON work.id = tally.work_order_id
"""
SUMS = """
SELECT work.public_id, work.good, COALESCE(sum(
    CASE WHEN tally.kind IN ('good', 'box') THEN tally.quantity
         WHEN tally.kind = 'scrap' AND tally.is_counted THEN -tally.quantity
         WHEN undone.kind IN ('good', 'box') THEN -undone.quantity
         WHEN undone.is_counted THEN tally.quantity ELSE 0 END), 0)
FROM production_workorder AS work
LEFT JOIN production_tally AS tally ON tally.work_order_id = work.id
LEFT JOIN production_tally AS undone ON undone.id = tally.undoes_id
GROUP BY work.id
"""


def lost_tallies(acknowledged: Acknowledged) -> list[str]:
    stored = set(rows_of(TALLIES))
    return shortened(
        [
            f"lost: {one.quantity} {one.kind} under {one.key} of {one.work_order}"
            for one in acknowledged.tallies
            if (one.work_order, one.key, one.kind, one.quantity) not in stored
        ]
    )


def doubled_tallies(acknowledged: Acknowledged) -> list[str]:
    times = Counter(row[:2] for row in rows_of(TALLIES))
    return [f"counted {n} times: {key} of {work}" for (work, key), n in times.items() if n > 1]


def sums_without_tallies(acknowledged: Acknowledged) -> list[str]:
    return [
        f"{work}: {good} good pieces, its tallies say {told}"
        for work, good, told in rows_of(SUMS)
        if good != told
    ]
