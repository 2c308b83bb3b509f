"""The owners of machines can read that a buyer was shown what their counters counted."""

from datetime import datetime

from marketplace.accounts.viewer import Viewer
from marketplace.machines.models import TelemetryLook
from marketplace.machines.services import note_look
from marketplace.production.models import WorkOrder


def note_counts_shown(order_id: int, *, viewer: Viewer, real_now: datetime) -> None:
    """The viewer saw the counts of all work of the order."""
    counted = WorkOrder.objects.filter(order_id=order_id).exclude(counter=WorkOrder.Counter.HAND)
    devices = counted.values_list("equipment__device_id", flat=True).distinct()
    note_look(
        viewer=viewer,
        device_ids=[pk for pk in devices if pk is not None],
        purpose=TelemetryLook.Purpose.COUNTS_OF_LOT,
        real_now=real_now,
    )
