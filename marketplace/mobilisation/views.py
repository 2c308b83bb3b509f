"""The coordinator's screens in normal times."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.show.amounts import quantity_text
from marketplace.mobilisation import selectors


@login_required
def control_room(request: ViewerRequest) -> HttpResponse:
    now = clock.now()
    needs = selectors.need(request.viewer)
    open_gap = sum(need.gap for need in needs)
    context = {
        "needs": needs,
        "open_gap": open_gap,
        "gap": quantity_text(open_gap),
        "capacity": selectors.capacity(request.viewer, now=now),
        "weeks": range(1, selectors.NUM_WEEKS + 1),
    }
    return render(request, "mobilisation/control_room.html", context)


@login_required
def network(request: ViewerRequest) -> HttpResponse:
    return render(
        request, "mobilisation/network.html", {"factories": selectors.network(request.viewer)[:2000]}
    )
