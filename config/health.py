"""`/healthz`: the process answers. `/readyz`: its database, Redis and broker answer too."""

import socket
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

TIMEOUT_S = 2


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    parts = {"database": _database, "redis": _redis, "mqtt": _mqtt}
    answers = {name: _state(check) for name, check in parts.items()}
    is_ready = all(answer == "ok" for answer in answers.values())
    return JsonResponse(
        {"status": "ok" if is_ready else "not ready", **answers}, status=200 if is_ready else 503
    )


def _state(check: object) -> str:
    try:
        check()  # type: ignore[operator]
    except Exception as error:  # whatever is wrong, the answer is "not ready"
        return type(error).__name__
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")


def _redis() -> None:
    redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_S).ping()


def _mqtt() -> None:
    parts = urlsplit(settings.MQTT_URL)
    socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 1883), timeout=TIMEOUT_S).close()
