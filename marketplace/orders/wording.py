"""What an order's page says in one line."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.common.show.amounts import quantity_text
from marketplace.common.show.times import local_text
from marketplace.orders.models import Order
from marketplace.orders.numbers import read_number_range
from marketplace.orders.variants import Kind, Parameter


def title_of(order: Order, *, now: datetime) -> str:
    """Where the order stands, how much, until when."""
    words = {
        "title": order.title,
        "quantity": quantity_text(order.quantity, order.product.unit),
        "due": local_text(order.due_at, now=now, style="date"),
    }
    match order.status:
        case Order.Status.DRAFT:
            text = _("%(title)s: a draft for %(quantity)s, due %(due)s")
        case Order.Status.OPEN:
            text = _("%(title)s: being planned, %(quantity)s, due %(due)s")
        case Order.Status.OFFERED:
            text = _("%(title)s: waiting for the factories, %(quantity)s, due %(due)s")
        case Order.Status.PLACED:
            text = _("%(title)s: placed, %(quantity)s, due %(due)s")
        case Order.Status.RUNNING:
            text = _("%(title)s: being made, %(quantity)s, due %(due)s")
        case Order.Status.DONE:
            text = _("%(title)s: complete, %(quantity)s")
        case _cancelled:
            text = _("%(title)s: cancelled")
    return text % words


def value_text(parameter: Parameter, value: object) -> str:
    """The value an order gives a parameter, with its unit; numbers from first to last as they stand on the pieces."""
    if parameter.kind == Kind.NUMBER_RANGE:
        numbers = read_number_range(value)
        return f"{numbers.written(numbers.first)} – {numbers.written(numbers.last)}"
    return f"{value} {parameter.unit}".strip()
