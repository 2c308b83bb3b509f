"""The lock everybody takes who changes a machine or its time: its row, in the order of the keys."""

from collections.abc import Collection

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Equipment
from marketplace.capacity.selectors import own_machine


def locked_equipment(ids: Collection[int]) -> dict[int, Equipment]:
    """The machines' rows, locked to the end of the transaction, always in the same order (no deadlocks)."""
    rows = Equipment.objects.select_for_update(of=("self",), no_key=True).select_related("enterprise")
    return {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}


def locked_own_machine(*, viewer: Viewer, machine: str) -> Equipment:
    """The viewer's machine with this public id, locked; `Forbidden` for who only looks, `NotFound` for a stranger."""
    found = own_machine(viewer=viewer, machine=machine)
    viewer.require_planner()
    return locked_equipment({found.pk})[found.pk]
