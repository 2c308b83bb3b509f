"""What wants a factory today, most pressing first: answers, starts, first articles, shipments, words about machines.

Delivery knows all of it, for it stands above trading and production.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from marketplace.accounts.viewer import Viewer
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors.shipments import coming_to, sent_by, shipments
from marketplace.production.models import WorkOrder
from marketplace.production.selectors import own_work
from marketplace.trading.models import Disturbance, Package
from marketplace.trading.selectors import disturbances, packages

S = Shipment.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """`text` says how many of what, in the active language; `url` is where it is done."""

    icon: str
    num: int
    text: str
    url: str


def wants_of(viewer: Viewer, *, now: datetime) -> list[Want]:
    """Of the viewer's enterprise, until the end of the reader's day; what is nothing is left out. Seven queries."""
    until = _end_of_day(now)
    return [want for want in _all(viewer, now=now, until=until) if want.num]


def _end_of_day(now: datetime) -> datetime:
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=timezone.get_current_timezone())


def _all(viewer: Viewer, *, now: datetime, until: datetime) -> Iterator[Want]:
    yield _offers(viewer, now=now)
    yield _machines(viewer)
    yield from _work(viewer, until=until)
    yield from _goods(viewer, until=until)


def _offers(viewer: Viewer, *, now: datetime) -> Want:
    num = packages(viewer).filter(status=Package.Status.OFFERED, answer_by__gte=now).count()
    text = ngettext("%(n)s offer to answer", "%(n)s offers to answer", num)
    return Want(icon="inbox", num=num, text=text % {"n": num}, url=reverse("trading:offers"))


def _machines(viewer: Viewer) -> Want:
    """Machines that fell out under booked work, of which nobody said when they are back."""
    silent = disturbances(viewer).filter(
        run__equipment__enterprise_id=viewer.enterprise_id or 0,
        kind=Disturbance.Kind.MACHINE_DOWN,
        status__in=Disturbance.LIVING,
        closed_until=None,
    )
    runs = list(silent.values_list("run__public_id", flat=True))
    text = ngettext(
        "%(n)s machine is down: say when it is back",
        "%(n)s machines are down: say when they are back",
        len(runs),
    )
    url = reverse("trading:run", args=[runs[0]]) if runs else ""
    return Want(icon="alert-triangle", num=len(runs), text=text % {"n": len(runs)}, url=url)


def _work(viewer: Viewer, *, until: datetime) -> Iterator[Want]:
    living = own_work(viewer).filter(status__in=WorkOrder.LIVING)
    refused = list(living.filter(article=WorkOrder.Article.REFUSED).values_list("public_id", flat=True))
    text = ngettext(
        "%(n)s first article was refused: the work stands still",
        "%(n)s first articles were refused: the work stands still",
        len(refused),
    )
    here = reverse("production:today")
    one = reverse("production:work-order", args=refused) if len(refused) == 1 else here
    yield Want(icon="eye-x", num=len(refused), text=text % {"n": len(refused)}, url=one)
    num = living.filter(status=WorkOrder.Status.WAITING, run__starts_at__lt=until).count()
    text = ngettext("%(n)s run to start today", "%(n)s runs to start today", num)
    yield Want(icon="player-play", num=num, text=text % {"n": num}, url=here)
    num = living.filter(article=WorkOrder.Article.WANTED, status=WorkOrder.Status.RUNNING).count()
    text = ngettext("%(n)s first article to be shown", "%(n)s first articles to be shown", num)
    yield Want(icon="camera", num=num, text=text % {"n": num}, url=here)


def _goods(viewer: Viewer, *, until: datetime) -> Iterator[Want]:
    leaving = shipments(viewer).filter(
        sent_by(viewer), status__in=[S.PLANNED, S.PACKING], departs_at__lt=until
    )
    num = leaving.count()
    text = ngettext("%(n)s shipment to hand over today", "%(n)s shipments to hand over today", num)
    yield Want(icon="truck-delivery", num=num, text=text % {"n": num}, url=reverse("delivery:shipments"))
    num = shipments(viewer).filter(coming_to(viewer), status=S.ARRIVED).count()
    text = ngettext("%(n)s shipment to receive", "%(n)s shipments to receive", num)
    yield Want(icon="package-import", num=num, text=text % {"n": num}, url=reverse("delivery:coming"))
