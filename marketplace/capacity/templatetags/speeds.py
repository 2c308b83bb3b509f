"""How fast machines are, in the unit of what they make."""

from django import template

from marketplace.capacity.models import Rate
from marketplace.capacity.units import speed_text, unit_of
from marketplace.common.show.amounts import quantity_text

register = template.Library()


@register.simple_tag
def speed(rate: Rate) -> str:
    """Of a rate that says one."""
    return speed_text(rate.units_per_h or 0, unit_of(rate))


@register.simple_tag
def least_lot(rate: Rate) -> str:
    return quantity_text(rate.min_lot, unit_of(rate))
