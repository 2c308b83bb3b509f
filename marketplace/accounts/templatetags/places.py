"""`{{ site.city|place_name }}`: cities and regions in the viewer's language."""

from django import template

from marketplace.accounts import places

register = template.Library()


@register.filter
def place_name(name: str) -> str:
    return places.place_name(name)
