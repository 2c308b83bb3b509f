"""What a factory's machines counted of a buyer's lots, to who is party to them: as its work orders have it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplace.common.show.amounts import quantity_text
from marketplace.disclosure import facets
from marketplace.disclosure.facets import Asked, Fact
from marketplace.disclosure.words import Group, Word
from marketplace.production.models import WorkOrder
from marketplace.trading.facets import packages_asked

MOST = 20  # facts of the section
TOLD = {Word.SIGNED_COUNTS, Word.COUNTS_OF_ORDER}


def register_all() -> None:
    facets.register(Group.TELEMETRY, counts)


def counts(asked: Asked, word: Word) -> Sequence[Fact]:
    """Newest lots first; what hands told is no telemetry."""
    if word not in TOLD:
        return []
    work = WorkOrder.objects.filter(run__package__in=packages_asked(asked), counted__gt=0).exclude(
        counter=WorkOrder.Counter.HAND
    )
    return [
        Fact(label=name, value=_("%(made)s counted") % {"made": quantity_text(counted)})
        for name, counted in work.order_by("-pk").values_list("run__operation__name", "counted")[:MOST]
    ]
