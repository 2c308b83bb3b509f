"""What has left has left, with the pieces that were told; what was received is counted once."""

from collections import Counter

from tests.chaos.acknowledged import Acknowledged
from tests.chaos.oracles.rows import rows_of

LEFT = """
SELECT shipment.public_id, sum(box.quantity)
FROM delivery_shipment AS shipment JOIN delivery_box AS box ON box.shipment_id = shipment.id
WHERE shipment.dispatched_at IS NOT NULL GROUP BY shipment.id
"""
RECEIVED = """
SELECT shipment.public_id, line.key, line.good
FROM delivery_shipment AS shipment
JOIN delivery_receipt AS receipt ON receipt.shipment_id = shipment.id
JOIN delivery_receiptline AS line ON line.receipt_id = receipt.id
WHERE shipment.status = 'received'
"""


def lost_dispatches(acknowledged: Acknowledged) -> list[str]:
    stored = {shipment: int(quantity) for shipment, quantity in rows_of(LEFT)}
    return [
        f"{one.shipment} left with {one.quantity} pieces, {stored.get(one.shipment, 0)} are told"
        for one in acknowledged.dispatched
        if stored.get(one.shipment) != one.quantity
    ]


def lost_receipts(acknowledged: Acknowledged) -> list[str]:
    stored: Counter[str] = Counter()
    for shipment, _key, good in rows_of(RECEIVED):
        stored[shipment] += good
    return [
        f"{one.shipment}: {one.quantity} pieces were received, {stored[one.shipment]} are told"
        for one in acknowledged.received
        if stored[one.shipment] < one.quantity
    ]


def doubled_receipts(acknowledged: Acknowledged) -> list[str]:
    times = Counter((shipment, key) for shipment, key, _good in rows_of(RECEIVED))
    return [f"{shipment}: counted {n} times under {key}" for (shipment, key), n in times.items() if n > 1]
