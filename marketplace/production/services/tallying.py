"""Tallies: pieces told by hand, each under a key of its own, so that telling them again counts nothing.

A phone that was out of reach tells later what it was told before: its tallies carry their age in real seconds, not a
time, because the clocks of phones are wrong. What was made before a work order was closed short still counts as far as
pieces are wanted; after it is finished there is nothing left that good pieces could count for.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.common.checks import require_choice, require_number, require_text, require_whole
from marketplace.common.errors import DomainError, InvalidInput
from marketplace.common.show.amounts import quantity_text
from marketplace.orders.models import MAX_QUANTITY
from marketplace.production.errors import (
    CountedByMachine,
    FirstArticleWaits,
    Implausible,
    KeyReused,
    NothingToUndo,
)
from marketplace.production.gate import article_gate
from marketplace.production.hands import Hand
from marketplace.production.models import ScrapReason, Stint, Tally, WorkOrder
from marketplace.production.models.tallies import COUNTER_KEY, LONGEST_KEY
from marketplace.production.services.counting import count_locked
from marketplace.production.services.ending import finish_if_made
from marketplace.production.services.starting import locked, require_open, start_work

log = logging.getLogger(__name__)

OLDEST_S = 7 * 24 * 3600  # a phone keeps its tallies for a week
OVERRUN_PERCENT = (
    10  # of what is wanted may be told at once beyond what is missing: a full box, a round number
)
OVERRUN_LEAST = 10
SCRAP_TIMES = 3  # more scrap than three times what is wanted is a slip of the finger
SCRAP_LEAST = 100
GOOD_KINDS = frozenset({Tally.Kind.GOOD, Tally.Kind.BOX})


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyDraft:
    """What a hand tells. `quantity` in pieces (none for a correction), `undoes` the public id or key of a tally.

    `age_s`: real seconds since it was told, by the clock of the one device that tells both.
    """

    key: str
    kind: str
    quantity: int = 0
    reason: str = ""
    undoes: str = ""
    age_s: float = 0.0

    def __post_init__(self) -> None:
        require_text(self.key, field="key", least=1, most=LONGEST_KEY)
        if self.key.startswith(COUNTER_KEY):
            raise InvalidInput(_("Keys that begin so are the machine's."), field="key")
        require_choice(self.kind, field="kind", choices=Tally.Kind.values)
        require_number(self.age_s, field="age_s", least=0, most=OLDEST_S)
        if self.kind == Tally.Kind.CORRECTION:
            require_text(self.undoes, field="undoes", least=1, most=LONGEST_KEY)
        else:
            require_whole(self.quantity, field="quantity", least=1, most=MAX_QUANTITY)
        if self.kind == Tally.Kind.SCRAP:
            require_choice(self.reason, field="reason", choices=ScrapReason.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One of several tallies, read when its turn comes: `read` raises `InvalidInput` for what is none."""

    key: str
    read: Callable[[], TallyDraft]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`is_new` is false where the same tally came before."""

    tally: Tally
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one of several: told, or refused with an error; `key` as it was given."""

    key: str
    told: Told | None
    error: DomainError | None


@transaction.atomic
def tell(
    *,
    work_order_id: int,
    hand: Hand,
    source: str,
    draft: TallyDraft,
    now: datetime,
    real_now: datetime,
    clock_speed: float,
) -> Told:
    """Count the draft once. Good pieces of work that has not begun start it at its machine.

    For callers that have shown that the hand may. Raises `WorkOrderClosed`, `KeyReused`, `CountedByMachine`,
    `Implausible`, `FirstArticleWaits`, `NothingToUndo`; then nothing was counted.
    """
    made_at = now - timedelta(seconds=draft.age_s * clock_speed)
    status = WorkOrder.objects.values_list("status", flat=True).get(pk=work_order_id)
    if status == WorkOrder.Status.WAITING and draft.kind in GOOD_KINDS:
        start_work(work_order_id=work_order_id, hand=hand, how=Stint.How.TAP, at=made_at, now=now)
    work_order = locked(work_order_id)
    if before := Tally.objects.filter(work_order=work_order, key=draft.key).select_related("undoes").first():
        _require_same(before, draft)
        return Told(tally=before, is_new=False)
    made_at = max(made_at, work_order.started_at or work_order.created_at)
    _require_time(work_order, draft, made_at=made_at)
    count_locked(work_order, now=now, real_now=real_now)
    tally = _tally_of(work_order, draft)
    tally.source, tally.person_id, tally.session_id = source, hand.person_id, hand.session_id
    tally.made_at, tally.received_at = min(made_at, now), real_now
    tally.save(force_insert=True)
    _add(work_order, tally, now=now)
    return Told(tally=tally, is_new=True)


def tell_all(
    *,
    work_order_id: int,
    hand: Hand,
    source: str,
    drafts: Sequence[Wanted],
    now: datetime,
    real_now: datetime,
    clock_speed: float,
) -> list[Outcome]:
    """Each in its own transaction, in this order: one that is refused does not cost its neighbours."""
    outcomes = []
    for wanted in drafts:
        try:
            draft = wanted.read()
            told = tell(
                work_order_id=work_order_id,
                hand=hand,
                source=source,
                draft=draft,
                now=now,
                real_now=real_now,
                clock_speed=clock_speed,
            )
            outcomes.append(Outcome(key=wanted.key, told=told, error=None))
        except DomainError as error:
            log.warning("tally %.80r of work order %s refused: %s", wanted.key, work_order_id, error.code)
            outcomes.append(Outcome(key=wanted.key, told=None, error=error))
    return outcomes


def _require_same(before: Tally, draft: TallyDraft) -> None:
    if draft.kind == Tally.Kind.CORRECTION:
        undone = before.undoes
        same = undone is not None and draft.undoes in (undone.key, undone.public_id)
    else:
        same = (before.kind, before.quantity + before.surplus, before.reason) == (
            draft.kind,
            draft.quantity,
            draft.reason,
        )
    if not same:
        log.warning("tally key %.80r of %s came with other content", draft.key, before.work_order_id)
        raise KeyReused(_("This key was used for another tally."), field="key")


def _require_time(work_order: WorkOrder, draft: TallyDraft, *, made_at: datetime) -> None:
    """Late is only what was told before the end and can still count."""
    if work_order.closed_at is None or draft.kind == Tally.Kind.CORRECTION:
        require_open(work_order)
        return
    was_made_before = draft.age_s > 0 and made_at < work_order.closed_at
    can_count = work_order.status == WorkOrder.Status.SHORT or (
        work_order.status == WorkOrder.Status.FINISHED and draft.kind == Tally.Kind.SCRAP
    )
    if not (was_made_before and can_count and (work_order.remaining or draft.kind == Tally.Kind.SCRAP)):
        require_open(work_order)


def _tally_of(work_order: WorkOrder, draft: TallyDraft) -> Tally:
    if draft.kind == Tally.Kind.CORRECTION:
        return _correction(work_order, draft)
    if draft.kind == Tally.Kind.SCRAP:
        return _scrap(work_order, draft)
    return _good(work_order, draft)


def _good(work_order: WorkOrder, draft: TallyDraft) -> Tally:
    if work_order.counter != WorkOrder.Counter.HAND:
        raise CountedByMachine(
            _("The machine's own counter counts the good pieces of this work: tell scrap and stops here.")
        )
    overrun = max(OVERRUN_LEAST, work_order.quantity * OVERRUN_PERCENT // 100, work_order.box_size or 0)
    if draft.quantity > work_order.remaining + overrun:
        log.warning("%s: %s pieces told at once", work_order.public_id, draft.quantity)
        raise Implausible(
            _("%(missing)s are missing, no more. Nothing was counted.")
            % {"missing": quantity_text(work_order.remaining, work_order.run.operation.unit)},
            field="quantity",
            value=draft.quantity,
            rule=f"<= {work_order.remaining + overrun}",
        )
    counts = min(draft.quantity, work_order.remaining)
    _require_article(work_order, after=work_order.good + counts)
    return Tally(
        work_order=work_order,
        key=draft.key,
        kind=draft.kind,
        quantity=counts,
        surplus=draft.quantity - counts,
    )


def _require_article(work_order: WorkOrder, *, after: int) -> None:
    gate = article_gate(work_order)
    if gate is not None and after > gate.may_make:
        raise FirstArticleWaits(
            _(
                "The first %(number)s pieces at this machine wait for the buyer's approval: send a photo of one."
            )
            % {"number": gate.may_make}
            if gate.may_make
            else _("The first pieces of %(code)s wait for the buyer's approval.") % {"code": gate.code},
            may_make=gate.may_make,
        )


def _scrap(work_order: WorkOrder, draft: TallyDraft) -> Tally:
    is_counted = work_order.counter == WorkOrder.Counter.COUNT and not work_order.is_closed
    most = max(SCRAP_LEAST, work_order.quantity * SCRAP_TIMES) - work_order.scrap
    if is_counted:
        most = min(most, work_order.good)
    if draft.quantity > most:
        log.warning("%s: %s pieces of scrap told at once", work_order.public_id, draft.quantity)
        raise Implausible(
            _("At most %(most)s can be scrap here. Nothing was counted.")
            % {"most": quantity_text(max(most, 0), work_order.run.operation.unit)},
            field="quantity",
            value=draft.quantity,
            rule=f"<= {most}",
        )
    return Tally(
        work_order=work_order,
        key=draft.key,
        kind=draft.kind,
        quantity=draft.quantity,
        reason=draft.reason,
        is_counted=is_counted,
    )


def _correction(work_order: WorkOrder, draft: TallyDraft) -> Tally:
    found = (
        Tally.objects.filter(work_order=work_order)
        .exclude(kind=Tally.Kind.CORRECTION)
        .exclude(source=Tally.Source.COUNTER)
    )
    undone = found.filter(public_id=draft.undoes).first() or found.filter(key=draft.undoes).first()
    if undone is None or Tally.objects.filter(undoes=undone).exists():
        raise NothingToUndo(_("There is no such tally to take back."), field="undoes")
    counts = min(undone.quantity, work_order.remaining) if undone.is_counted else undone.quantity
    return Tally(
        work_order=work_order,
        key=draft.key,
        kind=draft.kind,
        quantity=counts,
        surplus=undone.quantity - counts,
        undoes=undone,
    )


def _add(work_order: WorkOrder, tally: Tally, *, now: datetime) -> None:
    """Carry the tally into the sums; `selectors.sums_of` says the same of all."""
    undone = tally.undoes
    if undone is None and tally.kind == Tally.Kind.SCRAP:
        work_order.scrap += tally.quantity
        work_order.good -= tally.quantity if tally.is_counted else 0
    elif undone is None:
        work_order.good += tally.quantity
    elif undone.kind == Tally.Kind.SCRAP:
        work_order.scrap -= undone.quantity
        work_order.good += tally.quantity if undone.is_counted else 0
    else:
        work_order.good -= undone.quantity
    work_order.save(update_fields=["good", "scrap"])
    finish_if_made(work_order, now=now)
