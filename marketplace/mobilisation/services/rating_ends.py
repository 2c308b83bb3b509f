"""Ratings end with their declaration, where nothing is agreed yet, and with an order that is not what was rated."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from marketplace.common import audit
from marketplace.mobilisation.models import Declaration, OrderRating
from marketplace.mobilisation.selectors.programmes import NOT_AGREED
from marketplace.orders.models import Order
from marketplace.orders.services import set_rating


def end_ratings(declaration: Declaration, *, now: datetime) -> list[OrderRating]:
    """Of orders that are not agreed; what is agreed keeps its place until it is delivered. To be logged after."""
    ratings = OrderRating.objects.filter(
        programme__declaration=declaration, ended_at=None, order__status__in=NOT_AGREED
    )
    return _end(ratings.values_list("pk", "order_id"), reason=_("The declaration ended."), now=now)


@transaction.atomic
def end_outdated_ratings(*, now: datetime) -> int:
    """For the sweep: an order that was changed or cancelled is no longer what somebody signed for."""
    alive = OrderRating.objects.filter(ended_at=None)
    changed = alive.exclude(order_revision=F("order__revision")).filter(order__status__in=NOT_AGREED)
    cancelled = alive.filter(order__status=Order.Status.CANCELLED)
    ended = _end(changed.values_list("pk", "order_id"), reason=_("The order was changed."), now=now)
    ended += _end(cancelled.values_list("pk", "order_id"), reason=_("The order was cancelled."), now=now)
    log_ended(ended, now=now)
    return len(ended)


def log_ended(ratings: Iterable[OrderRating], *, now: datetime) -> None:
    """After the last row is locked."""
    for rating in ratings:
        audit.record(
            action="mobilisation.rating-ended",
            viewer=None,
            subject=rating.programme.declaration.public_id,
            facts={"order": rating.order.public_id, "rating": rating.rating, "reason": rating.end_reason},
            now=now,
        )


def _end(found: Iterable[tuple[int, int]], *, reason: str, now: datetime) -> list[OrderRating]:
    """Orders are locked first, in the order of their keys, as everywhere."""
    ended = []
    for pk, order_id in sorted(found, key=lambda pair: pair[1]):
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        rating = (
            OrderRating.objects.select_for_update(of=("self",), no_key=True)
            .select_related("programme__declaration", "order")
            .filter(pk=pk, ended_at=None)
            .first()
        )
        if rating is None:
            continue
        rating.ended_at, rating.end_reason = now, reason
        rating.save(update_fields=["ended_at", "end_reason"])
        if not rating.is_drill:
            set_rating(order=order, rating="", programme="")
        ended.append(rating)
    return ended
