"""From a box back to the work that may be in it, and from work forward to the boxes its pieces may be in.

At each site first in is first out (`delivery.fifo`): work orders and received boxes come in, work that needs the item
and packed boxes go out. The buyer is told neutral names; a factory its own part alone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.db.models.functions import TruncHour
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.places import place_name
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.delivery.fifo import Flow, Link, What, match
from marketplace.delivery.models import Box, ReceiptLine, Shipment
from marketplace.orders.models import OperationNeed
from marketplace.production.models import Tally, WorkOrder
from marketplace.production.selectors import work_of_order

WORK, BOX = "work", "box"
S = Shipment.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Work whose pieces may be in the box. `machine` is neutral for the buyer, the machine's name for its owner."""

    work_order: WorkOrder
    factory: str
    city: str
    machine: str
    operation: str
    started_at: datetime | None
    closed_at: datetime | None


class _Heap:
    """The links of one item at one site, by either end."""

    def __init__(self, links: Iterable[Link]) -> None:
        self.sources: dict[What, list[What]] = defaultdict(list)
        self.sinks: dict[What, list[What]] = defaultdict(list)
        for link in links:
            self.sources[link.sink].append(link.source)
            self.sinks[link.source].append(link.sink)


class Genealogy:
    """The flows of one order, read site by site as they are asked for."""

    def __init__(self, order_id: int) -> None:
        self._order_id = order_id
        self.work = {one.pk: one for one in work_of_order(order_id)}
        self.boxes: dict[int, Box] = {}
        self._links: dict[tuple[int, str], _Heap] = {}
        self._good = _good_by_hour(order_id)
        operations = {one.run.operation_id for one in self.work.values()}
        self._needs: dict[int, list[OperationNeed]] = defaultdict(list)
        for need in OperationNeed.objects.filter(operation__in=operations).exclude(item=""):
            self._needs[need.operation_id].append(need)

    def back_from(self, box: Box) -> list[WorkOrder]:
        """By position in the routing, then start."""
        seen: set[What] = {(BOX, box.pk)}
        waiting = [(BOX, box.pk)]
        self.boxes[box.pk] = box
        while waiting:
            for what in self._sources(waiting.pop()):
                if what not in seen:
                    seen.add(what)
                    waiting.append(what)
        return [one for pk, one in self.work.items() if (WORK, pk) in seen]

    def forward_from(self, work_order: WorkOrder) -> list[Box]:
        """By shipment and number."""
        start: What = (WORK, work_order.pk)
        seen, waiting = {start}, [start]
        while waiting:
            for what in self._sinks(waiting.pop()):
                if what not in seen:
                    seen.add(what)
                    waiting.append(what)
        found = [self.boxes[pk] for kind, pk in seen if kind == BOX]
        return sorted(found, key=lambda box: (box.shipment_id, box.number))

    def _sources(self, what: What) -> Iterable[What]:
        """What a box was packed from, or what work used."""
        kind, pk = what
        if kind == BOX:
            shipment = self.boxes[pk].shipment
            heaps = [(shipment.from_site_id, shipment.item)]
        else:
            one = self.work[pk]
            heaps = [(one.equipment.site_id, need.item) for need in self._needs[one.run.operation_id]]
        return [source for heap in heaps for source in self._at(heap).sources.get(what, ())]

    def _sinks(self, what: What) -> Iterable[What]:
        """Where what work made, or what came in a box, went."""
        kind, pk = what
        if kind == WORK:
            one = self.work[pk]
            heap = (one.equipment.site_id, one.run.operation.makes)
        else:
            shipment = self.boxes[pk].shipment
            if shipment.to_site_id is None:
                return []
            heap = (shipment.to_site_id, shipment.item)
        return self._at(heap).sinks.get(what, ())

    def _at(self, heap: tuple[int, str]) -> "_Heap":
        if heap not in self._links:
            arrivals = [*self._made(heap), *self._received(heap)]
            departures = [*self._used(heap), *self._packed(heap)]
            self._links[heap] = _Heap(match(arrivals=arrivals, departures=departures))
        return self._links[heap]

    def _made(self, heap: tuple[int, str]) -> Iterable[Flow]:
        for pk, one in self.work.items():
            if (one.equipment.site_id, one.run.operation.makes) == heap:
                yield from (
                    Flow(at=at, what=(WORK, pk), quantity=num) for at, num in self._hours(one, one.good)
                )

    def _used(self, heap: tuple[int, str]) -> Iterable[Flow]:
        site_id, item = heap
        for pk, one in self.work.items():
            needs = [need for need in self._needs[one.run.operation_id] if need.item == item]
            if one.equipment.site_id != site_id:
                continue
            for need in needs:
                used = -(-(one.good + one.scrap) * need.num // need.den)
                yield from (Flow(at=at, what=(WORK, pk), quantity=num) for at, num in self._hours(one, used))

    def _hours(self, one: WorkOrder, total: int) -> Iterable[tuple[datetime, int]]:
        """`total` pieces spread over the hours of the work order as its good pieces were."""
        hours = self._good.get(one.pk) or [(one.started_at or one.created_at, 1)]
        whole = sum(num for _at, num in hours)
        done = counted = 0
        for at, num in hours:
            counted += num
            until = total * counted // whole
            if until > done:
                yield at, until - done
            done = until

    def _packed(self, heap: tuple[int, str]) -> Iterable[Flow]:
        site_id, item = heap
        for box in self._read(Box.objects.filter(shipment__from_site_id=site_id, shipment__item=item)):
            yield Flow(at=box.packed_at, what=(BOX, box.pk), quantity=box.quantity)

    def _received(self, heap: tuple[int, str]) -> Iterable[Flow]:
        """Boxes counted singly with their good pieces; of those counted together the last ones bear the loss."""
        site_id, item = heap
        boxes = self._read(Box.objects.filter(shipment__to_site_id=site_id, shipment__item=item))
        standing = ReceiptLine.objects.filter(
            receipt__shipment__to_site_id=site_id,
            receipt__shipment__item=item,
            receipt__shipment__order_id=self._order_id,
            corrects=None,
            correction=None,
        ).values_list("box_id", "receipt__shipment_id", "good")
        singly = {box_id: good for box_id, _shipment, good in standing if box_id is not None}
        together = {shipment: good for box_id, shipment, good in standing if box_id is None}
        for box in boxes:
            if box.received_at is None:
                continue
            left = singly.get(box.pk, min(box.quantity, together.get(box.shipment_id, 0)))
            if box.pk not in singly:
                together[box.shipment_id] = together.get(box.shipment_id, 0) - left
            yield Flow(at=box.received_at, what=(BOX, box.pk), quantity=left)

    def _read(self, boxes) -> list[Box]:  # type: ignore[no-untyped-def]
        found = list(
            boxes.filter(shipment__order_id=self._order_id)
            .select_related("shipment__from_site", "shipment__to_site", "shipment__to_drop")
            .order_by("shipment_id", "number")
        )
        for box in found:
            self.boxes.setdefault(box.pk, box)
        return found


def origins_of(viewer: Viewer, box: Box) -> list[Origin]:
    """Work that may be in the box: all of it for the buyer, own work for a factory. The viewer may see the box."""
    order = box.shipment.order
    work = Genealogy(order.pk).back_from(box)
    is_buyer = viewer.enterprise_id == order.buyer_id
    numbers = _machine_numbers(order.pk) if is_buyer else {}
    return [
        Origin(
            work_order=one,
            factory=one.run.package.label,
            city=place_name(one.equipment.site.city),
            machine=_("machine %(number)s") % {"number": numbers[one.equipment_id]}
            if is_buyer
            else one.equipment.name,
            operation=one.run.operation.name,
            started_at=one.started_at,
            closed_at=one.closed_at,
        )
        for one in work
        if is_buyer or one.equipment.enterprise_id == viewer.enterprise_id
    ]


def boxes_with(viewer: Viewer, *, work_order: str) -> list[Box]:
    """Boxes that pieces of the work order may be in: all for the buyer, those it packed itself for the factory."""
    one = (
        WorkOrder.objects.filter(public_id=work_order)
        .select_related("order", "equipment", "run__operation")
        .first()
    )
    allowed = one is not None and viewer.enterprise_id in (one.order.buyer_id, one.equipment.enterprise_id)
    if one is None or not allowed or viewer.enterprise_id is None:
        raise NotFound(gettext_lazy("There is no such work order."))
    found = Genealogy(one.order_id).forward_from(one)
    if viewer.enterprise_id == one.order.buyer_id:
        return found
    return [box for box in found if box.shipment.from_site.enterprise_id == viewer.enterprise_id]


def _machine_numbers(order_id: int) -> dict[int, int]:
    """Machines numbered within their factory, by key."""
    numbers: dict[int, int] = {}
    counts: dict[int, int] = defaultdict(int)
    work = WorkOrder.objects.filter(order_id=order_id).order_by("equipment_id")
    for equipment_id, enterprise_id in work.values_list(
        "equipment_id", "equipment__enterprise_id"
    ).distinct():
        counts[enterprise_id] += 1
        numbers[equipment_id] = counts[enterprise_id]
    return numbers


def _good_by_hour(order_id: int) -> dict[int, list[tuple[datetime, int]]]:
    """When good pieces of each work order were told, by its key; what was taken back is left out."""
    told = (
        Tally.objects.filter(
            work_order__order_id=order_id, kind__in=[Tally.Kind.GOOD, Tally.Kind.BOX], undone_by=None
        )
        .order_by()
        .values_list("work_order_id", TruncHour("made_at"))
        .annotate(num=Sum("quantity"))
    )
    hours: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for work_order_id, at, num in sorted(told):
        hours[work_order_id].append((at, num))
    return hours
