"""A drill on a copy of the network: a fictitious order, and what its plan would do."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.forms.powers import ExerciseForm
from marketplace.mobilisation.goods import templates
from marketplace.mobilisation.views.verified import once_verified


@once_verified
def new(request: ViewerRequest, declaration: str) -> HttpResponse:
    now = clock.now()
    found = selectors.live_declaration(request.viewer, public_id=declaration, now=now)
    services.require_drill(found)
    form = ExerciseForm(request.POST or None, products=templates().filter(code__in=found.products))
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            made = services.ask_exercise(
                viewer=request.viewer, declaration_public_id=declaration, now=now, **form.cleaned_data
            )
        if form.is_valid():
            return redirect("mobilisation:exercise", made.public_id)
    return render(request, "mobilisation/new_exercise.html", {"form": form, "declaration": found})


@require_safe
@once_verified
def exercise(request: ViewerRequest, exercise: str) -> HttpResponse:
    """What would be made and what would give way, without anybody's name."""
    found = selectors.exercise(request.viewer, public_id=exercise)
    num_runs = sum(row["runs"] for row in found.displaced)
    rows = [(row, row["minutes"] / 60) for row in found.displaced]
    context = {"exercise": found, "rows": rows, "num_runs": num_runs, "declaration": found.declaration}
    return render(request, "mobilisation/exercise.html", context)
