"""A shipment is there: said by the driver with the link, or by whoever receives it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_text
from marketplace.common.errors import NotFound
from marketplace.delivery import events
from marketplace.delivery.errors import WrongState
from marketplace.delivery.links import is_driver_token
from marketplace.delivery.models import Proof, Shipment
from marketplace.delivery.selectors.shipments import coming_to
from marketplace.delivery.services.batch import lock_shipments, push, require_hands
from marketplace.delivery.services.moments import LEFT, moment_of
from marketplace.production.photos import rewrite

S = Shipment.Status
LONGEST_NAME = 120


@transaction.atomic
def arrive(
    *,
    viewer: Viewer,
    shipment: str,
    now: datetime,
    at: datetime | None = None,
    signer: str = "",
    photo: bytes | None = None,
) -> Shipment:
    """The receiver says that the shipment is there, since `at` (now where that is not said). Said again it changes nothing.

    Raises `NotFound`, `WrongState`, `WrongMoment`.
    """
    require_hands(viewer)
    found = lock_shipments([shipment], allowed=coming_to(viewer)).get(shipment)
    if found is None:
        raise NotFound(_("There is no such shipment."))
    return _arrive(found, at=at, now=now, signer=signer, photo=photo)


@transaction.atomic
def arrive_by_link(
    *,
    shipment: str,
    token: str,
    signer: str,
    now: datetime,
    at: datetime | None = None,
    photo: bytes | None = None,
) -> Shipment:
    """The driver says so, with the name of who signed. Raises `NotFound` for a forged token."""
    if not is_driver_token(shipment, token):
        raise NotFound(_("There is no such shipment."))
    require_text(signer, field="signer", least=1, most=LONGEST_NAME)
    found = lock_shipments([shipment], allowed=Q()).get(shipment)
    if found is None or found.status == S.CANCELLED:
        raise NotFound(_("There is no such shipment."))
    return _arrive(found, at=at, now=now, signer=signer, photo=photo)


def _arrive(
    shipment: Shipment, *, at: datetime | None, now: datetime, signer: str, photo: bytes | None
) -> Shipment:
    if shipment.status in {S.ARRIVED, S.RECEIVED}:
        return shipment  # said twice
    if shipment.status != S.DISPATCHED:
        raise WrongState(_("The shipment has not left yet."))
    at = moment_of(at, now=now, after=[(shipment.dispatched_at, LEFT)])
    set_arrived(shipment, at=at)
    shipment.save(update_fields=["status", "arrived_at"])
    events.arrived(shipment, list(shipment.boxes.all()), at=at, now=now).save()
    keep_proof(shipment, step=Proof.Step.ARRIVAL, signer=signer, photo=photo, now=now)
    push([shipment])
    return shipment


def set_arrived(shipment: Shipment, *, at: datetime) -> None:
    shipment.status, shipment.arrived_at = S.ARRIVED, at


def keep_proof(shipment: Shipment, *, step: str, signer: str, photo: bytes | None, now: datetime) -> None:
    """Nothing is kept where nobody signed and nothing was photographed. Raises `InvalidInput` for no photo at all."""
    require_text(signer, field="signer", most=LONGEST_NAME)
    if not signer.strip() and not photo:
        return
    jpeg = rewrite(photo) if photo else None
    Proof.objects.update_or_create(
        shipment=shipment,
        step=step,
        defaults={"signer": signer.strip(), "photo": jpeg, "recorded_at": now},
    )
