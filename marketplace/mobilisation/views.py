"""The coordinator's screens in normal times; before the office is verified, the way to get there."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.selectors import get_enterprise
from marketplace.common import clock
from marketplace.common.show.amounts import quantity_text
from marketplace.mobilisation import selectors
from marketplace.mobilisation.errors import NotVerified

Page = Callable[[ViewerRequest], HttpResponse]


def _once_verified(page: Page) -> Page:
    """The page, or what is still missing before it can be shown."""

    @login_required
    @wraps(page)
    def shown(request: ViewerRequest) -> HttpResponse:
        try:
            return page(request)
        except NotVerified:
            enterprise = get_enterprise(viewer=request.viewer)
            context = {
                "enterprise": enterprise,
                "has_number": bool(enterprise.registration_number),
                "has_site": enterprise.sites.exists(),
            }
            return render(request, "mobilisation/not_verified.html", context)

    return shown


@_once_verified
def control_room(request: ViewerRequest) -> HttpResponse:
    now = clock.now()
    needs = selectors.need(request.viewer)
    open_gap = sum(need.gap for need in needs)
    context = {
        "needs": needs,
        "open_gap": open_gap,
        "gap": quantity_text(open_gap),
        "capacity": selectors.capacity(request.viewer, now=now),
        "weeks": [
            selectors.first_week(now) + number * selectors.WEEK for number in range(selectors.NUM_WEEKS)
        ],
    }
    return render(request, "mobilisation/control_room.html", context)


@_once_verified
def network(request: ViewerRequest) -> HttpResponse:
    return render(
        request, "mobilisation/network.html", {"factories": selectors.network(request.viewer)[:2000]}
    )
