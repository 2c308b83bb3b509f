"""What is left of deals whose orders are done: nobody is asked any more, and time that nobody needs is free again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from marketplace.capacity.services import release
from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order
from marketplace.trading.models import Deal, Disturbance, Package, Run

LIVING = (Order.Status.PLACED, Order.Status.RUNNING)  # orders of which something may still change


def end_done_deals(*, now: datetime) -> int:
    """Each in a transaction of its own; returns how many had something left. Doing it again does nothing."""
    keys = list(_with_rest(now=now).order_by("pk").values_list("pk", flat=True))
    return sum(_end(key, now=now) for key in keys)


@transaction.atomic
def _end(deal_id: int, *, now: datetime) -> bool:
    """Runs stay booked, for they share in what was accepted; those to come give their time back."""
    Order.objects.select_for_update(no_key=True).get(deals=deal_id)
    deal = _with_rest(now=now).select_related("order").filter(pk=deal_id).first()
    if deal is None:
        return False
    deal.disturbances.filter(status__in=Disturbance.LIVING).update(
        status=Disturbance.Status.OVER, ended_at=now
    )
    runs = Run.objects.filter(package__deal=deal)
    asked = runs.filter(status=Run.Status.OFFERED)
    release(references=[*_to_come(runs, now=now), *asked.values_list("public_id", flat=True)])
    asked.update(status=Run.Status.REPLACED)
    deal.packages.filter(status=Package.Status.OFFERED).update(status=Package.Status.WITHDRAWN)
    deal.proposed_run = None
    deal.save(update_fields=["proposed_run"])
    firms = deal.packages.values_list("enterprise__public_id", flat=True)
    push_after_commit(f"order:{deal.order.public_id}", *{f"enterprise:{firm}" for firm in firms})
    return True


def _to_come(runs: QuerySet[Run], *, now: datetime) -> list[str]:
    taken = runs.filter(status=Run.Status.BOOKED, starts_at__gt=now, taken__isnull=False)
    return list(taken.values_list("public_id", flat=True))


def _with_rest(*, now: datetime) -> QuerySet[Deal]:
    """Agreed deals of orders that are done, with an open disturbance, an open offer or time taken that is to come."""
    disturbed = Disturbance.objects.filter(deal=OuterRef("pk"), status__in=Disturbance.LIVING)
    asked = Package.objects.filter(deal=OuterRef("pk"), status=Package.Status.OFFERED)
    taken = Run.objects.filter(
        package__deal=OuterRef("pk"), status=Run.Status.BOOKED, starts_at__gt=now, taken__isnull=False
    )
    done = Deal.objects.filter(order__status=Order.Status.DONE, status=Deal.Status.AGREED)
    return done.filter(Exists(disturbed) | Exists(asked) | Exists(taken))
