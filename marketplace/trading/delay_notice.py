"""The written notice of a delay, for the buyer: what it says is frozen when issued, its words are of the catalogue."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.common.pdf import render_pdf
from marketplace.common.show.amounts import quantity_text
from marketplace.orders.buyer_zone import buyer_zone
from marketplace.trading.models import Deal, DelayNotice, Disturbance
from marketplace.trading.wording import OVERDUE, cause_of

Row = list[str]
BASIS = ("declaration", "authority", "legal_basis", "rating", "programme")  # of a displacement


def frozen_facts(deal: Deal, found: Disturbance | None) -> dict[str, object]:
    """What the document will say of the order and the reason, whatever becomes of them."""
    order = deal.order
    why = {} if found is None else found.facts
    return {
        "order": order.public_id,
        "title": order.title,
        "buyer": order.buyer.name,
        "product": order.product.name,
        "quantity": order.quantity,
        "unit": order.product.unit,
        "zone": buyer_zone(order),
        "cause": OVERDUE if found is None else found.cause,
        "is_committed": found is not None and found.status == Disturbance.Status.COMMITTED,
        **{name: why[name] for name in BASIS if why.get(name)},
    }


def delay_pdf(notice: DelayNotice, *, language: str) -> bytes:
    with translation.override(language):
        return render_pdf("delay_notice", delay_data(notice, language=language))


def delay_data(notice: DelayNotice, *, language: str) -> dict[str, object]:
    """What the template gets, in the active language."""
    facts, zone = notice.facts, notice.facts["zone"]
    rows: list[Row] = [
        [_("Order"), f"{facts['title']} ({facts['order']})"],
        [_("Buyer"), facts["buyer"]],
        [_("Product"), facts["product"]],
        [_("Quantity"), quantity_text(facts["quantity"], facts["unit"])],
        [_("Agreed date"), _moment(notice.agreed_at, zone)],
        [
            _("New date"),
            _("A new date follows.") if notice.arrives_at is None else _moment(notice.arrives_at, zone),
        ],
        [_("Reason"), str(cause_of(facts["cause"]))],
        [_("Noticed"), _moment(notice.noticed_at, zone)],
        [_("Issued"), _moment(notice.issued_at, zone)],
    ]
    return {
        "language": language.partition("-")[0],
        "title": _("Notice of delay"),
        "subtitle": _("No. %(number)s of the order") % {"number": notice.number},
        "footer": f"{notice.public_id} · {notice.issued_at:%Y-%m-%dT%H:%MZ}",
        "facts": rows,
        "basis_title": _("On whose authority"),
        "basis": _basis(facts),
        "sentences": _sentences(notice),
    }


def _basis(facts: Mapping[str, Any]) -> list[Row]:
    """Of a displacement: what was declared, by whom, on which basis."""
    if "authority" not in facts:
        return []
    return [
        [_("Declaration"), str(facts["declaration"])],
        [_("Authority"), str(facts["authority"])],
        [_("Legal basis"), str(facts["legal_basis"])],
        [_("Rating of the order that comes first"), str(facts["rating"])],
        [_("Programme"), str(facts["programme"])],
    ]


def _sentences(notice: DelayNotice) -> list[str]:
    said = []
    if not notice.is_delay:
        said.append(_("The agreed date holds again; the notice before this one is void."))
    elif notice.arrives_at is None:
        said.append(_("Another notice is issued as soon as there is a new date."))
    elif notice.facts["is_committed"]:
        said.append(_("The new date was committed by the buyer."))
    else:
        said.append(_("The new date holds once the buyer commits the change."))
    if "authority" in notice.facts and notice.is_delay:
        said.append(
            _("Loss caused by giving way may be claimed from the authority named above, with this notice.")
        )
    return said


def _moment(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"
