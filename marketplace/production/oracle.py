"""What may never be: sums that are not their tallies', two works on one machine at a time, pieces counted twice.

Each looks at the rows themselves, in SQL of its own, and shares nothing with the services that wrote them.
"""

from django.db import connection


def sums_that_differ() -> list[str]:
    """Work orders whose cached sums are not those of their tallies."""
    return [
        f"{code}: good {good}, scrap {scrap}, counted {counted}; its tallies say {t_good}, {t_scrap}, {t_counted}"
        for code, good, scrap, counted, t_good, t_scrap, t_counted in _rows(_SUMS)
    ]


def machines_twice_taken() -> list[str]:
    """Stints that overlap on a machine, and work orders whose stints do not fit their status."""
    overlaps = [f"{one} and {other} were on one machine at a time" for one, other in _rows(_OVERLAPS)]
    unfit = [f"{code} is {status} with {number} open stints" for code, status, number in _rows(_OPEN_STINTS)]
    return overlaps + unfit


def pieces_counted_twice() -> list[str]:
    """Tallies taken back twice or by another work order's correction, and stints that tell more than their keys."""
    undone = [f"correction {key} of {code} takes back what is not its own" for key, code in _rows(_FOREIGN)]
    differing = [
        f"stint {stint} of {code}: tallies say {told}, the counter {grown}"
        for stint, code, told, grown in _rows(_GROWN)
    ]
    return undone + differing


def _rows(query: str) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


_SUMS = """
SELECT * FROM (
    SELECT work.code, work.good, work.scrap, work.counted,
        COALESCE(sum(CASE
            WHEN tally.kind IN ('good', 'box') THEN tally.quantity
            WHEN tally.kind = 'scrap' AND tally.is_counted THEN -tally.quantity
            WHEN tally.kind = 'correction' AND undone.kind IN ('good', 'box') THEN -undone.quantity
            WHEN tally.kind = 'correction' AND undone.is_counted THEN tally.quantity
            ELSE 0 END), 0) AS told_good,
        COALESCE(sum(CASE
            WHEN tally.kind = 'scrap' THEN tally.quantity
            WHEN tally.kind = 'correction' AND undone.kind = 'scrap' THEN -undone.quantity
            ELSE 0 END), 0) AS told_scrap,
        COALESCE(sum(tally.quantity + tally.surplus) FILTER (WHERE tally.source = 'counter'), 0) AS told_counted
    FROM production_workorder AS work
    LEFT JOIN production_tally AS tally ON tally.work_order_id = work.id
    LEFT JOIN production_tally AS undone ON undone.id = tally.undoes_id
    GROUP BY work.id
) AS sums
WHERE (good, scrap, counted) <> (told_good, told_scrap, told_counted)
ORDER BY code
"""
_OVERLAPS = """
SELECT first.code, second.code
FROM production_stint AS one
JOIN production_stint AS other ON other.equipment_id = one.equipment_id AND other.id > one.id
 AND tstzrange(one.starts_at, one.ends_at) && tstzrange(other.starts_at, other.ends_at)
JOIN production_workorder AS first ON first.id = one.work_order_id
JOIN production_workorder AS second ON second.id = other.work_order_id
"""
_OPEN_STINTS = """
SELECT work.code, work.status, count(stint.id)
FROM production_workorder AS work
LEFT JOIN production_stint AS stint ON stint.work_order_id = work.id AND stint.ends_at IS NULL
GROUP BY work.id
HAVING count(stint.id) <> CASE WHEN work.status = 'running' THEN 1 ELSE 0 END
"""
_FOREIGN = """
SELECT tally.key, work.code
FROM production_tally AS tally
JOIN production_tally AS undone ON undone.id = tally.undoes_id
JOIN production_workorder AS work ON work.id = tally.work_order_id
WHERE undone.work_order_id <> tally.work_order_id OR undone.kind = 'correction' OR undone.source = 'counter'
"""
_GROWN = """
SELECT stint.id, work.code, sum(tally.quantity + tally.surplus), max(split_part(tally.key, ':', 3)::bigint)
FROM production_tally AS tally
JOIN production_stint AS stint ON stint.id = tally.stint_id
JOIN production_workorder AS work ON work.id = tally.work_order_id
WHERE tally.source = 'counter'
GROUP BY stint.id, work.code
HAVING sum(tally.quantity + tally.surplus) <> max(split_part(tally.key, ':', 3)::bigint)
    OR bool_or(stint.work_order_id <> tally.work_order_id)
"""
