"""Expected refusals of the domain become pages: an unknown thing is 404, others are told in the page they come from. So
does a look at an address that only takes what a form sends, as after a reload.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import is_valid_path
from django.utils.http import url_has_allowed_host_and_scheme

from marketplace.common.errors import DomainError, NotFound


class RefusalMiddleware:
    """For HTML only; the API has its own error shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET":
            return _with_page(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if isinstance(error, NotFound):
            return not_found(request, Http404(str(error.text)))
        if getattr(request, "htmx", False):
            return _as_message(request, error)
        if request.method == "POST" and (back := _same_site_referer(request)):
            messages.error(request, str(error.text))
            return redirect(back)
        return render(request, "refused.html", {"error": error}, status=error.http_status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same page, word for word, for a foreign id and for one that does not exist."""
    return render(request, "404.html", status=404)


def _with_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The same answer with words and a way back; Django's own has none."""
    page = render(request, "405.html", {"back": _page_above(request.path)}, status=response.status_code)
    page["Allow"] = response["Allow"]
    return page


def _page_above(path: str) -> str:
    """The nearest address above that there is: forms are sent to addresses below the page they stand on."""
    above = path.rstrip("/")
    while above := above.rpartition("/")[0]:
        for found in (f"{above}/", above):
            if is_valid_path(found):
                return found
    return "/"


def _as_message(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Into the page's messages, whatever the request wanted to swap."""
    messages.error(request, str(error.text))
    response = render(request, "components/messages.html", status=error.http_status)
    response["HX-Retarget"] = "#messages"
    response["HX-Reswap"] = "innerHTML"
    return response


def _same_site_referer(request: HttpRequest) -> str:
    referer = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return referer if is_ours else ""
