"""A factory answers its package: whole, or run by run. What is accepted is booked at once."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.services import Wanted, book_runs, release
from marketplace.common.errors import NotFound
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.trading.errors import OfferClosed, UnknownRun
from marketplace.trading.models import Deal, Package, Run
from marketplace.trading.rated import refusal_of
from marketplace.trading.services.settle import settle

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`accepted` are public ids of runs; every other run of the package is declined, with the reason.

    Of a rated order the reason is one of `rated.Refusal`, with the earliest date.
    """

    accepted: frozenset[str]
    reason: str = ""
    earliest_on: date | None = None


@transaction.atomic
def answer_package(*, viewer: Viewer, public_id: str, answer: Answer, now: datetime) -> Package:
    """Book the accepted runs and free the others.

    Raises `OfferClosed`, `UnknownRun`, `TimeTaken`, `RefusalNotListed`.
    """
    viewer.require_planner()
    found = Package.objects.filter(public_id=public_id, enterprise=viewer.enterprise_id)
    order_id = found.values_list("deal__order_id", flat=True).first()
    if order_id is None:
        raise NotFound(_("There is no such offer."))
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    package = (
        found.select_for_update(of=("self",), no_key=True).select_related("deal__order", "enterprise").get()
    )
    if package.status != Package.Status.OFFERED or now > package.answer_by:
        raise OfferClosed(_("This offer is closed: %(status)s.") % {"status": package.get_status_display()})
    runs = list(package.runs.filter(status=Run.Status.OFFERED))
    if unknown := answer.accepted - {run.public_id for run in runs}:
        raise UnknownRun(
            _("The answer names a run that is not in this offer."), field="accepted", value=min(unknown)
        )
    reason = answer.reason
    if len(answer.accepted) < len(runs):
        reason = refusal_of(package.deal.order, reason=reason, earliest_on=answer.earliest_on)
    _book(package, [run for run in runs if run.public_id in answer.accepted], viewer=viewer)
    _decline([run for run in runs if run.public_id not in answer.accepted])
    package.status = _status(num_accepted=len(answer.accepted), num_runs=len(runs))
    package.answered_at, package.answered_by_id, package.reason = now, viewer.person_id, reason
    package.save(update_fields=["status", "answered_at", "answered_by", "reason"])
    settle(package.deal, now=now)
    push_after_commit(f"enterprise:{package.enterprise.public_id}")
    return package


def expire_packages(*, now: datetime) -> int:
    """Close every open package whose time to answer is over; returns how many. Each order in a transaction of its own:
    one that cannot be settled is told in the log, holds up no other and is tried again by the next sweep.
    """
    num_expired = 0
    orders = _late(now).order_by("deal__order_id").values_list("deal__order_id", flat=True).distinct()
    for order_id in list(orders):
        try:
            num_expired += _expire_order(order_id, now=now)
        except Exception:  # whatever it is: the offers of others run out all the same
            log.exception("offers of order %s could not be closed; the next sweep tries again", order_id)
    return num_expired


@transaction.atomic
def _expire_order(order_id: int, *, now: datetime) -> int:
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    mine = (
        _late(now).filter(deal__order_id=order_id).select_related("deal__order", "enterprise").order_by("pk")
    )
    packages = list(mine.select_for_update(of=("self",), no_key=True))
    for package in packages:
        _decline(list(package.runs.filter(status=Run.Status.OFFERED)))
        package.status = Package.Status.EXPIRED
        package.save(update_fields=["status"])
        push_after_commit(f"enterprise:{package.enterprise.public_id}")
    for deal in Deal.objects.filter(pk__in={package.deal_id for package in packages}):
        settle(deal, now=now)
    return len(packages)


def _late(now: datetime) -> QuerySet[Package]:
    return Package.objects.filter(status=Package.Status.OFFERED, answer_by__lt=now)


def _book(package: Package, runs: list[Run], *, viewer: Viewer) -> None:
    wanted = [
        Wanted(
            equipment_id=run.equipment_id,
            starts_at=run.starts_at,
            ends_at=run.ends_at,
            reference=run.public_id,
            title=package.deal.order.title,
        )
        for run in runs
    ]
    if not wanted:
        return
    for run, row in zip(runs, book_runs(wanted=wanted, viewer=viewer), strict=True):
        run.status, run.taken = Run.Status.BOOKED, row
    Run.objects.bulk_update(runs, ["status", "taken"])


def _decline(runs: list[Run]) -> None:
    release(references=[run.public_id for run in runs])
    for run in runs:
        run.status, run.taken = Run.Status.DECLINED, None
    Run.objects.bulk_update(runs, ["status", "taken"])


def _status(*, num_accepted: int, num_runs: int) -> Package.Status:
    if num_accepted == 0:
        return Package.Status.DECLINED
    return Package.Status.ACCEPTED if num_accepted == num_runs else Package.Status.PARTLY
