"""Periodic tasks run once a period, however many beats fire and however often the queue delivers the message.

The name of a task and the number of the period, counted by the real clock, are claimed in one row a task by one
conditional UPDATE: of two at once the second waits for the first and then finds the period gone. A claim is committed
before the work begins, so a run that was killed stays claimed, and the next period runs again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from celery import shared_task
from django.conf import settings
from django.db.models import Q

from marketplace.common.clock import real_now
from marketplace.common.models import PeriodicRun

P = ParamSpec("P")
Answer = TypeVar("Answer")
Sweep = Callable[P, Answer]


class NotScheduled(LookupError):
    """CELERY_BEAT_SCHEDULE holds no entry for the task, so nothing says how long its period is."""


def periodic_task(name: str) -> Callable[[Sweep[P, Answer]], Sweep[P, Answer | None]]:
    """A Celery task of this name that beat starts; None where another run had the period."""

    def decorate(function: Sweep[P, Answer]) -> Sweep[P, Answer | None]:
        task: Sweep[P, Answer | None] = shared_task(name=name)(once_a_period(name)(function))
        return task

    return decorate


def once_a_period(name: str) -> Callable[[Sweep[P, Answer]], Sweep[P, Answer | None]]:
    """The function runs for the first caller in a period of the task `name`; the others get None."""

    def decorate(function: Sweep[P, Answer]) -> Sweep[P, Answer | None]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> Answer | None:
            return function(*args, **kwargs) if claim_period(name=name, real_now=real_now()) else None

        return run

    return decorate


def claim_period(*, name: str, real_now: datetime) -> bool:
    """True for the first caller in a period of the task `name`. Raises `NotScheduled`.

    A claim further ahead than the next period was made by a clock that has been set back since: it counts for nothing.
    """
    period = int(real_now.timestamp() // period_of(name).total_seconds())
    rows = PeriodicRun.objects.filter(name=name)
    if not rows.exists():
        PeriodicRun.objects.bulk_create([PeriodicRun(name=name)], ignore_conflicts=True)
    is_free = Q(period__lt=period) | Q(period__gt=period + 1)
    return bool(rows.filter(is_free).update(period=period, claimed_at=real_now))


def period_of(name: str) -> timedelta:
    """How often beat starts the task. Raises `NotScheduled`."""
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        every = entry["schedule"]
        if entry["task"] == name and isinstance(every, timedelta):
            return every
    raise NotScheduled(name)
