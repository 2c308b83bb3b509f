"""What is public and to what extent: the whole matrix in plain words, for everybody."""

from django.http import HttpResponse
from django.shortcuts import render

from marketplace.accounts.http import ViewerRequest
from marketplace.disclosure.matrix import decide
from marketplace.disclosure.words import Audience, Group


def matrix(request: ViewerRequest) -> HttpResponse:
    """Nothing of any enterprise is on it."""
    rows = [
        {"group": group, "cells": [{"audience": audience, "cell": decide(group, audience)} for audience in Audience]}
        for group in Group
    ]  # fmt: skip
    return render(request, "disclosure/matrix.html", {"rows": rows, "audiences": list(Audience)})
