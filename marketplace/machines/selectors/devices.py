"""Reading devices, always as somebody: an enterprise sees its own, everybody else sees none."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.common.live import Watcher
from marketplace.machines.models import Device, Refusal, TelemetryLook


def own_devices(*, viewer: Viewer) -> QuerySet[Device]:
    """The viewer's devices with enterprise, site and state, by name. Nothing for a visitor."""
    if viewer.enterprise_id is None:
        return Device.objects.none()
    return (
        Device.objects.filter(enterprise=viewer.enterprise_id)
        .select_related("enterprise", "site", "state")
        .order_by("name", "id")
    )


def own_device(*, viewer: Viewer, device: str) -> Device:
    """The device with this public id; `NotFound` for a foreign one as for one that does not exist."""
    found = own_devices(viewer=viewer).filter(public_id=device).first()
    if found is None:
        raise NotFound(_("There is no such device."))
    return found


def may_watch_device(person: Watcher, device: str) -> bool:
    """Whoever works in the enterprise of the device with this public id."""
    return Device.objects.filter(public_id=device, enterprise__memberships__person=person.pk).exists()


def own_sites(*, viewer: Viewer) -> QuerySet[Site]:
    """Where the viewer may register a device."""
    return Site.objects.filter(enterprise=viewer.enterprise_id or 0).order_by("name")


def dead_letters(*, viewer: Viewer, device: str, most: int = Refusal.KEPT) -> Sequence[Refusal]:
    """What the viewer's device sent and we refused, newest first."""
    return list(
        Refusal.objects.filter(device=own_device(viewer=viewer, device=device)).order_by("-id")[:most]
    )


def looks(*, viewer: Viewer, most: int = 200) -> Sequence[TelemetryLook]:
    """Who outside was shown something the viewer's devices said, newest first; one query."""
    if viewer.enterprise_id is None:
        return []
    rows = TelemetryLook.objects.filter(device__enterprise=viewer.enterprise_id)
    return list(rows.select_related("device", "enterprise").order_by("-last_at", "-id")[:most])
