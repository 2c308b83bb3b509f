"""What an order's page says in one line."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.common.show.amounts import quantity_text
from marketplace.common.show.times import local_text
from marketplace.orders.models import Order


def title_of(order: Order, *, now: datetime) -> str:
    """Where the order stands, how much, until when."""
    words = {
        "title": order.title,
        "quantity": quantity_text(order.quantity),
        "due": local_text(order.due_at, now=now, style="date"),
    }
    match order.status:
        case Order.Status.DRAFT:
            text = _("%(title)s: a draft for %(quantity)s, due %(due)s")
        case Order.Status.OPEN:
            text = _("%(title)s is being planned: %(quantity)s, due %(due)s")
        case Order.Status.OFFERED:
            text = _("%(title)s waits for the factories: %(quantity)s, due %(due)s")
        case Order.Status.PLACED:
            text = _("%(title)s is placed: %(quantity)s, due %(due)s")
        case Order.Status.RUNNING:
            text = _("%(title)s is being made: %(quantity)s, due %(due)s")
        case Order.Status.DONE:
            text = _("%(title)s is done: %(quantity)s")
        case _cancelled:
            text = _("%(title)s is cancelled")
    return text % words
