"""First articles as the buyer sees them, one by one and by order. The enterprise goes into the query itself."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.orders.models import Order
from marketplace.production.models import ArticleApproval

MOST_ORDERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWithArticles:
    """How many first articles of an order wait and are decided; `waits_since` is business time, None if none waits."""

    public_id: str
    title: str
    num_waiting: int
    num_decided: int
    waits_since: datetime | None


def articles_for_buyer(viewer: Viewer) -> QuerySet[ArticleApproval]:
    """First articles of the viewer's orders, those that wait first, without their photos."""
    if viewer.enterprise_id is None:
        return ArticleApproval.objects.none()
    return (
        ArticleApproval.objects.filter(work_order__order__buyer_id=viewer.enterprise_id)
        .select_related(
            "work_order__order", "work_order__run__operation", "work_order__equipment__enterprise"
        )
        .defer("photo")
        .order_by("verdict", "-pk")
    )


def articles_of_order(order: Order) -> QuerySet[ArticleApproval]:
    """All first articles of an order, without their photos. For callers that have shown that it is the viewer's."""
    return (
        ArticleApproval.objects.filter(work_order__order=order)
        .select_related(
            "work_order__order", "work_order__run__operation", "work_order__equipment__enterprise"
        )
        .defer("photo")
        .order_by("asked_at", "pk")
    )


def orders_with_articles(viewer: Viewer) -> list[OrderWithArticles]:
    """The viewer's orders of which first articles were shown, longest waiting first; at most MOST_ORDERS."""
    waiting = Q(work_orders__articles__verdict=ArticleApproval.Verdict.WAITING)
    rows = (
        Order.objects.filter(buyer_id=viewer.enterprise_id or 0, work_orders__articles__isnull=False)
        .annotate(
            num_waiting=Count("work_orders__articles", filter=waiting),
            num_decided=Count("work_orders__articles", filter=~waiting),
            waits_since=Min("work_orders__articles__asked_at", filter=waiting),
        )
        .order_by(F("waits_since").asc(nulls_last=True), "-pk")
    )
    return [
        OrderWithArticles(**row)
        for row in rows.values("public_id", "title", "num_waiting", "num_decided", "waits_since")[
            :MOST_ORDERS
        ]
    ]


def article_for_buyer(viewer: Viewer, *, public_id: str) -> ArticleApproval:
    found = articles_for_buyer(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such first article."))
    return found


def photo_of(viewer: Viewer, *, public_id: str) -> bytes:
    """For the buyer, and for the factory that took it."""
    if viewer.enterprise_id is None:
        raise NotFound(_("There is no such first article."))
    rows = ArticleApproval.objects.filter(public_id=public_id)
    own = rows.filter(work_order__equipment__enterprise_id=viewer.enterprise_id)
    bought = rows.filter(work_order__order__buyer_id=viewer.enterprise_id)
    found = (own | bought).first()
    if found is None:
        raise NotFound(_("There is no such first article."))
    return bytes(found.photo)
