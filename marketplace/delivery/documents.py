"""Labels of boxes and the delivery note as PDF, in the active language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.common.pdf import render_pdf
from marketplace.common.qr import qr_file
from marketplace.common.show.amounts import quantity_text
from marketplace.delivery.links import box_url, driver_url
from marketplace.delivery.shown import Shown


def labels_pdf(row: Shown) -> bytes:
    """One label a page (A6): what is in the box, for which order, from which city to which, its number, its code.

    Both ends know product and title from their own part in the order; the label names neither buyer nor price.
    """
    shipment = row.shipment
    order = shipment.order
    product = "" if row.goods == order.product.name else order.product.name
    way = _("%(start)s → %(end)s") % {"start": row.start.city, "end": row.end.city}
    return render_pdf(
        "labels",
        {
            "language": translation.get_language() or "en",
            "title": _("Labels of %(shipment)s") % {"shipment": shipment.public_id},
            "labels": {"scan": _("Scan on arrival.")},
            "boxes": [
                {
                    "id": box.public_id,
                    "goods": row.goods,
                    "product": product,
                    "order": _("Order: %(title)s") % {"title": order.title},
                    "quantity": quantity_text(box.quantity, row.unit),
                    "way": way,
                    "shipment": shipment.public_id,
                    "number": _("Box %(number)s of %(total)s")
                    % {"number": box.number, "total": row.num_boxes},
                    "qr": qr_file(box_url(box.public_id)),
                }
                for box in shipment.boxes.all()
            ],
        },
    )


def note_pdf(row: Shown) -> bytes:
    """For the driver: where to, how much, room for a signature, and the code with which arrival is told."""
    shipment = row.shipment
    zone = shipment.from_site.time_zone
    return render_pdf(
        "delivery_note",
        {
            "language": translation.get_language() or "en",
            "title": _("Delivery note %(shipment)s") % {"shipment": shipment.public_id},
            "footer": shipment.public_id,
            "scan": _("Driver: scan on arrival."),
            "facts": [
                [_("From"), _place(row.start.name, row.start.address, row.start.city)],
                [_("To"), _place(row.end.name, row.end.address, row.end.city)],
                [_("Goods"), row.goods],
                [_("Quantity"), quantity_text(row.quantity or 0, row.unit)],
                [_("Boxes"), str(row.num_boxes)],
                [_("Left"), _moment(shipment.dispatched_at, zone)],
                [_("Expected"), _moment(row.expected_at, zone)],
                [_("Carrier"), row.carrier or "–"],
            ],
            "heads": [_("Box"), _("Number"), _("Quantity")],
            "lines": [
                [str(box.number), box.public_id, quantity_text(box.quantity, row.unit)]
                for box in shipment.boxes.all()
            ],
            "signature": [
                _("Received in good order"),
                pgettext("of a person", "Name"),
                _("Date"),
                _("Signature"),
            ],
            "qr": qr_file(driver_url(shipment.public_id)),
        },
    )


def _place(name: str, address: str, city: str) -> str:
    return ", ".join(dict.fromkeys(part for part in (name, address, city) if part))


def _moment(moment: datetime | None, zone: str) -> str:
    return "–" if moment is None else f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
