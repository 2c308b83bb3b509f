"""A factory's own work, and what of it the buyer may see. The enterprise goes into the query itself."""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Site
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Equipment
from marketplace.common.errors import NotFound
from marketplace.orders.models import Order
from marketplace.production.models import StationLink, StationPin, Stop, Tally, WorkOrder
from marketplace.trading.models import Package

MOST_TALLIES = 200  # on a page


def own_work(viewer: Viewer) -> QuerySet[WorkOrder]:
    """Work orders at the viewer's machines, by planned start. Nothing for a visitor or a buyer."""
    if viewer.enterprise_id is None:
        return WorkOrder.objects.none()
    return (
        WorkOrder.objects.filter(equipment__enterprise_id=viewer.enterprise_id)
        .select_related("run__operation", "run__package", "equipment__site", "order__product", "station_link")
        .order_by("run__starts_at", "pk")
    )


def own_work_order(viewer: Viewer, *, public_id: str) -> WorkOrder:
    """One of them with its stints and stops; `NotFound` for a foreign one as for one that does not exist."""
    found = (
        own_work(viewer)
        .filter(public_id=public_id)
        .prefetch_related("stints__person", Prefetch("stops", Stop.objects.select_related("person")))
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such work order."))
    return found


def own_package(viewer: Viewer, *, public_id: str) -> Package:
    """A package with work orders of the viewer's."""
    found = Package.objects.filter(enterprise_id=viewer.enterprise_id or 0, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such offer."))
    return found


def tallies_of(work_order: WorkOrder) -> list[Tally]:
    """The newest first, at most MOST_TALLIES, with who told them and whether they were taken back. One query."""
    rows = Tally.objects.filter(work_order=work_order).select_related(
        "person", "undoes", "undone_by", "stint"
    )
    return list(rows.order_by("-pk")[:MOST_TALLIES])


def last_undoable(work_order: WorkOrder, *, session_id: int | None = None) -> Tally | None:
    """The last tally by hand that stands, of one phone where it is named."""
    rows = (
        Tally.objects.filter(work_order=work_order, undone_by=None)
        .exclude(kind=Tally.Kind.CORRECTION)
        .exclude(source=Tally.Source.COUNTER)
    )
    if session_id is not None:
        rows = rows.filter(session_id=session_id)
    return rows.order_by("-pk").first()


def own_machine(viewer: Viewer, *, public_id: str) -> Equipment:
    found = Equipment.objects.filter(enterprise_id=viewer.enterprise_id or 0, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such machine."))
    return found


def own_site(viewer: Viewer, *, public_id: str) -> Site:
    found = Site.objects.filter(enterprise_id=viewer.enterprise_id or 0, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such site."))
    return found


def pin_of(link: StationLink) -> StationPin | None:
    """The machine's own PIN, else its site's."""
    machine = link.work_order.equipment
    return (
        StationPin.objects.filter(equipment=machine).first()
        or StationPin.objects.filter(site_id=machine.site_id).first()
    )


def sites_with_pin(viewer: Viewer) -> set[int]:
    """Keys of the viewer's sites at which a PIN is set."""
    rows = StationPin.objects.filter(site__enterprise_id=viewer.enterprise_id or 0)
    return {pk for pk in rows.values_list("site_id", flat=True) if pk is not None}


def machines_with_pin(viewer: Viewer) -> list[Equipment]:
    """The viewer's machines, by name; `has_own_pin` where one of their own is set."""
    own = StationPin.objects.filter(equipment=OuterRef("pk"))
    return list(
        Equipment.objects.filter(enterprise_id=viewer.enterprise_id or 0)
        .annotate(has_own_pin=Exists(own))
        .select_related("site")
        .order_by("name", "pk")
    )


def ordered(viewer: Viewer, *, public_id: str) -> Order:
    """The viewer's own order, as its buyer."""
    found = (
        Order.objects.filter(buyer_id=viewer.enterprise_id or 0, public_id=public_id)
        .select_related("product")
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such order."))
    return found
