"""Every job row has ended, or waits with a lease that still stands; none was lost; none failed for what is not its fault.

A job is a row with `lease_until`, whatever app it belongs to. Asked when all is quiet.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Model

from marketplace.common.clock import real_now
from marketplace.planning.models import PlanRun
from marketplace.trading.models import Deal
from tests.chaos.acknowledged import Acknowledged

INFRASTRUCTURE = ("OperationalError", "InterfaceError", "ConnectionError", "TimeoutError")


def job_models() -> list[type[Model]]:
    return [
        model for model in apps.get_models() if any(f.name == "lease_until" for f in model._meta.get_fields())
    ]


def abandoned_jobs(acknowledged: Acknowledged) -> list[str]:
    """Leased rows whose lease is over: the sweep should have restarted them."""
    return [
        f"{model.__name__} {_name(row)}: its lease ended at {row.lease_until:%H:%M:%S}"
        for model in job_models()
        for row in _rows(model)
        if row.lease_until is not None and row.lease_until < real_now()
    ]


def waiting_plans(acknowledged: Acknowledged) -> list[str]:
    living = [PlanRun.Status.QUEUED, PlanRun.Status.RUNNING]
    left = PlanRun.objects.filter(status__in=living)
    return [f"plan {run.public_id} is still {run.status}" for run in left]


def stuck_deals(acknowledged: Acknowledged) -> list[str]:
    """A deal whose rest is planned anew goes on when that plan has ended, also if the nudge was lost."""
    waiting = Deal.objects.filter(status=Deal.Status.REPLANNING)
    return [f"deal {deal.public_id} waits for a plan that nobody takes up" for deal in waiting]


def lost_plans(acknowledged: Acknowledged) -> list[str]:
    stored = set(PlanRun.objects.values_list("public_id", flat=True))
    return [f"lost: plan {plan}" for plan in acknowledged.plans if plan not in stored]


def plans_failed_by_faults(acknowledged: Acknowledged) -> list[str]:
    """A plan may fail for what it is, or be given up after three attempts, not because a server was away meanwhile."""
    failed = PlanRun.objects.filter(status=PlanRun.Status.FAILED)
    return [
        f"plan {run.public_id} failed: {run.error[:120]}"
        for run in failed
        if any(word in run.error for word in INFRASTRUCTURE)
    ]


def _rows(model: type[Model]) -> Iterable[Any]:
    return model._default_manager.exclude(lease_until=None)


def _name(row: Any) -> str:
    return str(getattr(row, "public_id", row.pk))
