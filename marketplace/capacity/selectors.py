"""Reading machines, always as somebody: a factory sees its own, everybody else sees none."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Equipment
from marketplace.common.errors import NotFound


def own_machines(*, viewer: Viewer) -> QuerySet[Equipment]:
    """The viewer's machines, by own number. Nothing for a visitor, a buyer or a coordinator."""
    if not viewer.is_factory or viewer.enterprise_id is None:
        return Equipment.objects.none()
    return (
        Equipment.objects.filter(enterprise_id=viewer.enterprise_id)
        .select_related("enterprise", "site", "device")
        .order_by("own_number", "id")
    )


def own_machine(*, viewer: Viewer, machine: str) -> Equipment:
    """The machine with this public id; `NotFound` for a foreign one as for one that does not exist."""
    found = own_machines(viewer=viewer).filter(public_id=machine).first()
    if found is None:
        raise NotFound(_("There is no such machine."))
    return found
