"""From a box back to the work that may be in it, and from work forward to the boxes its pieces may be in.

At each site first in is first out (`delivery.fifo`): work orders and received boxes come in, work that needs the item
and packed boxes go out. A factory is told its own part alone.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from django.db.models import ExpressionWrapper, Field, FloatField, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Extract, TruncHour
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import Site
from marketplace.accounts.places import place_name
from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Equipment
from marketplace.common.errors import NotFound
from marketplace.delivery.fifo import Flow, Heap, What
from marketplace.delivery.models import Box, ReceiptLine
from marketplace.orders.models import OperationNeed
from marketplace.production.models import Tally, WorkOrder
from marketplace.production.selectors.rows import WorkRow, work_rows

WORK, BOX = "work", "box"
Place = tuple[int, str]  # key of the site, code of the item


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Work whose pieces may be in the box, with the names of its factory and machine."""

    work: WorkRow
    factory: str
    city: str
    machine: str
    operation: str
    started_at: datetime | None
    closed_at: datetime | None


class BoxRow(NamedTuple):
    """A `Box` with the two ends of its shipment's way; `to_site_id` is None for one to a drop. Seconds since 1970."""

    pk: int
    number: int
    quantity: int
    packed_at: float
    received_at: float | None
    shipment_id: int
    item: str
    from_site_id: int
    to_site_id: int | None


class Genealogy:
    """The flows of one order, read and linked site by site as far as they are followed.

    Two queries, and four for each further step from site to site along the way of the goods.
    """

    def __init__(self, order_id: int) -> None:
        self._order_id = order_id
        self._work: dict[int, WorkRow] = {}
        self._boxes: dict[int, BoxRow] = {}
        self._read: set[Place] = set()
        self._heaps: dict[Place, Heap] = {}
        self._good: dict[int, list[tuple[float, int]]] = {}
        self._counted = _Counted(singly={}, together={})
        self._needs = _needs_of(order_id)
        self._makers: dict[Place, list[WorkRow]] = defaultdict(list)
        self._users: dict[Place, list[tuple[WorkRow, OperationNeed]]] = defaultdict(list)
        self._outgoing: dict[Place, list[BoxRow]] = defaultdict(list)
        self._incoming: dict[Place, list[BoxRow]] = defaultdict(list)

    def back_from(self, box_id: int) -> list[WorkRow]:
        """By position in the routing, then start."""
        self._boxes = {one.pk: one for one in _box_rows(self._order_id, Q(pk=box_id))}
        used: dict[str, set[str]] = defaultdict(set)
        for need in self._all_needs():
            used[need.operation.makes].add(need.item)
        seen = self._reached((BOX, box_id), places=self._places_before, linked=Heap.sources_of, onward=used)
        return work_rows(self._order_id, Q(pk__in=[pk for kind, pk in seen if kind == WORK]))

    def forward_from(self, work_order_id: int) -> list[BoxRow]:
        """By shipment and number."""
        self._work = {one.pk: one for one in work_rows(self._order_id, Q(pk=work_order_id))}
        made: dict[str, set[str]] = defaultdict(set)
        for need in self._all_needs():
            made[need.item].add(need.operation.makes)
        seen = self._reached(
            (WORK, work_order_id), places=self._places_after, linked=Heap.sinks_of, onward=made
        )
        found = [self._boxes[pk] for kind, pk in seen if kind == BOX]
        return sorted(found, key=lambda box: (box.shipment_id, box.number))

    def _reached(
        self,
        start: What,
        *,
        places: Callable[[What], Iterable[Place]],
        linked: Callable[[Heap, What], set[What]],
        onward: Mapping[str, set[str]],
    ) -> set[What]:
        """All that is linked to `start`. What lies at places not read yet waits until they are read all together, with
        the items `onward` of theirs.
        """
        seen, waiting = {start}, [start]
        later: list[What] = []
        while waiting:
            what = waiting.pop()
            where = list(places(what))
            if self._read.issuperset(where):
                new = {one for place in where for one in linked(self._at(place), what)} - seen
                seen |= new
                waiting += new
            else:
                later.append(what)
            if not waiting and later:
                self._read_all({place for one in later for place in places(one)}, onward=onward)
                waiting, later = later, []
        return seen

    def _all_needs(self) -> Iterable[OperationNeed]:
        return chain.from_iterable(self._needs.values())

    def _places_before(self, what: What) -> Iterable[Place]:
        """What a box was packed from, or what work used."""
        kind, pk = what
        if kind == BOX:
            return [(self._boxes[pk].from_site_id, self._boxes[pk].item)]
        one = self._work[pk]
        return [(one.site_id, need.item) for need in self._needs[one.operation_id]]

    def _places_after(self, what: What) -> Iterable[Place]:
        """Where what work made, or what came in a box, lay."""
        kind, pk = what
        if kind == WORK:
            return [(self._work[pk].site_id, self._work[pk].item)]
        box = self._boxes[pk]
        return [] if box.to_site_id is None else [(box.to_site_id, box.item)]

    def _read_all(self, wanted: set[Place], *, onward: Mapping[str, set[str]]) -> None:
        """What was made, used, received and packed at these sites of these items and all `onward` of them. Four queries."""
        sites = {site_id for site_id, _item in wanted}
        items = _with_all_onward({item for _site_id, item in wanted}, onward)
        new = {(site_id, item) for site_id in sites for item in items} - self._read
        users = {need.operation_id for need in self._all_needs() if need.item in items}
        concerned = Q(run__operation__makes__in=items) | Q(run__operation__in=users)
        work = work_rows(self._order_id, concerned, Q(equipment__site__in=sites))
        self._good |= _good_by_hour([one.pk for one in work])
        for one in work:
            self._work[one.pk] = one
            if (one.site_id, one.item) in new:
                self._makers[one.site_id, one.item].append(one)
            for need in self._needs[one.operation_id]:
                if (one.site_id, need.item) in new:
                    self._users[one.site_id, need.item].append((one, need))
        self._counted |= _standing_lines(self._order_id, sites)
        there = Q(shipment__from_site__in=sites) | Q(shipment__to_site__in=sites)
        for box in _box_rows(self._order_id, Q(shipment__item__in=items), there):
            self._boxes[box.pk] = box
            if (box.from_site_id, box.item) in new:
                self._outgoing[box.from_site_id, box.item].append(box)
            if box.to_site_id is not None and (box.to_site_id, box.item) in new:
                self._incoming[box.to_site_id, box.item].append(box)
        self._read |= new

    def _at(self, place: Place) -> Heap:
        if place not in self._heaps:
            self._heaps[place] = Heap(
                arrivals=[*self._made(place), *self._received(place)],
                departures=[*self._used(place), *self._packed(place)],
            )
        return self._heaps[place]

    def _made(self, place: Place) -> Iterable[Flow]:
        for one in self._makers[place]:
            yield from self._hours(one, one.good)

    def _used(self, place: Place) -> Iterable[Flow]:
        for one, need in self._users[place]:
            yield from self._hours(one, -(-(one.good + one.scrap) * need.num // need.den))

    def _hours(self, one: WorkRow, total: int) -> Iterable[Flow]:
        """`total` pieces spread over the hours of the work order as its good pieces were."""
        hours = self._good.get(one.pk) or [((one.started_at or one.created_at).timestamp(), 1)]
        whole = sum(num for _at, num in hours)
        done = counted = 0
        for at, num in hours:
            counted += num
            until = total * counted // whole
            if until > done:
                yield Flow(at=at, what=(WORK, one.pk), quantity=until - done)
            done = until

    def _packed(self, place: Place) -> Iterable[Flow]:
        for box in self._outgoing[place]:
            yield Flow(at=box.packed_at, what=(BOX, box.pk), quantity=box.quantity)

    def _received(self, place: Place) -> Iterable[Flow]:
        """Boxes counted singly with their good pieces; of those counted together the last ones bear the loss."""
        together: dict[int, int] = {}
        for box in self._incoming[place]:
            if box.received_at is None:
                continue
            left = self._counted.singly.get(box.pk)
            if left is None:
                rest = together.get(box.shipment_id, self._counted.together.get(box.shipment_id, 0))
                left = min(box.quantity, rest)
                together[box.shipment_id] = rest - left
            yield Flow(at=box.received_at, what=(BOX, box.pk), quantity=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """Good pieces: of boxes counted singly by key of the box, of all others of a shipment by its key."""

    singly: dict[int, int]
    together: dict[int, int]

    def __or__(self, other: "_Counted") -> "_Counted":
        return _Counted(singly=self.singly | other.singly, together=self.together | other.together)


def _with_all_onward(items: Iterable[str], onward: Mapping[str, set[str]]) -> set[str]:
    found, waiting = set(items), list(items)
    while waiting:
        new = onward.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _needs_of(order_id: int) -> dict[int, list[OperationNeed]]:
    """What is used of goods that other operations make, by key of the operation."""
    operations = WorkOrder.objects.filter(order_id=order_id).values("run__operation_id")
    needs: dict[int, list[OperationNeed]] = defaultdict(list)
    for need in (
        OperationNeed.objects.filter(operation__in=operations).exclude(item="").select_related("operation")
    ):
        needs[need.operation_id].append(need)
    return needs


def _standing_lines(order_id: int, sites: Collection[int]) -> _Counted:
    """Of what was received at these sites."""
    standing = ReceiptLine.objects.filter(
        receipt__shipment__order_id=order_id,
        receipt__shipment__to_site__in=sites,
        corrects=None,
        correction=None,
    ).values_list("box_id", "receipt__shipment_id", "good")
    return _Counted(
        singly={box_id: good for box_id, _shipment, good in standing if box_id is not None},
        together={shipment: good for box_id, shipment, good in standing if box_id is None},
    )


def _box_rows(order_id: int, *only: Q) -> Iterable[BoxRow]:
    """By shipment and number."""
    found = (
        Box.objects.filter(*only, shipment__order_id=order_id)
        .order_by("shipment_id", "number")
        .values_list(
            "pk",
            "number",
            "quantity",
            _seconds("packed_at"),
            _seconds("received_at"),
            "shipment_id",
            "shipment__item",
            "shipment__from_site_id",
            "shipment__to_site_id",
        )
    )
    return map(BoxRow._make, found)


def _seconds(moment: str | TruncHour) -> Combinable:
    """Since 1970: quicker to read than a moment, and as good to sort by; a field of no kind is read as it comes."""
    return ExpressionWrapper(Cast(Extract(moment, "epoch"), FloatField()), output_field=Field())


def origins_of(viewer: Viewer, box: Box) -> list[Origin]:
    """Work that may be in the box: all of it for the buyer, own work for a factory. The viewer may see the box."""
    order = box.shipment.order
    is_buyer = viewer.enterprise_id == order.buyer_id
    work = [
        one
        for one in Genealogy(order.pk).back_from(box.pk)
        if is_buyer or one.enterprise_id == viewer.enterprise_id
    ]
    cities = dict(Site.objects.filter(pk__in={one.site_id for one in work}).values_list("pk", "city"))
    machines = Equipment.objects.filter(pk__in={one.equipment_id for one in work})
    names = dict(machines.values_list("pk", "name"))
    return [
        Origin(
            work=one,
            factory=one.enterprise,
            city=place_name(cities[one.site_id]),
            machine=names[one.equipment_id],
            operation=one.operation,
            started_at=one.started_at,
            closed_at=one.closed_at,
        )
        for one in work
    ]


def boxes_with(viewer: Viewer, *, work_order: str) -> list[int]:
    """Keys of the boxes that pieces of the work order may be in, by shipment and number: all for the buyer, those it
    packed itself for the factory.
    """
    one = WorkOrder.objects.filter(public_id=work_order).select_related("order", "equipment").first()
    allowed = one is not None and viewer.enterprise_id in (one.order.buyer_id, one.equipment.enterprise_id)
    if one is None or not allowed or viewer.enterprise_id is None:
        raise NotFound(gettext_lazy("There is no such work order."))
    found = Genealogy(one.order_id).forward_from(one.pk)
    if viewer.enterprise_id != one.order.buyer_id:
        own = set(Site.objects.filter(enterprise_id=viewer.enterprise_id).values_list("pk", flat=True))
        found = [box for box in found if box.from_site_id in own]
    return [box.pk for box in found]


def boxes_named(keys: Iterable[int]) -> list[Box]:
    """With their shipments, by shipment and number; the caller has shown that the viewer may see them."""
    return list(
        Box.objects.filter(pk__in=list(keys)).select_related("shipment").order_by("shipment_id", "number")
    )


def _good_by_hour(work_orders: Collection[int]) -> dict[int, list[tuple[float, int]]]:
    """When good pieces of each work order were told, by its key; what was taken back is left out."""
    told = (
        Tally.objects.filter(
            work_order__in=work_orders, kind__in=[Tally.Kind.GOOD, Tally.Kind.BOX], undone_by=None
        )
        .order_by()
        .values_list("work_order_id", _seconds(TruncHour("made_at")))
        .annotate(num=Sum("quantity"))
    )
    hours: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for work_order_id, at, num in sorted(told):
        hours[work_order_id].append((at, num))
    return hours
