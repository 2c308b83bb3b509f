"""One error shape for the whole API: `{type, code, message, param, request_id}`."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from marketplace.common.errors import DomainError

_TYPES = {400: "invalid_request", 401: "authentication", 403: "forbidden", 404: "not_found", 409: "conflict",
          422: "refused", 429: "rate_limited"}  # fmt: skip


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; unexpected errors travel on."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, DomainError):
        set_rollback()
        return _answer(error.http_status, error.code, str(error.text), error.field, error.facts)
    if isinstance(error, exceptions.APIException):
        set_rollback()
        param, message = _first(error.detail)
        response = _answer(error.status_code, f"api:{error.default_code}", message, param, {})
        if wait := getattr(error, "wait", None):
            response["Retry-After"] = str(int(wait))
        if header := getattr(error, "auth_header", None):
            response["WWW-Authenticate"] = header
        return response
    return None


def _answer(status: int, code: str, message: str, param: str, facts: dict[str, object]) -> Response:
    body: dict[str, object] = {
        "type": _TYPES.get(status, "error"),
        "code": code,
        "message": message,
        "param": param,
        "request_id": f"req_{uuid.uuid4().hex[:16]}",
    }
    if facts:
        body["facts"] = facts
    return Response({"error": body}, status=status)


def _first(detail: Any, path: str = "") -> tuple[str, str]:
    """The first complaint in DRF's nested details, with its dotted path."""
    if isinstance(detail, dict):
        key, value = next(iter(detail.items()))
        return _first(value, path if key in {"detail", "non_field_errors"} else f"{path}.{key}".lstrip("."))
    if isinstance(detail, list):
        return _first(detail[0], path) if detail else (path, "")
    return path, str(detail)
