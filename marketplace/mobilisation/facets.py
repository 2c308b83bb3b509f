"""What the preview shows an owner of the widened sight: on no page of a firm, only in a logged look, offices read it."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _

from marketplace.capacity.market import listed_equipment
from marketplace.capacity.models import Equipment
from marketplace.capacity.units import speed_text, unit_of
from marketplace.common.show.amounts import quantity_text
from marketplace.common.show.times import day_text
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
    today = asked.now.date()
    return [
        Fact(label=machine.name, value=_in_words(machine, days[machine.pk], today=today))
        for machine in machines
    ]


def _in_words(machine: Equipment, days: Days, *, today: date) -> str:
    rate = fastest(machine.rates.all())
    speed = [] if rate is None else [speed_text(rate.units_per_h or 0, unit_of(rate))]
    alike = [_stretch(first, last, hours, today=today) for first, last, hours in _alike(days)]
    return "; ".join(speed + (alike or [quantity_text(0, "h")]))


def _alike(days: Days) -> Iterator[tuple[date, date, str]]:
    """First and last of days that follow each other with as many hours, and the hours of each."""
    told = [(day, quantity_text(hours, "h", digits=1)) for day, hours in days]
    for _key, group in groupby(enumerate(told), lambda one: (one[1][0].toordinal() - one[0], one[1][1])):
        same = [pair for _index, pair in group]
        yield same[0][0], same[-1][0], same[0][1]


def _stretch(first: date, last: date, hours: str, *, today: date) -> str:
    if first == last:
        return f"{day_text(first, today=today)}: {hours}"
    words = {"first": day_text(first, today=today), "last": day_text(last, today=today), "hours": hours}
    return _("%(first)s – %(last)s: %(hours)s a day") % words
