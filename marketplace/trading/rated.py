"""Rated orders are declined for listed reasons only, and with the earliest date at which they could be met
(after US DPAS, 15 CFR 700.13)."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import InvalidInput
from marketplace.orders.models import Order


class Refusal(models.TextChoices):
    NOT_BY_DATE = "not-by-date", _("it cannot be made by the date")
    RATED_BEFORE = "rated-before", _("accepted orders of the same or a higher rating stand in the way")
    NOT_MADE = "not-made", _("we do not make this, or not any more")
    TERMS = "terms", _("the buyer does not meet our usual terms")
    MINIMUM = "minimum", _("it is below our minimum quantity")
    OWN_USE = "own-use", _("we make it for our own use only")
    LAW = "law", _("a law or an order of an authority forbids it")


class RefusalNotListed(InvalidInput):
    """A rated order was declined for another reason than those that are listed, or without the earliest date."""

    code = "trading:refusal-not-listed"


def refusal_of(order: Order, *, reason: str, earliest_on: date | None) -> str:
    """What is stored as the reason; for an unrated order it is free. Raises `RefusalNotListed`."""
    if not order.rating:
        return reason
    if reason not in Refusal.values:
        raise RefusalNotListed(
            _("A rated order is declined for one of the listed reasons only."),
            field="reason",
            value=reason[:80],
        )
    if earliest_on is None:
        raise RefusalNotListed(_("Say from when on you could make it."), field="earliest_on")
    return f"{Refusal(reason).label} ({earliest_on.isoformat()})"
