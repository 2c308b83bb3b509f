"""Packing and dispatching: never more than lies there and is released, whoever packs at the same moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_text, require_whole
from marketplace.common.show.amounts import quantity_text
from marketplace.delivery import events
from marketplace.delivery.drafts import new_shipment
from marketplace.delivery.errors import NotEnough, WrongState
from marketplace.delivery.models import Box, Shipment, VisibilityEvent
from marketplace.delivery.selectors.shipments import LEFT, sent_by
from marketplace.delivery.selectors.tracking import unit_of
from marketplace.delivery.services.batch import (
    Outcome,
    boxes_of,
    each,
    lock_shipments,
    push,
    require_few,
    require_hands,
    require_living,
    the_only,
)
from marketplace.delivery.services.moments import PACKED, PLANNED, moment_of, planned_at
from marketplace.delivery.stock import Stock, stock_of_order
from marketplace.orders.models import MAX_QUANTITY

USUAL_BOX = 500  # pieces
MOST_BOXES = 400  # in one shipment
S = Shipment.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """`quantity` None: as much of the plan as may leave; `box_size` None: the usual one. Both in pieces.

    `at` is when it was done; None: now.
    """

    shipment: str
    quantity: int | None = None
    box_size: int | None = None
    carrier: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.quantity is not None:
            require_whole(self.quantity, field="quantity", least=1, most=MAX_QUANTITY)
        if self.box_size is not None:
            require_whole(self.box_size, field="box_size", least=1, most=MAX_QUANTITY)
        require_text(self.carrier, field="carrier", most=120)


def usual_box_size(quantity: int) -> int:
    """Five hundred pieces, or more where that would make too many boxes."""
    return max(USUAL_BOX, -(-quantity // MOST_BOXES))


@transaction.atomic
def pack(*, viewer: Viewer, packing: Packing, now: datetime) -> Shipment:
    """Put pieces into boxes. Packing what is packed with the same pieces changes nothing.

    Raises `NotEnough`, `WrongState`, `WrongMoment`, `NotFound`.
    """
    require_hands(viewer)
    locked = lock_shipments([packing.shipment], allowed=sent_by(viewer))
    work = _Work(locked, now=now)
    the_only(each([packing], name=_name, locked=locked, act=work.pack))
    work.write()
    return locked[packing.shipment]


@transaction.atomic
def unpack(*, viewer: Viewer, shipment: str, now: datetime) -> Shipment:
    """Take the pieces out again before the shipment leaves; its labels are void."""
    require_hands(viewer)
    locked = lock_shipments([shipment], allowed=sent_by(viewer))
    the_only(each([shipment], name=str, locked=locked, act=lambda found, _one: _unpack(found, now=now)))
    push(locked.values())
    return locked[shipment]


@transaction.atomic
def dispatch(*, viewer: Viewer, packing: Packing, now: datetime) -> Shipment:
    """The shipment leaves; it is packed first if it is not. What the plan wanted beyond it is planned as its rest."""
    (outcome,) = dispatch_many(viewer=viewer, wanted=[packing], now=now)
    if outcome.error is not None:
        raise outcome.error
    return Shipment.objects.get(public_id=packing.shipment)


@transaction.atomic
def dispatch_many(*, viewer: Viewer, wanted: Sequence[Packing], now: datetime) -> list[Outcome]:
    """Pack what is not packed and send it all; each shipment is done or refused alone, in the order given."""
    require_hands(viewer)
    require_few(wanted)
    locked = lock_shipments([one.shipment for one in wanted], allowed=sent_by(viewer))
    work = _Work(locked, now=now)
    outcomes = each(wanted, name=_name, locked=locked, act=work.dispatch)
    work.write()
    return outcomes


def _name(packing: Packing) -> str:
    return packing.shipment


class _Work:
    """What is to be written for the locked shipments, gathered and then written in a few statements."""

    def __init__(self, locked: dict[str, Shipment], *, now: datetime) -> None:
        self._now = now
        self._stock: dict[int, dict[tuple[int, str], Stock]] = {}
        self._boxes = boxes_of(locked.values())
        self._new_boxes: list[Box] = []
        self._rests: list[Shipment] = []
        self._touched: dict[int, Shipment] = {}
        self._events: list[
            tuple[Callable[..., VisibilityEvent], Shipment, datetime]
        ] = []  # what, of which, when

    def pack(self, shipment: Shipment, packing: Packing) -> None:
        if shipment.status == S.PACKING:
            self._require_same(shipment, packing)
            return
        if shipment.status != S.PLANNED:
            raise WrongState(_("The shipment is %(status)s.") % {"status": shipment.get_status_display()})
        require_living(shipment.order)
        at = moment_of(packing.at, now=self._now, after=[(planned_at(shipment), PLANNED)])
        stock = self._stock_at(shipment)
        quantity = min(shipment.quantity, stock.may_leave) if packing.quantity is None else packing.quantity
        self._require_there(shipment, quantity=quantity, stock=stock)
        size = packing.box_size or usual_box_size(quantity)
        if -(-quantity // size) > MOST_BOXES:
            raise NotEnough(
                _("At most %(most)s boxes go into one shipment; take larger ones.") % {"most": MOST_BOXES},
                field="box_size",
            )
        stock.sent += quantity
        shipment.status = S.PACKING
        _note_carrier(shipment, packing)
        self._fill(shipment, quantity=quantity, size=size, at=at)
        self._events.append((events.packed, shipment, at))

    def dispatch(self, shipment: Shipment, packing: Packing) -> None:
        if shipment.status in LEFT:
            return  # said twice
        if shipment.status == S.PLANNED:
            self.pack(shipment, packing)
        elif shipment.status == S.PACKING:
            self._require_same(shipment, packing)
        else:
            raise WrongState(_("The shipment is %(status)s.") % {"status": shipment.get_status_display()})
        packed_at = max(box.packed_at for box in self._boxes[shipment.pk])
        at = moment_of(packing.at, now=self._now, after=[(packed_at, PACKED)])
        shipment.status = S.DISPATCHED
        shipment.dispatched_at = at
        _note_carrier(shipment, packing)
        self._touched[shipment.pk] = shipment
        self._events.append((events.dispatched, shipment, at))
        sent = sum(box.quantity for box in self._boxes[shipment.pk])
        if sent < shipment.quantity:
            self._rests.append(_rest(shipment, quantity=shipment.quantity - sent))

    def write(self) -> None:
        Box.objects.bulk_create(self._new_boxes, batch_size=2000)
        Shipment.objects.bulk_update(
            self._touched.values(), ["status", "dispatched_at", "carrier"], batch_size=500
        )
        Shipment.objects.bulk_create(self._rests)
        VisibilityEvent.objects.bulk_create(
            [
                told(shipment, self._boxes[shipment.pk], at=at, now=self._now)
                for told, shipment, at in self._events
            ],
            batch_size=500,
        )
        push(self._touched.values())

    def _stock_at(self, shipment: Shipment) -> Stock:
        if shipment.order_id not in self._stock:
            self._stock[shipment.order_id] = stock_of_order(shipment.order_id)
        return self._stock[shipment.order_id].setdefault((shipment.from_site_id, shipment.item), Stock())

    def _require_there(self, shipment: Shipment, *, quantity: int, stock: Stock) -> None:
        if quantity > shipment.quantity:
            raise NotEnough(
                _("%(planned)s are planned for this shipment.")
                % {"planned": quantity_text(shipment.quantity, unit_of(shipment))},
                field="quantity",
                planned=shipment.quantity,
            )
        if quantity < 1 or quantity > stock.may_leave:
            text = (
                _("%(lying)s lie there; until the first article is approved %(free)s may leave.")
                if stock.waiting > 0 and stock.lying > stock.may_leave
                else _("%(free)s lie there and may leave.")
            )
            unit = unit_of(shipment)
            raise NotEnough(
                text
                % {
                    "lying": quantity_text(max(0, stock.lying), unit),
                    "free": quantity_text(stock.may_leave, unit),
                },
                field="quantity",
                lying=max(0, stock.lying),
                may_leave=stock.may_leave,
            )

    def _require_same(self, shipment: Shipment, packing: Packing) -> None:
        packed = sum(box.quantity for box in self._boxes[shipment.pk])
        if packing.quantity not in (None, packed):
            raise WrongState(
                _("%(packed)s are packed already; unpack them first.")
                % {"packed": quantity_text(packed, unit_of(shipment))},
                packed=packed,
            )

    def _fill(self, shipment: Shipment, *, quantity: int, size: int, at: datetime) -> None:
        full, last = divmod(quantity, size)
        contents = [size] * full + ([last] if last else [])
        boxes = [
            Box(shipment=shipment, number=number, quantity=content, packed_at=at)
            for number, content in enumerate(contents, start=1)
        ]
        self._boxes[shipment.pk] = boxes
        self._new_boxes += boxes
        self._touched[shipment.pk] = shipment


def _note_carrier(shipment: Shipment, packing: Packing) -> None:
    """What was said before stays where nothing is said."""
    shipment.carrier = packing.carrier.strip() or shipment.carrier


def _rest(shipment: Shipment, *, quantity: int) -> Shipment:
    """What the plan wanted and did not leave: planned for the same moments, so that it shows as late."""
    return new_shipment(
        order=shipment.order,
        rest_of=shipment,
        is_extra=shipment.is_extra,
        item=shipment.item,
        from_site=shipment.from_site,
        to_site=shipment.to_site,
        to_drop=shipment.to_drop,
        quantity=quantity,
        departs_at=shipment.departs_at,
        arrives_at=shipment.arrives_at,
    )


def _unpack(shipment: Shipment, *, now: datetime) -> None:
    if shipment.status == S.PLANNED:
        return  # said twice
    if shipment.status != S.PACKING:
        raise WrongState(_("The shipment is %(status)s.") % {"status": shipment.get_status_display()})
    boxes = list(shipment.boxes.all())
    events.unpacked(shipment, boxes, at=now, now=now).save()
    shipment.boxes.all().delete()
    shipment.status = S.PLANNED
    shipment.save(update_fields=["status"])
