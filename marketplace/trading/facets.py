"""What deals say about a factory, to who is party to them: its hours for their lots and their price.

And who is what to whom by a deal: a request is an open offer, a contract an accepted one.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marketplace.common.money import format_cents
from marketplace.common.show.times import local_text, named_zone
from marketplace.disclosure import facets, relations
from marketplace.disclosure.facets import Asked, Fact
from marketplace.disclosure.words import Audience, Group, Word
from marketplace.trading.models import Deal, Package, Run

ACCEPTED = (Package.Status.ACCEPTED, Package.Status.PARTLY)
PARTY_FOR = timedelta(days=365)  # after the last run: the time for claims
MOST = 20  # facts of a section


def register_all() -> None:
    facets.register(Group.FREE_CAPACITY, hours_for_lots)
    facets.register(Group.PRICES, price_of_order)
    relations.register(audiences_by_deal)


def audiences_by_deal(reader_id: int, owner_id: int, now: datetime) -> Collection[Audience]:
    """A buyer with an open offer to the factory, or with accepted runs there up to a year ago."""
    found: set[Audience] = set()
    packages = Package.objects.filter(enterprise=owner_id, deal__order__buyer=reader_id)
    if packages.filter(status=Package.Status.OFFERED).exclude(deal__status=Deal.Status.FAILED).exists():
        found.add(Audience.BUYER_WITH_REQUEST)
    if packages.filter(
        status__in=ACCEPTED, runs__status=Run.Status.BOOKED, runs__ends_at__gt=now - PARTY_FOR
    ).exists():
        found.add(Audience.CONTRACT_PARTY)
    return found  # fmt: skip


def hours_for_lots(asked: Asked, word: Word) -> Sequence[Fact]:
    """For a request the offered runs, for a contract the booked ones; nothing of other buyers."""
    status = {Word.FOR_MY_LOT: Run.Status.OFFERED, Word.MY_LOTS: Run.Status.BOOKED}.get(word)
    if status is None:
        return []
    runs = _runs(asked).filter(status=status).select_related("operation", "equipment__site")
    return [
        Fact(label=run.operation.name, value=_span(run, now=asked.now))
        for run in runs.order_by("starts_at", "pk")[:MOST]
    ]


def price_of_order(asked: Asked, word: Word) -> Sequence[Fact]:
    """What the buyer pays for its order, never what this factory gets of it."""
    if word not in {Word.OWN_QUOTE, Word.CONTRACT}:
        return []
    if asked.reader_id is None:
        return [Fact(label=_("Price of its order"), value=_("the total the buyer pays, not your part of it"))]
    deals = Deal.objects.filter(packages__in=packages_asked(asked)).select_related("order").distinct()
    return [
        Fact(label=deal.order.title, value=format_cents(deal.net_cents, deal.currency))
        for deal in deals.order_by("-pk")[:MOST]
    ]


def packages_asked(asked: Asked) -> QuerySet[Package]:
    """Of the reader's orders at the owner; in a preview of its newest order there."""
    packages = Package.objects.filter(enterprise=asked.owner_id)
    if asked.reader_id is not None:
        return packages.filter(deal__order__buyer=asked.reader_id)
    wanted = [Package.Status.OFFERED] if asked.audience == Audience.BUYER_WITH_REQUEST else ACCEPTED
    newest = packages.filter(status__in=wanted).order_by("-pk").values("deal__order")[:1]
    return packages.filter(deal__order__in=newest)


def _runs(asked: Asked) -> QuerySet[Run]:
    return Run.objects.filter(package__in=packages_asked(asked))


def _span(run: Run, *, now: datetime) -> str:
    zone = named_zone(run.equipment.site.time_zone)
    return _("%(from)s to %(to)s") % {
        "from": local_text(run.starts_at, now=now, zone=zone),
        "to": local_text(run.ends_at, now=now, zone=zone),
    }
