"""What a factory may read about itself: who looked at its capacity, what was written down about it, what it is asked."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from marketplace.accounts.viewer import Viewer
from marketplace.mobilisation.models import Ask, Declaration, DeclaredCapacity, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A declaration that covers, or covered, some machine of the viewer's: how often it was looked at."""

    declaration: Declaration
    state: str
    num_looks: int
    last_read_at: datetime


def readings_of(viewer: Viewer) -> QuerySet[Reading]:
    """Every look at a machine of the viewer's enterprise, newest first."""
    return Reading.objects.filter(owner=viewer.enterprise_id).select_related("declaration__office", "person")


def reading_summary(viewer: Viewer, *, now: datetime) -> list[Opened]:
    """By declaration, the newest first; two queries."""
    counts = {
        row["declaration"]: row
        for row in Reading.objects.filter(owner=viewer.enterprise_id)
        .values("declaration")
        .annotate(looks=Count("id"), last=Max("read_at"))
        .order_by()
    }
    found = Declaration.objects.filter(pk__in=counts).select_related("office")
    return [
        Opened(
            declaration=one,
            state=one.state_at(now),
            num_looks=counts[one.pk]["looks"],
            last_read_at=counts[one.pk]["last"],
        )
        for one in found
    ]


def recorded_about(viewer: Viewer) -> QuerySet[DeclaredCapacity]:
    """What offices wrote down as the capacity of the viewer's enterprise."""
    return DeclaredCapacity.objects.filter(firm__enterprise=viewer.enterprise_id).select_related(
        "firm__office", "recorded_by"
    )


def asked_of(viewer: Viewer) -> list[Ask]:
    """Questions to the viewer's enterprise, newest first."""
    asks = (
        Ask.objects.filter(firm__enterprise=viewer.enterprise_id)
        .select_related("question__office", "question__declaration", "firm")
        .prefetch_related("answers")
        .order_by("-id")
    )
    return list(asks[:200]) if viewer.enterprise_id is not None else []
