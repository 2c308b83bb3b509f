"""What machines' counters showed while a work order was on, as tallies: whoever reads them adds them up, no more.

The growth of the counter within a stint is read again each time; what is new since the tallies of that stint is one
more tally under a key that names the stint and the growth. So nothing is counted twice, and nothing outside stints.

What a machine says is stored while sweeps are at work. So a stint that a program began is counted no further than
where the machine named another one, whether that was followed already or not; and work that is finished leaves its
machine at the last that was heard of it, so that what comes next begins where it did.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.machines.output import Stretch, pieces_made
from marketplace.machines.programs import Stay, heard_until, stays_until
from marketplace.production import selectors
from marketplace.production.errors import NotCountedByMachine
from marketplace.production.models import Stint, Tally, WorkOrder
from marketplace.production.models.tallies import COUNTER_KEY
from marketplace.production.services.ending import finish_if_made
from marketplace.production.services.starting import locked, require_open

log = logging.getLogger(__name__)

STEP_PERCENT = 1  # of what is wanted: finer steps are not written before the stint or the work ends
FASTEST_TIMES = 10  # a counter that runs so many times faster than planned has jumped
JUMP_LEAST = 20  # pieces at any pace: counters are told in gulps


def take_counts(*, now: datetime, real_now: datetime) -> int:
    """Carry on all counted work; returns how many work orders have new pieces."""
    counted = WorkOrder.objects.filter(status__in=WorkOrder.LIVING).exclude(counter=WorkOrder.Counter.HAND)
    stints = _stints(Q(work_order__in=counted))
    new = {stint.work_order_id for stint, grown in _growths(stints, now=now) if grown >= _step(stint)}
    for work_order_id in sorted(new):
        with transaction.atomic():
            count_locked(locked(work_order_id), now=now, real_now=real_now)
    return len(new)


def count_locked(work_order: WorkOrder, *, now: datetime, real_now: datetime) -> None:
    """Tally what its counter shows beyond what was tallied. The caller holds its row."""
    if work_order.counter == WorkOrder.Counter.HAND or work_order.is_closed:
        return
    heard = heard_until(work_order.equipment.device_id or 0)
    for stint, grown in _growths(_stints(Q(work_order=work_order)), now=now):
        if grown > 0 and work_order.remaining > 0:
            _tally(work_order, stint, grown=grown, now=now, real_now=real_now)
    finish_if_made(work_order, now=now if heard is None else min(heard, now))


@transaction.atomic
def go_on_by_hand(*, viewer: Viewer, work_order: str, now: datetime, real_now: datetime) -> WorkOrder:
    """The planner says that the counter is not to be trusted any more: what it counted stays, hands tell the rest."""
    viewer.require_planner()
    found = locked(selectors.own_work_order(viewer, public_id=work_order).pk)
    require_open(found)
    if found.counter == WorkOrder.Counter.HAND:
        raise NotCountedByMachine(_("This work is tallied by hand already."))
    count_locked(found, now=now, real_now=real_now)
    found.counter = WorkOrder.Counter.HAND
    found.save(update_fields=["counter"])
    return found


def _tally(work_order: WorkOrder, stint: Stint, *, grown: int, now: datetime, real_now: datetime) -> None:
    before = _recorded(stint)
    counts = min(grown, work_order.remaining)
    Tally.objects.create(
        work_order=work_order,
        key=f"{COUNTER_KEY}{stint.pk}:{before + grown}",
        kind=Tally.Kind.GOOD,
        source=Tally.Source.COUNTER,
        stint=stint,
        quantity=counts,
        surplus=grown - counts,
        made_at=min(stint.ends_at or now, now),
        received_at=real_now,
    )
    work_order.good += counts
    work_order.counted += grown
    work_order.save(update_fields=["good", "counted"])


def _stints(which: Q) -> list[Stint]:
    """`recorded`: pieces of the stint that are tallied already."""
    return list(
        Stint.objects.filter(which, work_order__equipment__device__isnull=False)
        .annotate(recorded=Sum(F("tallies__quantity") + F("tallies__surplus"), default=0))
        .select_related("work_order__equipment", "work_order__run")
        .order_by("starts_at", "pk")
    )


def _growths(stints: Sequence[Stint], *, now: datetime) -> list[tuple[Stint, int]]:
    """Pieces each stint's counter shows beyond its tallies, none below zero. At most three queries."""
    made = pieces_made([_stretch(stint, until=now) for stint in stints])
    on = [n for n, one in enumerate(stints) if one.ends_at is None and one.how == Stint.How.PROGRAM]
    left = stays_until([_stay(stints[n]) for n in on])  # read after the counts: it knows all that they know
    gone = {n: at for n, at in zip(on, left, strict=True) if at is not None}
    again = pieces_made([_stretch(stints[n], until=at) for n, at in gone.items()])
    for n, pieces in zip(gone, again, strict=True):
        made[n] = pieces
    return [
        (stint, max(0, _plausible(stint, pieces or 0, now=now) - stint.recorded))  # type: ignore[attr-defined]
        for stint, pieces in zip(stints, made, strict=True)
    ]


def _stretch(stint: Stint, *, until: datetime) -> Stretch:
    return Stretch(
        device_id=stint.work_order.equipment.device_id or 0,
        starts_at=stint.starts_at,
        ends_at=stint.ends_at or until,
    )


def _stay(stint: Stint) -> Stay:
    device_id = stint.work_order.equipment.device_id or 0
    return Stay(device_id=device_id, code=stint.work_order.code, since=stint.starts_at)


def _plausible(stint: Stint, made: int, *, now: datetime) -> int:
    """No more than the machine could have made: a counter that jumps is a fault, not a harvest."""
    run = stint.work_order.run
    planned = run.ends_at - run.starts_at - timedelta(minutes=run.setup_min)
    lasted = max((stint.ends_at or now) - stint.starts_at, timedelta())
    at_pace = run.quantity * (lasted / max(planned, timedelta(minutes=1)))
    most = JUMP_LEAST + run.quantity // 100 + int(FASTEST_TIMES * at_pace)
    if made > most:
        log.warning("stint %s: the counter grew by %s, at most %s are believed", stint.pk, made, most)
    return min(made, most)


def _recorded(stint: Stint) -> int:
    told = Tally.objects.filter(stint=stint).aggregate(n=Sum(F("quantity") + F("surplus"), default=0))
    return int(told["n"])


def _step(stint: Stint) -> int:
    """Growth that is worth a tally now."""
    work_order = stint.work_order
    if stint.ends_at is not None:
        return 1
    return max(1, min(work_order.remaining, work_order.quantity * STEP_PERCENT // 100))
