"""How people read creditor references: in groups of four."""

from django import template

from marketplace.payments.creditor_reference import in_fours

register = template.Library()
register.filter("in_fours", in_fours)
