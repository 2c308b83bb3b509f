"""Rows that are jobs. A worker owns one under a lease that ends by itself, and writes its result only under the fencing
token it was given: one that comes back after another has taken the row over writes nothing.
"""

from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

QUEUED, RUNNING = "queued", "running"


class Leased(models.Model):
    """`STATE` names the column that is QUEUED, RUNNING or one of the job's ends."""

    STATE: ClassVar[str] = "status"

    fencing_token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)  # real time
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


Job = TypeVar("Job", bound=Leased)


def free(jobs: QuerySet[Job], *, now: datetime, due: Q | None = None) -> QuerySet[Job]:
    """Those that wait (of these only the `due`) and those whose worker is gone. `now` is real time, as everywhere here."""
    state = jobs.model.STATE
    waits = Q(**{state: QUEUED}) & (due or Q())
    return jobs.filter(waits | Q(**{state: RUNNING, "lease_until__lt": now}))


def lock_free(jobs: QuerySet[Job], *, now: datetime, due: Q | None = None) -> Job | None:
    """The first of them, locked; not one that another worker is just taking."""
    locked = jobs.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return free(locked, now=now, due=due).first()


def take(job: Leased, *, now: datetime, lease: timedelta, **also: object) -> None:
    """A locked row is the caller's, under a new token; `also` are other columns to write."""
    values = {
        job.STATE: RUNNING,
        "lease_until": now + lease,
        "fencing_token": job.fencing_token + 1,
        "attempts": job.attempts + 1,
        **also,
    }
    for name, value in values.items():
        setattr(job, name, value)
    job.save(update_fields=list(values))


def held(job: Job) -> QuerySet[Job]:
    """The row for as long as it is the caller's, else nothing; what is written to it is written under the token."""
    jobs: QuerySet[Job] = type(job)._default_manager.all()
    return jobs.filter(**{"pk": job.pk, job.STATE: RUNNING, "fencing_token": job.fencing_token})
