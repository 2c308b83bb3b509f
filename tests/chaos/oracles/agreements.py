"""Orders stand once, chosen plans are agreements, bookings hold their time, and no time is taken twice."""

from collections import Counter
from datetime import datetime

from tests.chaos.acknowledged import Acknowledged
from tests.chaos.oracles.rows import rows_of, shortened

BOOKED = """
SELECT run.public_id, machine.public_id, lower(taken.period), upper(taken.period)
FROM trading_run AS run
JOIN capacity_takentime AS taken ON taken.id = run.taken_id AND taken.kind = 'booking'
JOIN capacity_equipment AS machine ON machine.id = taken.equipment_id
WHERE run.status = 'booked'
"""
PLANNED_ANEW = """
SELECT run.public_id FROM trading_run AS run
JOIN trading_package AS package ON package.id = run.package_id
JOIN trading_disturbance AS disturbance ON disturbance.deal_id = package.deal_id
WHERE run.status = 'replaced' AND disturbance.status = 'committed' AND disturbance.ended_at >= package.answered_at
"""
MADE = """
SELECT run.public_id FROM trading_run AS run JOIN production_workorder AS work ON work.run_id = run.id
WHERE work.status = 'finished' AND work.good >= run.quantity
"""
OVERLAPS = """
SELECT machine.public_id, one.public_id, other.public_id
FROM capacity_takentime AS one
JOIN capacity_takentime AS other ON other.equipment_id = one.equipment_id AND other.id > one.id
 AND other.period && one.period
JOIN capacity_equipment AS machine ON machine.id = one.equipment_id
"""
LIVING_DEALS = """
SELECT buyer_order.public_id, count(*) FROM trading_deal AS deal
JOIN orders_order AS buyer_order ON buyer_order.id = deal.order_id
WHERE deal.status <> 'failed' GROUP BY buyer_order.id HAVING count(*) > 1
"""


def lost_orders(acknowledged: Acknowledged) -> list[str]:
    stored = set(rows_of("SELECT public_id, title FROM orders_order"))
    return shortened(
        [
            f"lost: order {one.order}, {one.title}"
            for one in acknowledged.orders
            if (one.order, one.title) not in stored
        ]
    )


def doubled_orders(acknowledged: Acknowledged) -> list[str]:
    """Also of attempts that nobody was answered: each was made under one key."""
    times = Counter(title for (title,) in rows_of("SELECT title FROM orders_order"))
    return shortened(
        [
            f"{times[title]} orders of one key: {title}"
            for title in acknowledged.attempted_titles
            if times[title] > 1
        ]
    )


def lost_deals(acknowledged: Acknowledged) -> list[str]:
    stored = {deal for (deal,) in rows_of("SELECT public_id FROM trading_deal")}
    return [f"lost: {one.deal} of {one.order}" for one in acknowledged.deals if one.deal not in stored]


def doubled_deals(acknowledged: Acknowledged) -> list[str]:
    return [f"{number} living deals of order {order}" for order, number in rows_of(LIVING_DEALS)]


def lost_bookings(acknowledged: Acknowledged) -> list[str]:
    """A booking holds its time until all its pieces are made, or a change to its deal that was committed after it
    replaces it."""
    replaced = {run for (run,) in [*rows_of(PLANNED_ANEW), *rows_of(MADE)]}
    stored = {run: rest for run, *rest in rows_of(BOOKED)}
    faults = []
    for one in acknowledged.bookings:
        promised = [one.machine, *map(datetime.fromisoformat, (one.starts_at, one.ends_at))]
        if one.run not in replaced and stored.get(one.run) != promised:
            faults.append(f"booking of {one.run} does not stand: {stored.get(one.run)}")
    return shortened(faults)


def doubled_time(acknowledged: Acknowledged) -> list[str]:
    return [f"{machine}: {one} and {other} overlap" for machine, one, other in rows_of(OVERLAPS)]
