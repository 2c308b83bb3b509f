"""Work orders of an order as plain rows: a thousand of them are read in milliseconds. For callers that have shown who may
see them."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Q

from marketplace.production.models import WorkOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """A `WorkOrder` with what pages say of its run and machine. Business time.

    `starts_at` and `ends_at` are the plan's, `item` is what it makes, counted in `unit`s.
    """

    pk: int
    public_id: str
    code: str
    status: str
    article: str
    first_quantity: int
    quantity: int
    good: int
    scrap: int
    started_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    starts_at: datetime
    ends_at: datetime
    operation_id: int
    operation: str
    operation_code: str
    item: str
    unit: str
    equipment_id: int
    enterprise_id: int
    enterprise: str
    site_id: int

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def remaining(self) -> int:
        """Good pieces still wanted."""
        return self.quantity - self.good

    @property
    def waits_for_article(self) -> bool:
        return self.first_quantity > 0 and self.article != WorkOrder.Article.APPROVED

    def get_status_display(self) -> str:
        return str(WorkOrder.Status(self.status).label)

    def get_article_display(self) -> str:
        return str(WorkOrder.Article(self.article).label)


_ELSEWHERE = {
    "starts_at": "run__starts_at",
    "ends_at": "run__ends_at",
    "operation_id": "run__operation_id",
    "operation": "run__operation__name",
    "operation_code": "run__operation__code",
    "item": "run__operation__makes",
    "unit": "run__operation__unit",
    "enterprise_id": "equipment__enterprise_id",
    "enterprise": "equipment__enterprise__name",
    "site_id": "equipment__site_id",
}
_NAMES = tuple(field.name for field in fields(WorkRow))
_COLUMNS = tuple(_ELSEWHERE.get(name, name) for name in _NAMES)


def work_matching(text: str) -> Q:
    """Work orders of which code, step or factory hold each word of `text`; all for none."""
    found = Q()
    for word in text.split():
        found &= (
            Q(code__icontains=word)
            | Q(run__operation__name__icontains=word)
            | Q(equipment__enterprise__name__icontains=word)
        )
    return found


def work_rows(order_id: int, *only: Q, first: int = 0, most: int | None = None) -> list[WorkRow]:
    """In the order of the routing and of time; of those that are `only`, `most` from the place `first` on. One query."""
    found = (
        WorkOrder.objects.filter(*only, order_id=order_id)
        .order_by("run__operation__position", "run__starts_at", "pk")
        .values_list(*_COLUMNS)
    )
    last = None if most is None else first + most
    return [WorkRow(**dict(zip(_NAMES, row, strict=True))) for row in found[first:last]]
