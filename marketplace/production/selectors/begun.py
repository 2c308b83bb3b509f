"""Which runs have begun in fact, whatever their booked time says. For callers that may see them."""

from collections.abc import Collection, Mapping

from marketplace.production.models import WorkOrder
from marketplace.trading.told import Made


def begun_among(run_ids: Collection[int]) -> frozenset[str]:
    """Public ids of those of these runs (by key) whose work was started at its machine. One query."""
    begun = WorkOrder.objects.filter(run_id__in=run_ids, started_at__isnull=False)
    return frozenset(begun.values_list("run__public_id", flat=True))


def made_of_begun(run_ids: Collection[int]) -> Mapping[int, Made]:
    """By key, those of these runs whose work was started at its machine. One query."""
    begun = WorkOrder.objects.filter(run_id__in=run_ids, started_at__isnull=False)
    rows = begun.values_list("run_id", "good", "status")
    return {
        run_id: Made(good=good, is_closed=status not in WorkOrder.LIVING) for run_id, good, status in rows
    }
