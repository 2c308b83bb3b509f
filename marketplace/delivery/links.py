"""Links that need no log-in, and what the labels say.

The tracking link shows where one shipment is and nothing else; the driver's link may also say that the shipment has
arrived. Their tokens are signed anew from the shipment's id and stand nowhere.
"""

import re
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.crypto import constant_time_compare

from marketplace.common.links import link_token, public_url

TRACKING = "delivery.tracking"
DRIVER = "delivery.driver"
BOX = re.compile(r"box_[0-9a-z]{16}")
LONGEST_CODE = 300


def tracking_token(shipment_public_id: str) -> str:
    return link_token(purpose=TRACKING, public_id=shipment_public_id, issue=1)


def driver_token(shipment_public_id: str) -> str:
    return link_token(purpose=DRIVER, public_id=shipment_public_id, issue=1)


def is_driver_token(shipment_public_id: str, token: str) -> bool:
    return constant_time_compare(token, driver_token(shipment_public_id))


def tracking_url(shipment_public_id: str) -> str:
    return public_url(reverse("delivery:tracking", args=[tracking_token(shipment_public_id)]))


def driver_url(shipment_public_id: str) -> str:
    return public_url(reverse("delivery:driver", args=[shipment_public_id, driver_token(shipment_public_id)]))


def box_url(box_public_id: str) -> str:
    """What the QR code of a box says: a link in the manner of GS1 Digital Link, to the page of the box."""
    return public_url(reverse("delivery:box", args=[box_public_id]))


def box_in(code: str) -> str:
    """The public id of the box that a scanner read or somebody typed: the id alone or any link that ends with it.

    Empty where there is none.
    """
    text = code.strip()[:LONGEST_CODE]
    last = urlsplit(text).path.rstrip("/").rpartition("/")[2] if "/" in text else text
    return last.lower() if BOX.fullmatch(last.lower()) else ""
