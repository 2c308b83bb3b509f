"""The audit trail of a declaration: read, looked through, taken away as CSV."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common.sheets import csv_response
from marketplace.mobilisation import selectors
from marketplace.mobilisation.forms.trail import TrailForm
from marketplace.mobilisation.report import trail_table
from marketplace.mobilisation.views.verified import once_verified


@require_safe
@once_verified
def trail(request: ViewerRequest, declaration: str) -> HttpResponse:
    found = selectors.declaration(request.viewer, public_id=declaration)
    whole = selectors.trail(found)
    form = TrailForm(request.GET or None, trail=whole)
    shown = selectors.trail(found, wanted=form.wanted()) if form.is_bound else whole
    context = {
        "declaration": found,
        "form": form,
        "trail": shown,
        "num_all": len(whole),
        "query": request.GET.urlencode(),
    }
    return render(request, "mobilisation/trail_page.html", context)


@require_safe
@once_verified
def trail_csv(request: ViewerRequest, declaration: str) -> HttpResponse:
    """What the page shows, with the facts as they were written and the hash of each entry."""
    found = selectors.declaration(request.viewer, public_id=declaration)
    form = TrailForm(request.GET, trail=selectors.trail(found))
    header, rows = trail_table(selectors.trail(found, wanted=form.wanted()))
    return csv_response(name=f"{declaration}-audit.csv", header=header, rows=rows)
