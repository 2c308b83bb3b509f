"""What a machine's page says in one line."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.capacity.models import Equipment
from marketplace.capacity.standing import AHEAD, Now, Standing
from marketplace.common.show.times import local_text, named_zone


def title_of(machine: Equipment, standing: Standing, *, now: datetime) -> str:
    """The answer the page gives: what holds of the machine, and until when by the site's clock."""
    words: dict[str, object] = {"machine": machine.name, "days": AHEAD.days}
    if standing.until is not None:
        words["until"] = local_text(standing.until, now=now, zone=named_zone(machine.site.time_zone))
    match standing.now:
        case Now.UNLISTED:
            return _("%(machine)s is not offered") % words
        case Now.TAKEN:
            words["kind"] = standing.taken.get_kind_display() if standing.taken else ""
            return _("%(machine)s is taken until %(until)s: %(kind)s") % words
        case Now.ON_SALE:
            return _("%(machine)s is for sale until %(until)s") % words
        case Now.LATER:
            return _("%(machine)s is for sale from %(until)s") % words
        case _nothing:
            return _("%(machine)s has nothing for sale in the next %(days)s days") % words


def amount_text(cents: int) -> str:
    """`120.50`, without its currency."""
    return f"{cents // 100:,}.{cents % 100:02d}"
