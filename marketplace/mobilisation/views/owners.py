"""What a factory reads about itself: looks at its capacity, what was written down, what it is asked."""

from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.common import clock
from marketplace.mobilisation import selectors
from marketplace.mobilisation.models import Answer
from marketplace.mobilisation.selectors.questions import is_open


@require_safe
@login_required
def readings(request: ViewerRequest) -> HttpResponse:
    now = clock.now()
    asks = selectors.asked_of(request.viewer)
    context = {
        "opened": selectors.reading_summary(request.viewer, now=now),
        "readings": selectors.readings_of(request.viewer)[:500],
        "recorded": selectors.recorded_about(request.viewer),
        "asks": [
            (ask, selectors.link_of(ask), is_open(ask.question, now=now), _last(ask.answers.all()))
            for ask in asks
        ],
    }
    return render(request, "mobilisation/readings.html", context)


def _last(answers: Iterable[Answer]) -> Answer | None:
    return max(answers, key=lambda answer: answer.revision, default=None)
