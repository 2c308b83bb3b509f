"""Text that no database holds is refused at the door, wherever in a request it stands; nothing of ours has it in an id."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict

from marketplace.common.checks import is_storable_text

View = Callable[..., HttpResponse]


class StorableTextMiddleware:
    """Looks at path, query, cookies and the fields of forms. Bodies of the API are looked at by its parser."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        texts = [request.path_info, *request.COOKIES.values(), *_texts(request.GET)]
        return self.get_response(request) if all(map(is_storable_text, texts)) else _refused()

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Views without protection against forged forms take no forms; their bodies stay unread here."""
        if getattr(view, "csrf_exempt", False) or all(map(is_storable_text, _texts(request.POST))):
            return None
        return _refused()


def _texts(fields: QueryDict) -> Iterable[str]:
    for name, values in fields.lists():
        yield name
        yield from map(str, values)


def _refused() -> HttpResponse:
    return HttpResponseBadRequest("NUL or half a surrogate pair in the request", content_type="text/plain")
