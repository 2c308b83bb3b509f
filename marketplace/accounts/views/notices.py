"""What the enterprise was told."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from marketplace.accounts import services
from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.notices import sentence_of
from marketplace.accounts.selectors import notices_of, num_unread
from marketplace.common import clock
from marketplace.common.parts import part_of

ROWS_A_PAGE = 50


@login_required
def notices(request: ViewerRequest) -> HttpResponse:
    page = Paginator(notices_of(request.viewer), ROWS_A_PAGE).get_page(request.GET.get("page"))
    now = clock.now()
    shown = {
        "page": page,
        "rows": [(notice, sentence_of(notice.kind, notice.facts, now=now)) for notice in page],
        "num_unread": num_unread(request.viewer),
    }
    return render(request, "accounts/notices.html", shown)


@require_POST
@login_required
def mark_read(request: ViewerRequest) -> HttpResponse:
    services.mark_read(viewer=request.viewer, up_to=request.POST.get("up_to", ""), real_now=clock.real_now())
    return redirect("accounts:notices")


@login_required
@part_of("accounts:notices")
def bell(request: ViewerRequest) -> HttpResponse:
    """The bell of the shell alone, which reads itself again."""
    return render(request, "components/shell/bell.html")
