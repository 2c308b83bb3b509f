"""Receiving: box by box or all at once, with what is damaged or missing; once closed it counts.

Each line has a key of whoever sends it, so that a line sent twice is one line. A line can be taken back by a
correction for a short time: always while the receipt is open, and after that where the pieces still lie there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_choice, require_text, require_whole
from marketplace.common.errors import NotFound
from marketplace.delivery import events
from marketplace.delivery.errors import LineReused, TooLate, WrongBox, WrongCount, WrongState
from marketplace.delivery.links import box_in
from marketplace.delivery.models import Box, Proof, Receipt, ReceiptLine, Shipment, VisibilityEvent
from marketplace.delivery.selectors.shipments import LEFT, coming_to
from marketplace.delivery.services.arrive import keep_proof, set_arrived
from marketplace.delivery.services.batch import (
    Outcome,
    boxes_of,
    each,
    lock_shipments,
    push,
    require_few,
    require_hands,
)
from marketplace.delivery.services.differences import tell_difference
from marketplace.delivery.services.finish import after_receipts
from marketplace.delivery.services.moments import ARRIVED, COUNTED, moment_of
from marketplace.delivery.services.moments import LEFT as LEFT_ITS_SITE
from marketplace.delivery.stock import stock_of_order
from marketplace.orders.models import MAX_QUANTITY

UNDO_WITHIN = timedelta(minutes=10)  # business time
LONGEST_KEY = 128
S = Shipment.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Pieces; `good` None means all the others. A difference needs its reason. `at`: when it was counted; None: now."""

    key: str
    good: int | None = None
    damaged: int = 0
    missing: int = 0
    reason: str = ""
    how: str = ReceiptLine.How.TYPED
    at: datetime | None = None

    def __post_init__(self) -> None:
        require_text(self.key, field="key", least=1, most=LONGEST_KEY)
        for field in ("good", "damaged", "missing"):
            value = getattr(self, field)
            if value is not None:
                require_whole(value, field=field, least=0, most=MAX_QUANTITY)
        require_text(self.reason, field="reason", most=240)
        require_choice(self.how, field="how", choices=ReceiptLine.How.values)
        if (self.damaged or self.missing) and not self.reason.strip():
            raise WrongCount(_("Say why pieces are damaged or missing."), field="reason")

    def good_of(self, sent: int) -> int:
        """Raises `WrongCount` unless it all adds up to the pieces that were sent."""
        good = sent - self.damaged - self.missing if self.good is None else self.good
        if good < 0 or good + self.damaged + self.missing != sent:
            raise WrongCount(
                _("Good, damaged and missing pieces must add up to the %(sent)s that were sent.")
                % {"sent": f"{sent:,}"},
                field="good",
                sent=sent,
            )
        return good


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All of a shipment's boxes that were not counted singly, and the end of its receipt."""

    shipment: str
    count: Count
    signer: str = ""
    photo: bytes | None = None


@transaction.atomic
def receive_box(*, viewer: Viewer, shipment: str, code: str, count: Count, now: datetime) -> ReceiptLine:
    """Count the box with this code. The same key again gives the same line.

    Raises `WrongBox` for a box of another shipment, one that was counted before, or none; `WrongMoment`.
    """
    require_hands(viewer)
    found = lock_shipments([shipment], allowed=coming_to(viewer)).get(shipment)
    if found is None:
        raise NotFound(_("There is no such shipment."))
    box = found.boxes.select_for_update(no_key=True).filter(public_id=box_in(code)).first()
    if (line := _same_line(found, count)) is not None:
        if box is None or line.box_id != box.pk:
            raise LineReused(_("This key was used for another count."), field="key")
        return line
    _require_receivable(found)
    if box is None:
        raise _wrong_box(viewer, code)
    if box.received_at is not None:
        raise WrongBox(_("Box %(number)s was received before.") % {"number": box.number}, number=box.number)
    at = moment_of(
        count.at, now=now, after=[(found.dispatched_at, LEFT_ITS_SITE), (found.arrived_at, ARRIVED)]
    )
    receipt = _open_receipt(found, now=at)
    line = _line(receipt, box, count, sent=box.quantity, viewer=viewer, now=now)
    line.save()
    box.received_at = at
    box.save(update_fields=["received_at"])
    push([found])
    return line


@transaction.atomic
def receive(*, viewer: Viewer, whole: Whole, now: datetime) -> Shipment:
    """Count what was not counted singly and close the receipt; see `receive_many`."""
    (outcome,) = receive_many(viewer=viewer, wanted=[whole], now=now)
    if outcome.error is not None:
        raise outcome.error
    return Shipment.objects.get(public_id=whole.shipment)


@transaction.atomic
def receive_many(*, viewer: Viewer, wanted: Sequence[Whole], now: datetime) -> list[Outcome]:
    """Close the receipts of shipments; each is done or refused alone. At drops accepted pieces are paid for.

    Raises `InvalidInput` for a photo that is none.
    """
    require_hands(viewer)
    require_few(wanted)
    locked = lock_shipments([one.shipment for one in wanted], allowed=coming_to(viewer))
    closing = _Closing(locked, viewer=viewer, now=now)
    outcomes = each(wanted, name=_name, locked=locked, act=closing.close)
    closing.write()
    return outcomes


def _name(whole: Whole) -> str:
    return whole.shipment


@transaction.atomic
def undo_line(*, viewer: Viewer, shipment: str, line: str, now: datetime) -> ReceiptLine:
    """Take a line back by a correction. Raises `TooLate` where it stands by now."""
    require_hands(viewer)
    found = lock_shipments([shipment], allowed=coming_to(viewer)).get(shipment)
    wrong = None
    if found is not None:
        wrong = ReceiptLine.objects.filter(public_id=line, receipt__shipment=found).first()
    if found is None or wrong is None:
        raise NotFound(_("There is no such count."))
    before = ReceiptLine.objects.filter(corrects=wrong).first()
    if before is not None:
        return before  # said twice
    _require_undoable(found, wrong, now=now)
    correction = _correction(wrong, viewer=viewer, now=now)
    correction.save()
    boxes = found.boxes.all() if wrong.box_id is None else found.boxes.filter(pk=wrong.box_id)
    counted_singly = ReceiptLine.objects.filter(
        receipt=wrong.receipt, box__isnull=False, corrects=None, correction=None
    )
    if wrong.box_id is None:
        boxes = boxes.exclude(pk__in=counted_singly.values("box_id"))
    boxes.update(received_at=None)
    if found.status == S.RECEIVED:
        _open_again(found, now=now)
    push([found])
    return correction


def _require_undoable(shipment: Shipment, line: ReceiptLine, *, now: datetime) -> None:
    if line.corrects_id is not None:
        raise TooLate(_("A correction is not taken back; count again."))
    if shipment.status != S.RECEIVED:
        return
    if shipment.to_drop_id is not None:
        raise TooLate(_("The receipt is closed and what was accepted is booked."))
    if now - line.recorded_at > UNDO_WITHIN:
        raise TooLate(_("After ten minutes a closed receipt stands."))
    stock = stock_of_order(shipment.order_id)[shipment.to_site_id or 0, shipment.item]
    if stock.lying < line.good:
        raise TooLate(_("Some of the pieces were used or sent on since."))


def _correction(line: ReceiptLine, *, viewer: Viewer, now: datetime) -> ReceiptLine:
    return ReceiptLine(
        receipt=line.receipt,
        key=f"undo:{line.public_id}",
        box_id=line.box_id,
        good=-line.good,
        damaged=-line.damaged,
        missing=-line.missing,
        reason=line.reason,
        how=line.how,
        corrects=line,
        recorded_by_id=viewer.person_id,
        recorded_at=now,
    )


def _open_again(shipment: Shipment, *, now: datetime) -> None:
    """The receipt of a site is open again; what was said of it to the world is retracted."""
    Receipt.objects.filter(shipment=shipment).update(closed_at=None, closed_by=None)
    shipment.status, shipment.received_at = S.ARRIVED, None
    shipment.save(update_fields=["status", "received_at"])
    standing = shipment.events.filter(biz_step="receiving", retracts=None, retraction=None)
    VisibilityEvent.objects.bulk_create([events.retracted(event, at=now) for event in standing])


class _Closing:
    """What is to be written for receipts that are closed together."""

    def __init__(self, locked: dict[str, Shipment], *, viewer: Viewer, now: datetime) -> None:
        self._viewer = viewer
        self._now = now
        self._boxes = boxes_of(locked.values())
        self._counted = _singly_counted(locked.values())
        self._opened: list[Receipt] = []
        self._closed: list[Receipt] = []
        self._differences: list[tuple[Shipment, int, int]] = []
        self._lines: list[ReceiptLine] = []
        self._events: list[VisibilityEvent] = []
        self._touched: list[Shipment] = []
        self._received: dict[datetime, list[Shipment]] = {}  # by when they were

    def close(self, shipment: Shipment, whole: Whole) -> None:
        if shipment.status == S.RECEIVED:
            self._require_same(shipment, whole)
            return
        _require_receivable(shipment)
        singly = self._counted.get(shipment.pk, [])
        left = [box for box in self._boxes[shipment.pk] if box.received_at is None]
        sent = sum(box.quantity for box in left)
        count = whole.count
        count.good_of(sent)
        at = self._moment(shipment, count)
        keep_proof(shipment, step=Proof.Step.RECEIPT, signer=whole.signer, photo=whole.photo, now=self._now)
        receipt = self._receipt(shipment, at=at)
        lines = list(singly)
        if left:
            line = _line(receipt, None, count, sent=sent, viewer=self._viewer, now=self._now)
            self._lines.append(line)
            lines.append(line)
        receipt.closed_at, receipt.closed_by_id = self._now, self._viewer.person_id
        self._closed.append(receipt)
        self._write_events(shipment, lines, at=at)
        if shipment.status == S.DISPATCHED:
            set_arrived(shipment, at=at)
        shipment.status, shipment.received_at = S.RECEIVED, at
        self._received.setdefault(at, []).append(shipment)
        self._touched.append(shipment)

    def write(self) -> None:
        touched = self._touched
        Receipt.objects.bulk_create(self._opened, batch_size=500)
        ReceiptLine.objects.bulk_create(self._lines, batch_size=500)
        Receipt.objects.bulk_update(self._closed, ["closed_at", "closed_by"], batch_size=500)
        Shipment.objects.bulk_update(touched, ["status", "arrived_at", "received_at"], batch_size=500)
        for at, shipments in self._received.items():
            Box.objects.filter(shipment__in=shipments, received_at=None).update(received_at=at)
        VisibilityEvent.objects.bulk_create(self._events, batch_size=500)
        for shipment, damaged, missing in self._differences:
            tell_difference(shipment, damaged=damaged, missing=missing, now=self._now)
        after_receipts(touched, now=self._now)
        push(touched)

    def _moment(self, shipment: Shipment, count: Count) -> datetime:
        counted = [box.received_at for box in self._boxes[shipment.pk] if box.received_at is not None]
        milestones = [
            (shipment.dispatched_at, LEFT_ITS_SITE),
            (shipment.arrived_at, ARRIVED),
            (max(counted, default=None), COUNTED),
        ]
        return moment_of(count.at, now=self._now, after=milestones)

    def _write_events(self, shipment: Shipment, lines: list[ReceiptLine], *, at: datetime) -> None:
        boxes = self._boxes[shipment.pk]
        good, damaged, missing = (
            sum(getattr(line, name) for line in lines) for name in ("good", "damaged", "missing")
        )
        if shipment.status == S.DISPATCHED:
            self._events.append(events.arrived(shipment, boxes, at=at, now=self._now))
        self._events += events.received(
            shipment, boxes, good=good, damaged=damaged, missing=missing, at=at, now=self._now
        )
        if damaged or missing:
            self._differences.append((shipment, damaged, missing))

    def _receipt(self, shipment: Shipment, *, at: datetime) -> Receipt:
        """The open one, or a new one that is written with the others; the shipment's row is locked."""
        try:
            return shipment.receipt
        except Receipt.DoesNotExist:
            receipt = Receipt(shipment=shipment, opened_at=at)
            self._opened.append(receipt)
            return receipt

    def _require_same(self, shipment: Shipment, whole: Whole) -> None:
        """Closed by a call with this key, or by nothing but boxes counted singly: said twice. Else it is refused."""
        line = ReceiptLine.objects.filter(receipt__shipment=shipment, key=whole.count.key).first()
        if line is None:
            raise WrongState(_("The shipment was received before."))
        if (line.damaged, line.missing) != (whole.count.damaged, whole.count.missing):
            raise LineReused(_("This key was used for another count."), field="key")


def _singly_counted(shipments: Iterable[Shipment]) -> dict[int, list[ReceiptLine]]:
    """Lines that stand, by key of the shipment."""
    found: dict[int, list[ReceiptLine]] = {}
    standing = ReceiptLine.objects.filter(
        receipt__shipment__in=list(shipments), corrects=None, correction=None
    ).select_related("receipt")
    for line in standing:
        found.setdefault(line.receipt.shipment_id, []).append(line)
    return found


def _require_receivable(shipment: Shipment) -> None:
    if shipment.status in {S.PLANNED, S.PACKING}:
        raise WrongState(_("The shipment has not left yet."))
    if shipment.status not in {S.DISPATCHED, S.ARRIVED}:
        raise WrongState(_("The shipment is %(status)s.") % {"status": shipment.get_status_display()})


def _same_line(shipment: Shipment, count: Count) -> ReceiptLine | None:
    return ReceiptLine.objects.filter(receipt__shipment=shipment, key=count.key).first()


def _open_receipt(shipment: Shipment, *, now: datetime) -> Receipt:
    receipt, _made = Receipt.objects.get_or_create(shipment=shipment, defaults={"opened_at": now})
    return receipt


def _line(
    receipt: Receipt, box: Box | None, count: Count, *, sent: int, viewer: Viewer, now: datetime
) -> ReceiptLine:
    return ReceiptLine(
        receipt=receipt,
        key=count.key,
        box=box,
        good=count.good_of(sent),
        damaged=count.damaged,
        missing=count.missing,
        reason=count.reason.strip(),
        how=count.how,
        recorded_by_id=viewer.person_id,
        recorded_at=now,
    )


def _wrong_box(viewer: Viewer, code: str) -> WrongBox:
    """Says what the box is only where the viewer would see it on the way to it anyway."""
    public_id = box_in(code)
    if not public_id:
        return WrongBox(_("This is not the code of a box."))
    visible = Shipment.objects.filter(coming_to(viewer), status__in=LEFT)
    known = Box.objects.filter(public_id=public_id, shipment__in=visible).select_related("shipment").first()
    if known is None:
        return WrongBox(_("There is no such box among those that come to you."))
    return WrongBox(
        _("This is box %(number)s of another shipment to you, %(shipment)s.")
        % {"number": known.number, "shipment": known.shipment.public_id},
        shipment=known.shipment.public_id,
        number=known.number,
    )
