"""Pages for verified offices; before that, what is still missing."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.selectors import get_enterprise
from marketplace.mobilisation.errors import NotVerified

P = ParamSpec("P")
Page = Callable[Concatenate[ViewerRequest, P], HttpResponse]


def once_verified(page: Page[P]) -> Page[P]:
    """The page, or what is still missing before it can be shown."""

    @login_required
    @wraps(page)
    def shown(request: ViewerRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return page(request, *args, **kwargs)
        except NotVerified:
            enterprise = get_enterprise(viewer=request.viewer)
            context = {
                "enterprise": enterprise,
                "has_number": bool(enterprise.registration_number),
                "has_site": enterprise.sites.exists(),
            }
            return render(request, "mobilisation/not_verified.html", context)

    return shown
