"""Every acknowledged observation is stored exactly once, and counters are counted once."""

from collections import Counter

from tests.chaos.acknowledged import Acknowledged
from tests.chaos.oracles.rows import rows_of, shortened

STORED = """
SELECT device.public_id, observation.session, observation.seq, observation.item, observation.value
FROM machines_observation AS observation JOIN machines_device AS device ON device.id = observation.device_id
"""
COUNTED = """
SELECT device.public_id, sum(tally.quantity + tally.surplus),
    (SELECT max(total) - min(total) FROM machines_observation
     WHERE device_id = device.id AND item IN ('count', 'good'))
FROM production_tally AS tally
JOIN production_workorder AS work ON work.id = tally.work_order_id
JOIN capacity_equipment AS machine ON machine.id = work.equipment_id
JOIN machines_device AS device ON device.id = machine.device_id
WHERE tally.source = 'counter'
GROUP BY device.id
"""


def lost_observations(acknowledged: Acknowledged) -> list[str]:
    stored = set(rows_of(STORED))
    told = {(one.device, one.session, one.seq, one.item, one.value) for one in acknowledged.observations}
    return shortened([f"lost: {' '.join(map(str, key))}" for key in sorted(told - stored)])


def doubled_observations(acknowledged: Acknowledged) -> list[str]:
    times = Counter(row[:4] for row in rows_of(STORED))
    return shortened(
        [f"stored {number} times: {' '.join(map(str, key))}" for key, number in times.items() if number > 1]
    )


def pieces_beyond_the_counter(acknowledged: Acknowledged) -> list[str]:
    """Tallies of a machine's counter add up to no more than it has grown."""
    return [
        f"{device}: {told} pieces tallied, the counter grew by {grown or 0}"
        for device, told, grown in rows_of(COUNTED)
        if told > (grown or 0)
    ]
