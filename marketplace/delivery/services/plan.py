"""From the ways of an agreed plan to shipments: done again after each re-plan, it changes only what is not under way."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
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
from marketplace.delivery.models import CoveredLeg, Shipment
from marketplace.delivery.selectors.shipments import sent_by
from marketplace.delivery.services.batch import lock_shipments, push, require_hands, require_living
from marketplace.orders.models import MAX_QUANTITY, Order
from marketplace.trading.models import Deal, Leg
from marketplace.trading.told import Route

S = Shipment.Status


@transaction.atomic
def plan_shipments(*, deal_public_id: str) -> int:
    """Shipments for the ways of an agreed deal; returns how many were made or called off.

    What has left or is packed stays, whatever became of its leg, and its pieces count against the legs of the same way,
    earliest first. Planned shipments whose leg is gone are cancelled, and so is what no leg of the way wants any more,
    rests first. A second time changes nothing.
    """
    deal = Deal.objects.filter(public_id=deal_public_id).first()
    if deal is None:
        raise NotFound(_("There is no such deal."))
    order = Order.objects.select_for_update(no_key=True).get(pk=deal.order_id)
    deal.refresh_from_db(fields=["status"])
    if deal.status != Deal.Status.AGREED or order.status not in {Order.Status.PLACED, Order.Status.RUNNING}:
        return 0
    legs = list(deal.legs.order_by("departs_at", "pk"))
    there = _there(order)
    gone = [shipment for shipment in there if _is_gone(shipment)]
    for shipment in gone:
        shipment.status = S.CANCELLED
    changed = [*gone, *_close_rests(there)]
    made, covered = list[Shipment](), list[Leg]()
    for route in _routes(order, legs, there):
        changed += route.cut_surplus()
        made += route.missing()
        changed += route.fill_up()
        covered += route.covered()
    Shipment.objects.bulk_update(changed, ["status", "quantity", "leg"], batch_size=500)
    Shipment.objects.bulk_create(made, batch_size=500)
    _note_covered(deal, covered)
    called_off = [shipment for shipment in changed if shipment.status == S.CANCELLED]
    if changed or made:
        _tell_pages(order, [*changed, *made])
    return len(called_off) + len(made)


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
    return root.leg_id is None and not shipment.is_extra


def _close_rests(there: Iterable[Shipment]) -> list[Shipment]:
    """What is packed and outlives its way leaves as it is: the new plan sends the others. Returns those changed."""
    packed = [shipment for shipment in there if shipment.status == S.PACKING and _outlives(shipment)]
    larger = [shipment for shipment in packed if _unsent(shipment) > 0]
    for shipment in larger:
        shipment.quantity = _packed(shipment)
    return larger


def _routes(order: Order, legs: Iterable[Leg], there: Iterable[Shipment]) -> list["_Route"]:
    """By item and ends. What a person added is beside the plan."""
    routes: dict[Route, _Route] = defaultdict(lambda: _Route(order=order))
    for leg in legs:
        routes[_route(leg)].legs.append(leg)
    for shipment in there:
        if shipment.status != S.CANCELLED and not shipment.is_extra:
            routes[_route(shipment)].shipments.append(shipment)
    return list(routes.values())


@dataclass(slots=True, kw_only=True)
class _Route:
    """Its legs, earliest first, and its living shipments. Nobody tells pieces of one route apart: what is in boxes and
    what is to leave with shipments that are there carries the legs, whichever of them they were planned for."""

    order: Order
    legs: list[Leg] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)

    def cut_surplus(self) -> list[Shipment]:
        """Take off what no leg wants, of rests first, then of what leaves last; returns the shipments changed."""
        surplus, changed = -self._open(), []
        for shipment in sorted(self.shipments, key=_rests_first):
            less = min(surplus, _unsent(shipment))
            if less <= 0:
                continue
            surplus -= less
            changed.append(shipment)
            if less < shipment.quantity:
                shipment.quantity -= less
            else:
                shipment.status, shipment.leg = S.CANCELLED, None
                self.shipments.remove(shipment)
        return changed

    def missing(self) -> list[Shipment]:
        """New ones for legs without a shipment, the latest first, as far as pieces are wanted."""
        wanted = self._open()
        made = []
        for leg in reversed(self._bare()):
            if quantity := min(wanted, leg.quantity):
                made.append(_planned(self.order, leg, quantity=quantity))
                wanted -= quantity
        self.shipments += made
        return made[::-1]

    def fill_up(self) -> list[Shipment]:
        """Shipments that others carried a part for, where those carry it no more; returns those changed."""
        wanted, changed = self._open(), []
        for shipment in self.shipments:
            if shipment.status == S.PLANNED and shipment.leg is not None and wanted > 0:
                more = max(0, min(wanted, shipment.leg.quantity - shipment.quantity))
                shipment.quantity += more
                wanted -= more
                changed += [shipment] if more else []
        return changed

    def covered(self) -> list[Leg]:
        return self._bare()

    def _open(self) -> int:
        """Pieces that the legs want and no shipment carries; below zero where there are more."""
        carried = sum(_packed(shipment) + _unsent(shipment) for shipment in self.shipments)
        return sum(leg.quantity for leg in self.legs) - carried

    def _bare(self) -> list[Leg]:
        """Legs without a shipment of their own."""
        taken = {shipment.leg_id for shipment in self.shipments}
        return [leg for leg in self.legs if leg.pk not in taken]


def _packed(shipment: Shipment) -> int:
    num: int = getattr(shipment, "num_packed", 0)  # a new one has no boxes
    return num


def _unsent(shipment: Shipment) -> int:
    """Pieces that are still to leave with it, or with the rest it leaves behind."""
    return shipment.quantity - _packed(shipment) if shipment.status in (S.PLANNED, S.PACKING) else 0


def _rests_first(shipment: Shipment) -> tuple[bool, float]:
    return shipment.rest_of_id is None, -shipment.departs_at.timestamp()


def _note_covered(deal: Deal, legs: Iterable[Leg]) -> None:
    """The sweep need not look at these again."""
    known = set(CoveredLeg.objects.filter(leg__deal=deal).values_list("leg_id", flat=True))
    now = {leg.pk for leg in legs}
    CoveredLeg.objects.filter(leg_id__in=known - now).delete()
    CoveredLeg.objects.bulk_create(CoveredLeg(leg_id=pk) for pk in sorted(now - known))


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
