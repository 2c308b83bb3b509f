"""Putting a re-plan into force: dropped time is free, new and moved runs are offered, the promise and price follow.

A run that moves, even within its factory, is a new offer with its own answer timer: nobody's hours change without
its word. Its old time is free from the commit on, and so its machine stops at once. What is kept is not written at all.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import tell
from marketplace.capacity.models import TakenTime
from marketplace.capacity.services import Wanted, release, take_time
from marketplace.common.live import push_after_commit
from marketplace.orders.services import set_price
from marketplace.planning.models import PlanRun
from marketplace.trading.difference import Difference, Shrunk
from marketplace.trading.errors import CapacityGone, ChangeOutdated
from marketplace.trading.models import Deal, Disturbance, Package, Run
from marketplace.trading.services.agree import agree
from marketplace.trading.services.gave_way import note_gave_way, withdraw_emptied
from marketplace.trading.services.offering import hold_time, write_offers
from marketplace.trading.services.propose import propose
from marketplace.trading.told import begun_in_fact, follow_change
from matching.write import write_lot

CHANGES = ("plan_run", "proposed_run", "status", "net_cents", "promised_at")  # of the deal


def adopt(
    deal: Deal,
    *,
    run: PlanRun,
    found: Difference,
    now: datetime,
    clock_speed: float,
    person_id: int | None = None,
) -> str | Promise | None:
    """Under the order's lock. Where somebody took the time since, or work that would go has begun or was pinned, nothing
    changes and it is planned anew; returns why, None where the plan is in force."""
    because: str | Promise | None
    if because := found.outdated_because(now=now):
        propose(deal, now=now)
        return because
    try:
        with transaction.atomic():
            _put_into_force(deal, run=run, found=found, now=now, clock_speed=clock_speed, person_id=person_id)
    except CapacityGone:
        because = _("Time that the change needs was taken meanwhile.")
    except ChangeOutdated as error:
        because = error.text
    else:
        return None
    deal.refresh_from_db(fields=CHANGES)
    deal.order.refresh_from_db()
    propose(deal, now=now)
    return because


def _put_into_force(
    deal: Deal, *, run: PlanRun, found: Difference, now: datetime, clock_speed: float, person_id: int | None
) -> None:
    """Raises `CapacityGone`, and `ChangeOutdated` where counters read now show more than runs are left with."""
    _free(found)
    _take_what_is_left(found, now=now, clock_speed=clock_speed)
    note_gave_way(found.gone, now=now)
    withdraw_emptied(found.gone)
    write_offers(deal, plan_run=run, booked_lots=found.kept_lots, now=now, clock_speed=clock_speed)
    answered = Disturbance.objects.filter(plan_run=run, status__in=Disturbance.LIVING)
    answered.update(status=Disturbance.Status.COMMITTED, ended_at=now, ended_by_id=person_id)
    Run.objects.filter(package__deal=deal, status__in=[Run.Status.DECLINED, Run.Status.DISPLACED]).update(
        status=Run.Status.REPLACED
    )
    was_agreed = deal.status == Deal.Status.AGREED
    deal.plan_run, deal.proposed_run = run, None
    deal.net_cents, deal.promised_at = found.net_cents, found.arrives_at
    if not was_agreed:
        deal.status = Deal.Status.OFFERING
    deal.save(update_fields=CHANGES)
    _add_up_pay(deal)
    set_price(order=deal.order, net_cents=deal.net_cents)
    if was_agreed:
        follow_change(deal.order_id, now=now)
        _refuse_more_than_is_left(found)
        _tell_changed(deal, found, run=run, now=now)
    push_after_commit(f"order:{deal.order.public_id}")
    if not deal.packages.filter(status=Package.Status.OFFERED).exists():
        agree(deal)


def _refuse_more_than_is_left(found: Difference) -> None:
    """A run that was cut short for want of goods had them, if more was made by now."""
    left = {part.run.pk: part.quantity + part.doubted for part in found.shrunk if part.is_cut}
    made = begun_in_fact(list(left))
    if any(told.good > left[pk] for pk, told in made.items()):
        raise ChangeOutdated(_("Work that the change would move has begun meanwhile."))


def _free(found: Difference) -> None:
    """Give back the time of runs that go and of those that shrink."""
    shrunk = [part.run for part in found.shrunk]
    changed = [*found.gone, *shrunk]
    release(references=[run.public_id for run in changed])
    for run in changed:
        run.taken = None
    for run in found.gone:
        run.status = Run.Status.REPLACED
    for part in found.shrunk:
        _shrink(part)
    Run.objects.bulk_update(found.gone, ["status", "taken"])
    Run.objects.bulk_update(
        shrunk, ["lots", "quantity", "pay_cents", "setup_min", "starts_at", "ends_at", "taken"]
    )


def _take_what_is_left(found: Difference, *, now: datetime, clock_speed: float) -> None:
    """The time of shrunk runs: booked as before, or held until their factory has answered. Raises `CapacityGone`."""
    booked = [part.run for part in found.shrunk if part.run.status == Run.Status.BOOKED]
    wanted = [
        Wanted(
            equipment_id=run.equipment_id,
            starts_at=run.starts_at,
            ends_at=run.ends_at,
            reference=run.public_id,
            title=run.package.deal.order.title[:120],
        )
        for run in booked
    ]
    for run, row in zip(booked, take_time(wanted=wanted, kind=TakenTime.Kind.BOOKING), strict=True):
        run.taken = row
    Run.objects.bulk_update(booked, ["taken"])
    for run in (part.run for part in found.shrunk if part.run.status == Run.Status.OFFERED):
        hold_time([run], until=max(run.package.answer_by, now), now=now, clock_speed=clock_speed)


def _shrink(part: Shrunk) -> None:
    run, first = part.run, part.lots[0]
    if part.starts_at > run.starts_at:
        run.starts_at, run.setup_min = part.starts_at, first.setup_min
    run.pay_cents, run.quantity = part.pay_cents, part.quantity
    run.lots = [write_lot(lot) for lot in part.lots]
    last_min = max(lot.end_min for lot in part.lots)
    run.ends_at = run.starts_at + timedelta(minutes=max(1, last_min - first.start_min))


def _add_up_pay(deal: Deal) -> None:
    """A package pays for the runs that are left of it."""
    living = [Run.Status.BOOKED, Run.Status.OFFERED]
    for package in deal.packages.exclude(status=Package.Status.WITHDRAWN):
        total = package.runs.filter(status__in=living).aggregate(cents=Sum("pay_cents"))["cents"] or 0
        if total != package.pay_cents and package.status != Package.Status.DECLINED:
            package.pay_cents = total
            package.save(update_fields=["pay_cents"])


def _tell_changed(deal: Deal, found: Difference, *, run: PlanRun, now: datetime) -> None:
    """Buyer and every factory whose runs change, each once."""
    facts = {"order": deal.order.title, "promised_at": deal.promised_at.isoformat()}
    key = f"committed:{run.public_id}"
    url = reverse("trading:change", args=[deal.order.public_id])
    tell([deal.order.buyer_id], key=key, kind="trading.change-committed", facts=facts, url=url, now=now)
    gone = {one.package.enterprise_id for one in [*found.gone, *(part.run for part in found.shrunk)]}
    tell(
        gone,
        key=key,
        kind="trading.runs-changed",
        facts={"product": deal.order.product.name},
        url=reverse("trading:work"),
        now=now,
    )
