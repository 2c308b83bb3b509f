"""The coordinator's screens in normal times, and the way into an emergency."""

from collections import Counter
from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.show.amounts import quantity_text
from marketplace.mobilisation import selectors
from marketplace.mobilisation.rows import declaration_rows
from marketplace.mobilisation.selectors.control_room import Need
from marketplace.mobilisation.views.verified import once_verified


@once_verified
def control_room(request: ViewerRequest) -> HttpResponse:
    now = clock.now()
    needs = selectors.need(request.viewer)
    gaps = _gaps(needs)
    context = {
        "needs": needs,
        "gap": " + ".join(quantity_text(gap, unit) for unit, gap in gaps.items()),
        "capacity": selectors.capacity(request.viewer, now=now),
        "weeks": [
            selectors.first_week(now) + number * selectors.WEEK for number in range(selectors.NUM_WEEKS)
        ],
        "emergencies": [row for row in declaration_rows(request.viewer, now=now) if row.is_open],
    }
    return render(request, "mobilisation/control_room.html", context)


def _gaps(needs: Iterable[Need]) -> dict[str, int]:
    """What is wanted and not booked, by unit; units with nothing left are not in it."""
    gaps: Counter[str] = Counter()
    for need in needs:
        gaps[need.unit] += need.gap
    return dict(+gaps)


@once_verified
def network(request: ViewerRequest) -> HttpResponse:
    return render(
        request, "mobilisation/network.html", {"factories": selectors.network(request.viewer)[:2000]}
    )
