"""What the preview shows an owner of the widened sight: on no page of a firm, only in a logged look, offices read it."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from marketplace.capacity.market import listed_equipment
from marketplace.capacity.models import Equipment
from marketplace.common.show.amounts import number_text, quantity_text
from marketplace.disclosure import facets
from marketplace.disclosure.facets import Asked, Fact
from marketplace.disclosure.words import Audience, Group, Word
from marketplace.mobilisation.selectors.sight import Days, fastest, free_days


def register_all() -> None:
    facets.register(Group.FREE_CAPACITY, free_hours)


def free_hours(asked: Asked, word: Word) -> Sequence[Fact]:
    """By machine its fastest rate and its days, of every machine a declaration could cover."""
    if asked.audience != Audience.COORDINATOR_DECLARED or word != Word.EXACT_LOGGED:
        return []
    machines = list(listed_equipment().filter(enterprise=asked.owner_id))
    days = free_days(machines, now=asked.now)
    return [Fact(label=machine.name, value=_in_words(machine, days[machine.pk])) for machine in machines]


def _in_words(machine: Equipment, days: Days) -> str:
    rate = fastest(machine.rates.all())
    by_day = [f"{date_format(day, 'm-d')}: {quantity_text(hours, 'h', digits=1)}" for day, hours in days]
    speed = [_("%(speed)s pieces an hour") % {"speed": number_text(rate)}] if rate else []
    return ", ".join(speed + (by_day or [quantity_text(0, "h")]))
