"""From the ways of an agreed plan to shipments: done again after each re-plan, it changes only what is not under way."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_whole
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.delivery.drafts import new_shipment
from marketplace.delivery.models import Shipment
from marketplace.delivery.selectors.shipments import sent_by
from marketplace.delivery.services.batch import lock_shipments, push, require_hands, require_living
from marketplace.orders.models import MAX_QUANTITY, Order
from marketplace.trading.models import Deal, Leg
from marketplace.trading.told import Route

S = Shipment.Status


@transaction.atomic
def plan_shipments(*, deal_public_id: str) -> int:
    """One shipment for each leg of an agreed deal; returns how many were made or called off.

    What has left or is packed stays, whatever became of its leg, and its pieces count against the new legs of the same
    way, earliest first. Planned shipments whose leg is gone are cancelled. A second time changes nothing.
    """
    deal = Deal.objects.filter(public_id=deal_public_id).first()
    if deal is None:
        raise NotFound(_("There is no such deal."))
    order = Order.objects.select_for_update(no_key=True).get(pk=deal.order_id)
    deal.refresh_from_db(fields=["status"])
    if deal.status != Deal.Status.AGREED or order.status not in {Order.Status.PLACED, Order.Status.RUNNING}:
        return 0
    there = _there(order)
    legs = list(deal.legs.order_by("departs_at", "pk"))
    gone = [shipment for shipment in there if _is_gone(shipment)]
    made = _missing(order, legs, [shipment for shipment in there if shipment not in gone])
    for shipment in gone:
        shipment.status = S.CANCELLED
    Shipment.objects.bulk_update(gone, ["status"], batch_size=500)
    Shipment.objects.bulk_update(_close_rests(there), ["quantity"], batch_size=500)
    Shipment.objects.bulk_create(made, batch_size=500)
    if gone or made:
        _tell_pages(order, [*gone, *made])
    return len(gone) + len(made)


@transaction.atomic
def add_shipment(*, viewer: Viewer, like: str, quantity: int, now: datetime) -> Shipment:
    """Another shipment on the way of one of the sender's, at once, as long as that one took.

    It replaces what was damaged on the way, or carries what was made beyond the plan.
    """
    require_hands(viewer)
    require_whole(quantity, field="quantity", least=1, most=MAX_QUANTITY)
    model = lock_shipments([like], allowed=sent_by(viewer)).get(like)
    if model is None:
        raise NotFound(_("There is no such shipment."))
    require_living(model.order)
    made = new_shipment(
        order=model.order,
        is_extra=True,
        item=model.item,
        from_site=model.from_site,
        to_site=model.to_site,
        to_drop=model.to_drop,
        quantity=quantity,
        departs_at=now,
        arrives_at=now + (model.arrives_at - model.departs_at),
    )
    made.save()
    push([made])
    return made


def announce_ready(*, order_public_id: str) -> None:
    """Pages of those who still send something of the order look again: more may lie there now."""
    firms = Enterprise.objects.filter(
        pk__in=Shipment.objects.filter(
            order__public_id=order_public_id, status__in=[S.PLANNED, S.PACKING]
        ).values("from_site__enterprise_id")
    )
    push_after_commit(*(f"enterprise:{public_id}" for public_id in firms.values_list("public_id", flat=True)))


def _there(order: Order) -> list[Shipment]:
    """Living shipments, locked, each with the pieces in its boxes as `num_packed`."""
    locked = list(
        Shipment.objects.select_for_update(of=("self",), no_key=True)
        .filter(order=order)
        .exclude(status=S.CANCELLED)
        .select_related("rest_of", "leg")
        .order_by("pk")
    )
    packed = dict(
        Shipment.objects.filter(order=order, boxes__isnull=False)
        .values_list("pk")
        .annotate(num=Sum("boxes__quantity"))
        .order_by()
    )
    for shipment in locked:
        shipment.num_packed = packed.get(shipment.pk, 0)  # type: ignore[attr-defined]
    return locked


def _is_gone(shipment: Shipment) -> bool:
    """Planned, and the plan it came from wants it no more."""
    return shipment.status == S.PLANNED and _outlives(shipment)


def _outlives(shipment: Shipment) -> bool:
    """Its way, or that of which it is the rest, is no more."""
    root = shipment
    while root.rest_of is not None:
        root = root.rest_of
    return root.leg_id is None and not root.is_extra and not shipment.is_extra


def _close_rests(there: Iterable[Shipment]) -> list[Shipment]:
    """What is packed and outlives its way leaves as it is: the new plan sends the others. Returns those changed."""
    packed = [shipment for shipment in there if shipment.status == S.PACKING and _outlives(shipment)]
    larger = [shipment for shipment in packed if shipment.quantity > shipment.num_packed]  # type: ignore[attr-defined]
    for shipment in larger:
        shipment.quantity = shipment.num_packed  # type: ignore[attr-defined]
    return larger


def _missing(order: Order, legs: Iterable[Leg], there: Iterable[Shipment]) -> list[Shipment]:
    """Shipments for legs that have none, less what has left already without a leg."""
    moved: dict[Route, int] = defaultdict(int)
    with_shipment = set()
    for shipment in there:
        if shipment.leg is not None:
            with_shipment.add(shipment.leg_id)
            moved[_route(shipment)] -= shipment.leg.quantity - shipment.quantity
        elif _outlives(shipment):
            moved[_route(shipment)] += shipment.num_packed  # type: ignore[attr-defined]
    missing = []
    for leg in legs:
        if leg.pk in with_shipment:
            continue
        covered = min(leg.quantity, max(0, moved[_route(leg)]))
        moved[_route(leg)] -= covered
        if covered < leg.quantity:
            missing.append(_planned(order, leg, quantity=leg.quantity - covered))
    return missing


def _planned(order: Order, leg: Leg, *, quantity: int) -> Shipment:
    return new_shipment(
        order=order,
        leg=leg,
        item=leg.item,
        from_site_id=leg.from_site_id,
        to_site_id=leg.to_site_id,
        to_drop_id=leg.to_drop_id,
        quantity=quantity,
        departs_at=leg.departs_at,
        arrives_at=leg.arrives_at,
    )


def _route(way: Shipment | Leg) -> Route:
    return way.item, way.from_site_id, way.to_site_id, way.to_drop_id


def _tell_pages(order: Order, shipments: list[Shipment]) -> None:
    sites = {shipment.from_site_id for shipment in shipments} | {
        shipment.to_site_id for shipment in shipments
    }
    firms = Enterprise.objects.filter(sites__in=sites - {None}).distinct()
    topics = [f"enterprise:{public_id}" for public_id in firms.values_list("public_id", flat=True)]
    push_after_commit(f"order:{order.public_id}", *sorted(topics))
