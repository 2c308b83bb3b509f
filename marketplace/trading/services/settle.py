"""What follows when the last factory has answered: agreed, or what was declined is planned again."""

from datetime import datetime

from marketplace.common.live import push_after_commit
from marketplace.trading.models import Deal, Disturbance, Package, Run
from marketplace.trading.services.agree import agree
from marketplace.trading.services.disturb import raise_disturbance
from marketplace.trading.services.propose import propose


def settle(deal: Deal, *, now: datetime) -> None:
    """Called under the order's lock after every answer."""
    push_after_commit(f"order:{deal.order.public_id}")
    if deal.status not in (Deal.Status.OFFERING, Deal.Status.AGREED):
        return
    if deal.packages.filter(status=Package.Status.OFFERED).exists():
        return
    refused = Run.objects.filter(
        package__deal=deal, status__in=[Run.Status.DECLINED, Run.Status.DISPLACED]
    ).exclude(disturbances__status__in=Disturbance.LIVING)
    found = list(refused.select_related("equipment", "package").order_by("pk"))
    for run in found:
        raise_disturbance(
            deal,
            run=run,
            kind=Disturbance.Kind.DECLINED,
            cause="not-answered" if run.package.status == Package.Status.EXPIRED else "declined",
            now=now,
        )
    is_disturbed = deal.disturbances.filter(status__in=Disturbance.LIVING).exists()
    if found or (is_disturbed and deal.status == Deal.Status.OFFERING):
        propose(deal, now=now)
    elif not is_disturbed:
        agree(deal)
