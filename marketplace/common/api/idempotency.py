"""`Idempotency-Key`: the same POST sent again gets the first answer and does nothing.

The key is claimed in the same transaction as the work: of two calls at once the second waits for the first.
Refused calls are not remembered, they changed nothing and may be tried again. Keys and tokens that an answer tells
once are not kept either: a replay leaves them empty.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.common.clock import real_now
from marketplace.common.errors import Conflict, InvalidInput
from marketplace.common.models import RememberedAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 128
KEY_PARAMETER = OpenApiParameter(
    HEADER,
    str,
    location=OpenApiParameter.HEADER,
    description="Sent again, the call is answered and not repeated.",
)
KEPT = timedelta(days=3)  # real time
SECRETS = ("token", "secret")
CLAIMED = 0  # no HTTP status yet: the work of this transaction is still going on

P = ParamSpec("P")
View = TypeVar("View", bound=APIView)
Handler = Callable[Concatenate[View, Request, P], Response]


class KeyReused(Conflict):
    """The key came before, with another call."""

    code = "api:idempotency-key-reused"


def idempotent(handler: "Handler[View, P]") -> "Handler[View, P]":
    """Around a view's `post`: one transaction, remembered under the caller's key if there is one."""

    @wraps(handler)
    def post(view: View, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        _require_key(key)
        with transaction.atomic():
            row, is_first = _claim(request, key)
            if not is_first:
                return Response(row.body, status=row.status, headers={REPLAYED: "true"})
            response = handler(view, request, *args, **kwargs)
            row.status = response.status_code
            row.body = _without_secrets(json.loads(JSONRenderer().render(response.data)))
            row.save(update_fields=["status", "body"])
            return response

    return post


def _require_key(key: str) -> None:
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(_("A key is 1 to 128 printable ASCII characters."), field=HEADER)


def _claim(request: Request, key: str) -> tuple[RememberedAnswer, bool]:
    """The row of this caller and key, and whether it was made now."""
    caller, fingerprint = _caller(request), _fingerprint(request)
    RememberedAnswer.objects.filter(caller=caller, created_at__lt=real_now() - KEPT).delete()
    try:
        with transaction.atomic():
            row = RememberedAnswer.objects.create(
                caller=caller, key=key, fingerprint=fingerprint, status=CLAIMED, body={}
            )
            return row, True
    except IntegrityError:
        row = RememberedAnswer.objects.get(caller=caller, key=key)
    if row.fingerprint != fingerprint:
        raise KeyReused(_("This key was used for another call."), field=HEADER)
    return row, False


def _without_secrets(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {key: "" if key in SECRETS else value for key, value in body.items()}


def _caller(request: Request) -> str:
    """Person and enterprise: keys of one never meet those of another."""
    viewer: Any = request._request.viewer  # type: ignore[attr-defined]
    return f"{viewer.person_id}:{viewer.enterprise_id}"


def _fingerprint(request: Request) -> str:
    call = [request.method, request.get_full_path(), request.data]
    return hashlib.sha256(json.dumps(call, sort_keys=True).encode()).hexdigest()
