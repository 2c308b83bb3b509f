"""Moments in cells: by the site's clock, with an offset only where that clock shows the same time twice."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from marketplace.capacity.hours import instant
from marketplace.common.errors import InvalidInput
from marketplace.common.sheets import read_moment
from marketplace.common.sheets.cells import text_of


def read_local(text: str, *, field: str, zone: str) -> datetime:
    """UTC. A time that the clock skips is refused, of one that comes twice the first is meant."""
    moment = read_moment(text, field=field)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    if moment.year < 1900:
        raise InvalidInput(_("This date is too far away."), field=field, value=text)
    found = instant(moment.date(), moment.time(), zone)
    if found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != moment:
        raise InvalidInput(
            _("The clocks of %(zone)s skip this time.") % {"zone": zone}, field=field, value=text
        )
    return found


def local_cell(at: datetime, *, zone: str) -> str:
    """What `read_local` reads as this moment."""
    local = at.astimezone(ZoneInfo(zone))
    naive = local.replace(tzinfo=None)
    is_first = instant(naive.date(), naive.time(), zone) == at
    midnight = naive.strftime("%Y-%m-%d 00:00")
    text = text_of(naive)
    text = midnight if len(text) == len("2026-03-02") else text
    return text if is_first else f"{text}{local.isoformat()[-6:]}"
