"""Devices come, get a token, lose it. A token is told once; afterwards only its hash is known."""

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import Conflict, InvalidInput, NotFound
from marketplace.common.hashing import hash_token
from marketplace.common.live import push_after_commit
from marketplace.machines.models import Device, DeviceState

TOKEN_PREFIX = "musd_"  # noqa: S105 - what a leaked token is recognised by
TOKEN_BYTES = 24
SILENCE_LIMITS_S = (10, 86_400)  # least and most, real seconds


class NameTaken(Conflict):
    """The enterprise has another device of that name."""

    code = "machines:name-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """A device and its token, which is told here and never again."""

    device: Device
    token: str


@transaction.atomic
def register_device(
    *,
    viewer: Viewer,
    site: str,
    name: str,
    source: str = Device.Source.JSON,
    source_name: str = "",
    rung: int = Device.Rung.CONTROLLER,
    silence_limit_s: int = 180,
) -> NewDevice:
    """A device of the viewer's enterprise at its `site` (public id), ready to speak.

    `silence_limit_s` is in real seconds. Raises `NameTaken`.
    """
    viewer.require_planner()
    place = Site.objects.filter(public_id=site, enterprise=viewer.enterprise_id).first()
    if place is None:
        raise NotFound(_("There is no such site."), field="site")
    _check(name=name, source=source, source_name=source_name, rung=rung, silence_limit_s=silence_limit_s)
    token = new_token()
    device = Device(
        enterprise_id=place.enterprise_id,
        site=place,
        name=name.strip(),
        source=source,
        source_name=source_name.strip(),
        rung=rung,
        silence_limit_s=silence_limit_s,
        token_hash=hash_token(token),
    )
    try:
        with transaction.atomic():
            device.save()
    except IntegrityError as error:
        if "one_device_per_name" not in str(error):
            raise
        raise NameTaken(
            _("You have another device of this name."), field="name", value=device.name
        ) from error
    _push(device)
    return NewDevice(device=device, token=token)


@transaction.atomic
def rotate_token(*, viewer: Viewer, device: str) -> NewDevice:
    """A new token; the old one opens nothing from now on. Also how a device is switched on again."""
    row = _locked(viewer=viewer, device=device)
    token = new_token()
    row.token_hash = hash_token(token)
    row.save(update_fields=["token_hash"])
    DeviceState.objects.filter(device=row).update(execution_item="")  # it may speak another protocol now
    _push(row)
    return NewDevice(device=row, token=token)


@transaction.atomic
def switch_off(*, viewer: Viewer, device: str) -> Device:
    """Nothing is read from the device any more; what is stored stays until its retention ends."""
    row = _locked(viewer=viewer, device=device)
    row.token_hash = ""
    row.save(update_fields=["token_hash"])
    _push(row)
    return row


def new_token() -> str:
    return TOKEN_PREFIX + secrets.token_hex(TOKEN_BYTES)


def _locked(*, viewer: Viewer, device: str) -> Device:
    viewer.require_planner()
    row = (
        Device.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(public_id=device, enterprise=viewer.enterprise_id)
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such device."))
    return row


def _check(*, name: str, source: str, source_name: str, rung: int, silence_limit_s: int) -> None:
    if not name.strip() or len(name) > 120:
        raise InvalidInput(_("A device needs a name of at most 120 characters."), field="name")
    if source not in Device.Source.values:
        raise InvalidInput(_("This is no source we know."), field="source", value=source)
    if len(source_name) > 120:
        raise InvalidInput(_("At most 120 characters."), field="source_name")
    if rung not in Device.Rung.values:
        raise InvalidInput(_("The evidence ladder has the rungs 0 to 4."), field="rung", value=rung)
    least, most = SILENCE_LIMITS_S
    if not least <= silence_limit_s <= most:
        raise InvalidInput(
            _("The silence limit is between 10 seconds and a day."),
            field="silence_limit_s",
            value=silence_limit_s,
        )


def _push(device: Device) -> None:
    push_after_commit(f"device:{device.public_id}", f"enterprise:{device.enterprise.public_id}")
