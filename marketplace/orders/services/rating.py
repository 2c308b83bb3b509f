"""Which order comes first. For the apps above, which have checked who says so and why."""

from django.db import transaction

from marketplace.common.live import push_after_commit
from marketplace.orders.models import Order, Rating


@transaction.atomic
def set_rating(*, order: Order, rating: str, programme: str) -> Order:
    """`rating` is one of `Rating`, `programme` the public id it is rated under; both empty end a rating."""
    fresh = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    order.rating, order.programme = Rating(rating), programme
    order.version = fresh.version + 1
    order.save(update_fields=["rating", "programme", "version"])
    push_after_commit(f"order:{order.public_id}")
    return order
