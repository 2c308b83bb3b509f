"""Reading deals and offers: a buyer sees its own deals, a factory its own packages and runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.capacity.models import Equipment
from marketplace.common.errors import NotFound
from marketplace.orders.models import Order
from marketplace.trading.errors import NoDisturbance
from marketplace.trading.facets import ACCEPTED
from marketplace.trading.models import Deal, DelayDocument, DelayNotice, Disturbance, Package, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class DealProgress:
    """How far the answers are. Counts of packages and of runs."""

    num_packages: int
    num_answered: int
    num_declined: int
    num_gave_way: int  # of those answered: accepted, and no run of it is left
    num_runs: int
    num_booked: int


def packages(viewer: Viewer) -> QuerySet[Package]:
    """The offers made to the viewer's enterprise, open ones first, newest first.

    `num_pieces` adds up the runs; it says something where `first_unit` is `last_unit`.
    """
    if viewer.enterprise_id is None:
        return Package.objects.none()
    return (
        Package.objects.filter(enterprise_id=viewer.enterprise_id)
        .select_related("deal__order__product", "deal__order__buyer", "deal__plan_run", "enterprise")
        .defer("deal__plan_run__problem", "deal__plan_run__plan")
        .annotate(
            num_runs=Count("runs"),
            num_pieces=Sum("runs__quantity"),
            first_unit=Min("runs__operation__unit"),
            last_unit=Max("runs__operation__unit"),
            is_open=Q(status=Package.Status.OFFERED),
        )
        .order_by("-is_open", "-id")
    )


def package(viewer: Viewer, *, public_id: str) -> Package:
    """One offer with its runs."""
    runs = Run.objects.select_related("equipment__site", "equipment__device", "operation")
    found = packages(viewer).filter(public_id=public_id).prefetch_related(Prefetch("runs", runs)).first()
    if found is None:
        raise NotFound(_("There is no such offer."))
    return found


def own_runs(viewer: Viewer) -> QuerySet[Run]:
    """Booked runs on the viewer's machines, by start."""
    if viewer.enterprise_id is None:
        return Run.objects.none()
    return (
        Run.objects.filter(package__enterprise_id=viewer.enterprise_id, status=Run.Status.BOOKED)
        .select_related("equipment__site", "equipment__device", "operation", "package__deal__order__product")
        .order_by("starts_at", "id")
    )


def runs_between(viewer: Viewer, *, starts_at: datetime, ends_at: datetime) -> QuerySet[Run]:
    """Booked runs of the viewer's that touch [starts_at, ends_at)."""
    return own_runs(viewer).filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


def deal_of_order(viewer: Viewer, *, order_public_id: str) -> Deal | None:
    """The living deal of the viewer's order, None before one is chosen. Raises `NotFound` for a foreign order."""
    order = Order.objects.filter(public_id=order_public_id, buyer_id=viewer.enterprise_id).first()
    if order is None or viewer.enterprise_id is None:
        raise NotFound(_("There is no such order."))
    return (
        Deal.objects.filter(order=order)
        .exclude(status=Deal.Status.FAILED)
        .select_related("order__product", "order__buyer", "plan_run", "proposed_run")
        .defer("plan_run__problem", "plan_run__plan", "proposed_run__problem", "proposed_run__plan")
        .first()
    )


def deal_progress(deal: Deal) -> DealProgress:
    """Two queries. The caller has shown that the deal is the viewer's."""
    answered = [
        Package.Status.ACCEPTED,
        Package.Status.PARTLY,
        Package.Status.DECLINED,
        Package.Status.EXPIRED,
    ]
    counted = deal.packages.aggregate(
        packages=Count("id"),
        answered=Count("id", filter=Q(status__in=answered)),
        gave_way=Count("id", filter=Q(gave_way_at__isnull=False)),
        declined=Count("id", filter=Q(status__in=[Package.Status.DECLINED, Package.Status.EXPIRED])),
    )
    living = Run.objects.filter(package__deal=deal).exclude(status=Run.Status.REPLACED)
    runs = living.aggregate(runs=Count("id"), booked=Count("id", filter=Q(status=Run.Status.BOOKED)))
    return DealProgress(
        num_packages=counted["packages"],
        num_answered=counted["answered"],
        num_declined=counted["declined"],
        num_gave_way=counted["gave_way"],
        num_runs=runs["runs"],
        num_booked=runs["booked"],
    )


class Timed(Protocol):
    """A run, or a row of one."""

    @property
    def status(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def state_of(run: Timed, *, now: datetime) -> str:
    """offered, declined, booked, running or done, by the business clock."""
    if run.status != Run.Status.BOOKED:
        return str(run.status)
    if now < run.starts_at:
        return "booked"
    return "running" if now < run.ends_at else "done"


def next_pay(viewer: Viewer, *, now: datetime) -> Package | None:
    """The accepted offer that is paid next; what gave way is not paid."""
    accepted = packages(viewer).filter(
        status__in=[Package.Status.ACCEPTED, Package.Status.PARTLY], gave_way_at=None
    )
    return accepted.filter(pay_on__gte=now.date()).order_by("pay_on").first()


def has_machines(viewer: Viewer) -> bool:
    return Equipment.objects.filter(enterprise=viewer.enterprise_id).exists()


def disturbances(viewer: Viewer) -> QuerySet[Disturbance]:
    """Of the viewer's orders, and of runs on the viewer's machines; newest first."""
    if viewer.enterprise_id is None:
        return Disturbance.objects.none()
    mine = Q(deal__order__buyer_id=viewer.enterprise_id) | Q(
        run__equipment__enterprise_id=viewer.enterprise_id
    )
    return (
        Disturbance.objects.filter(mine)
        .select_related("deal__order", "run__equipment__site__enterprise", "run__operation", "plan_run")
        .defer("plan_run__problem", "plan_run__plan", "plan_run__in_force", "plan_run__pins")
    )


def disturbance(viewer: Viewer, *, public_id: str) -> Disturbance:
    found = disturbances(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NoDisturbance(_("There is no such disturbance."))
    return found


def delay_notices(viewer: Viewer, deal: Deal) -> QuerySet[DelayNotice]:
    """What was confirmed to the viewer in writing of a deal of its own, newest first."""
    return DelayNotice.objects.filter(deal=deal, deal__order__buyer_id=viewer.require_enterprise()).order_by(
        "-number"
    )


def delay_document(viewer: Viewer, *, public_id: str, language: str) -> DelayDocument:
    """The PDF of a notice of delay to the viewer's enterprise. Raises `NotFound`."""
    found = DelayDocument.objects.filter(
        notice__public_id=public_id, notice__deal__order__buyer_id=viewer.enterprise_id
    )
    document = found.filter(language=language).first() or found.filter(language="en").first()
    if document is None or viewer.enterprise_id is None:
        raise NotFound(_("There is no such document."))
    return document


def disturbances_of(viewer: Viewer, deal: Deal) -> list[Disturbance]:
    """Of one deal of the viewer's: living ones first, newest first."""
    rows = disturbances(viewer).filter(deal=deal)
    return sorted(rows, key=lambda one: one.status not in Disturbance.LIVING)


def runs_to_come(deal: Deal, *, now: datetime) -> QuerySet[Run]:
    """Booked runs that have not begun, by start. The caller has shown that the deal is the viewer's."""
    return (
        Run.objects.filter(package__deal=deal, status=Run.Status.BOOKED, starts_at__gt=now)
        .select_related("equipment__site__enterprise", "operation")
        .order_by("starts_at", "pk")
    )


def run_of_party(viewer: Viewer, *, public_id: str) -> Run:
    """A run for its buyer, once the deal is agreed and the factory has accepted, or for its factory."""
    if viewer.enterprise_id is None:
        raise NotFound(_("There is no such run."))
    agreed = Q(
        package__deal__order__buyer_id=viewer.enterprise_id,
        package__deal__status=Deal.Status.AGREED,
        package__status__in=ACCEPTED,
    )
    found = (
        Run.objects.filter(Q(package__enterprise_id=viewer.enterprise_id) | agreed, public_id=public_id)
        .select_related(
            "package__deal__order__product", "package__enterprise", "equipment__site__enterprise", "operation"
        )
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such run."))
    return found
