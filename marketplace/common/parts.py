"""Parts of pages that htmx reads by themselves: opened by a person, their address leads to the page they are a part of."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

P = ParamSpec("P")
Request = TypeVar("Request", bound=HttpRequest)
Part = Callable[Concatenate[Request, P], HttpResponse]


def part_of(page: str) -> Callable[[Part[Request, P]], Part[Request, P]]:
    """`page` is the name of a URL with the same arguments. What the part refuses is refused before the way is shown."""

    def decorate(part: Part[Request, P]) -> Part[Request, P]:
        @wraps(part)
        def shown(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            answer = part(request, *args, **kwargs)
            return (
                answer
                if request.headers.get("HX-Request")
                else redirect(reverse(page, args=args, kwargs=kwargs))
            )

        return shown

    return decorate
