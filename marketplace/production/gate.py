"""The gate of the first article: at each machine the first pieces of an operation are shown before the rest is made."""

from dataclasses import dataclass

from django.db.models import Q

from marketplace.production.models import WorkOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The work order asked for may make so many good pieces until that of `code` is approved."""

    code: str
    may_make: int


def article_gate(work_order: WorkOrder) -> Gate | None:
    """None where nothing waits."""
    first = governing(work_order)
    if first is None or not first.waits_for_article:
        return None
    return Gate(code=first.code, may_make=first.first_quantity if first.pk == work_order.pk else 0)


def governing(work_order: WorkOrder) -> WorkOrder | None:
    """The work order whose first pieces speak for this one's machine and operation."""
    if work_order.first_quantity:
        return work_order
    return (
        WorkOrder.objects.filter(
            order_id=work_order.order_id,
            equipment_id=work_order.equipment_id,
            run__operation_id=work_order.run.operation_id,
            first_quantity__gt=0,
        )
        .exclude(status=WorkOrder.Status.CANCELLED)
        .order_by("pk")
        .first()
    )


def may_ship(work_order: WorkOrder) -> bool:
    """Its goods may leave: the first pieces at its machine are approved."""
    return article_gate(work_order) is None


def unapproved(order_id: int) -> Q:
    """Which work orders of an order may not ship yet, as a filter; one query."""
    waiting = (
        WorkOrder.objects.filter(order_id=order_id, first_quantity__gt=0)
        .exclude(article=WorkOrder.Article.APPROVED)
        .exclude(status=WorkOrder.Status.CANCELLED)
        .values_list("equipment_id", "run__operation_id")
    )
    found = Q(pk__in=[])
    for equipment_id, operation_id in waiting:
        found |= Q(equipment_id=equipment_id, run__operation_id=operation_id)
    return found & Q(order_id=order_id)
