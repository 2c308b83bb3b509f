"""The lock everybody takes who changes a machine's time: its row, in the order of the keys."""

from collections.abc import Collection

from marketplace.capacity.models import Equipment


def locked_equipment(ids: Collection[int]) -> dict[int, Equipment]:
    """The machines' rows, locked to the end of the transaction, always in the same order (no deadlocks)."""
    rows = Equipment.objects.select_for_update(of=("self",)).select_related("enterprise")
    return {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}
