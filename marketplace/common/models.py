"""Rows every app may need: the business clock, remembered API answers, periods of sweeps, the audit log."""

from django.db import models


class BusinessClock(models.Model):
    """How business time runs in a demonstration: `business_at + (real time - real_at) * speed`.

    One row at most (id 1). Without a row business time is real time.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    real_at = models.DateTimeField()
    business_at = models.DateTimeField()
    speed = models.FloatField(default=1.0)
    seen_at = models.DateTimeField(null=True)  # real time at which somebody last lived by it

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_business_clock"),
            models.CheckConstraint(condition=models.Q(speed__gte=0), name="business_clock_never_runs_back"),
        ]


class RememberedAnswer(models.Model):
    """The answer to a POST with an `Idempotency-Key`, given again when the same call comes again."""

    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="one_answer_per_idempotency_key")
        ]


class PeriodicRun(models.Model):
    """The last period in which a periodic task was started; see `marketplace.common.periodic`."""

    name = models.CharField(max_length=80, primary_key=True)  # of the task
    period = models.BigIntegerField(default=-1)  # real time since 1970 in whole lengths of the period
    claimed_at = models.DateTimeField(null=True)  # real time


class AuditEntry(models.Model):
    """One use of power, chained to the one before; see `marketplace.common.audit`. Never changed, never removed."""

    seq = models.PositiveBigIntegerField(primary_key=True)  # 1, 2, 3, … without gaps
    at = models.DateTimeField()  # business time
    recorded_at = models.DateTimeField()  # real time
    person = models.CharField(max_length=24, blank=True)  # public ids; empty: nobody was logged in
    enterprise = models.CharField(max_length=24, blank=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)  # public id of what it was done to
    facts = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        constraints = [models.CheckConstraint(condition=models.Q(seq__gte=1), name="audit_begins_at_one")]
        indexes = [models.Index(fields=["subject", "seq"], name="audit_by_subject")]
