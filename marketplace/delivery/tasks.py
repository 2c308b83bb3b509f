"""What workers do for delivery."""

from celery import shared_task

from marketplace.common import clock
from marketplace.common.periodic import periodic_task
from marketplace.delivery import services


@shared_task(name="delivery.plan_shipments")  # type: ignore[untyped-decorator]
def plan_shipments(deal_public_id: str) -> None:
    services.plan_shipments(deal_public_id=deal_public_id)


@shared_task(name="delivery.goods_ready")  # type: ignore[untyped-decorator]
def goods_ready(order_public_id: str) -> None:
    """Work is finished somewhere: pages of those who send show what may leave now."""
    services.announce_ready(order_public_id=order_public_id)


@periodic_task("delivery.sweep")
def sweep() -> None:
    services.sweep(now=clock.now())
