"""Offers of which no run is left: accepted ones say when the last one went, and why; others are withdrawn.

Why is the cause of a disturbance of the factory's own run, else only that the order was planned anew: what befell
another factory's machine is not told.
"""

from collections.abc import Iterable
from datetime import datetime

from marketplace.trading.models import Disturbance, Package, Run
from marketplace.trading.standing import STANDING

PLANNED_ANEW = "planned-anew"


def note_gave_way(runs: Iterable[Run], *, now: datetime, because: str = "") -> int:
    """After these runs have gone, under the order's lock; returns how many offers have none left.

    `because` is a code of `trading.wording`; without it the own disturbance says why.
    """
    emptied = (
        Package.objects.filter(pk__in={run.package_id for run in runs}, gave_way_at=None)
        .filter(status__in=[Package.Status.ACCEPTED, Package.Status.PARTLY])
        .exclude(runs__status__in=STANDING)
    )
    found = list(emptied)
    for package in found:
        package.gave_way_at, package.gave_way_because = now, because or _own_cause(package)
    Package.objects.bulk_update(found, ["gave_way_at", "gave_way_because"])
    return len(found)


def withdraw_emptied(runs: Iterable[Run]) -> None:
    """After these runs have gone, under the order's lock: nobody answers an offer of nothing."""
    waiting = Package.objects.filter(pk__in={run.package_id for run in runs}, status=Package.Status.OFFERED)
    waiting.exclude(runs__status=Run.Status.OFFERED).update(status=Package.Status.WITHDRAWN)


def _own_cause(package: Package) -> str:
    own = Disturbance.objects.filter(run__package=package, status__in=Disturbance.LIVING).order_by(
        "-noticed_at", "-pk"
    )
    return own.values_list("cause", flat=True).first() or PLANNED_ANEW
