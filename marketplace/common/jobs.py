"""Nudging workers after commit. The row is the job: a lost nudge only waits for the next sweep."""

import logging

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)


def start_after_commit(task_name: str, *args: str | int) -> None:
    """Send `task_name` to the workers once the surrounding transaction is committed."""
    transaction.on_commit(lambda: _send(task_name, args))


def _send(task_name: str, args: tuple[str | int, ...]) -> None:
    try:
        current_app.send_task(task_name, args=args, retry=False)
    except Exception:  # the broker may be away: the row is there and the sweep finds it
        log.warning("nudge %s%r not sent; the sweep will find the row", task_name, args, exc_info=True)
