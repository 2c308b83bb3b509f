"""`{% qr link label %}`: a code that phones read, drawn into the page."""

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from marketplace.common.qr import qr_svg

register = template.Library()


@register.simple_tag
def qr(text: str, label: str | Promise = "") -> SafeString:
    return qr_svg(text, label=str(label))
