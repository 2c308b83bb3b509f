"""The written notice of a delay, for the buyer: made of what is stored, so that the same facts are the same bytes.

A new date is a new notice: it is issued anew when a re-plan names another one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.common.pdf import render_pdf
from marketplace.common.show.amounts import quantity_text
from marketplace.orders.buyer_zone import buyer_zone
from marketplace.trading.models import Disturbance
from marketplace.trading.wording import cause_of

Row = list[str]


def has_notice(found: Disturbance) -> bool:
    """What was dismissed or was over by itself delayed nothing."""
    return found.status in (*Disturbance.LIVING, Disturbance.Status.COMMITTED)


def delay_notice(found: Disturbance, *, language: str) -> bytes:
    """PDF in `language`. The caller has shown that the order is the viewer's."""
    with translation.override(language):
        return render_pdf("delay_notice", _data(found, language=language))


def agreed_at(found: Disturbance) -> datetime:
    """The promise as it stood when the disturbance was noticed."""
    kept = found.facts.get("promised_at")
    return datetime.fromisoformat(kept) if kept else found.deal.promised_at


def new_date(found: Disturbance) -> datetime | None:
    """By the re-plan that answers it; None as long as there is none."""
    return None if found.plan_run is None else found.plan_run.arrives_at


def issued_at(found: Disturbance) -> datetime:
    """When what the notice says was known: with its re-plan, else when the disturbance was noticed."""
    plan = found.plan_run
    return found.noticed_at if plan is None or plan.arrives_at is None else plan.asked_at


def _data(found: Disturbance, *, language: str) -> dict[str, object]:
    order, issued = found.deal.order, issued_at(found)
    zone = buyer_zone(order)
    moved_to = new_date(found)
    facts: list[Row] = [
        [_("Order"), f"{order.title} ({order.public_id})"],
        [_("Buyer"), order.buyer.name],
        [_("Product"), order.product.name],
        [_("Quantity"), quantity_text(order.quantity, order.product.unit)],
        [_("Agreed date"), _moment(agreed_at(found), zone)],
        [_("New date"), _("A new date follows.") if moved_to is None else _moment(moved_to, zone)],
        [_("Reason"), str(cause_of(found.cause))],
        [_("Noticed"), _moment(found.noticed_at, zone)],
        [_("Issued"), _moment(issued, zone)],
    ]
    return {
        "language": language.partition("-")[0],
        "title": _("Notice of delay"),
        "subtitle": found.public_id,
        "footer": f"{found.public_id} · {issued:%Y-%m-%dT%H:%MZ}",
        "facts": facts,
        "basis_title": _("On whose authority"),
        "basis": _basis(found.facts),
        "sentences": _sentences(found, moved_to),
    }


def _basis(facts: Mapping[str, Any]) -> list[Row]:
    """Of a displacement: what was declared, by whom, on which basis."""
    if not facts.get("authority"):
        return []
    return [
        [_("Declaration"), str(facts["declaration"])],
        [_("Authority"), str(facts["authority"])],
        [_("Legal basis"), str(facts["legal_basis"])],
        [_("Rating of the order that comes first"), str(facts["rating"])],
        [_("Programme"), str(facts["programme"])],
    ]


def _sentences(found: Disturbance, moved_to: datetime | None) -> list[str]:
    said = []
    if moved_to is None:
        said.append(_("The order is being planned anew; this notice is issued again with the new date."))
    elif moved_to <= agreed_at(found):
        said.append(_("By the new plan the agreed date still holds."))
    elif found.status == Disturbance.Status.COMMITTED:
        said.append(_("The new date was committed by the buyer."))
    else:
        said.append(_("The new date holds once the buyer commits the change."))
    if found.kind == Disturbance.Kind.DISPLACED:
        said.append(
            _("Loss caused by giving way may be claimed from the authority named above, with this notice.")
        )
    return said


def _moment(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"
