"""Keeping what every machine asks for its time at a moment, so that nobody is paid more for it because of what follows."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from marketplace.capacity.models import AskedTerms, CapacityWindow, Equipment, Rate, WeeklyHours

RATE = (
    "process", "product_code", "run_min", "run_units", "speed_pct", "setup_min", "min_lot", "good_per_1000",
    "price_cents_per_h", "currency",
)  # fmt: skip
BATCH = 500
Rows = dict[int, list[object]]


@transaction.atomic
def keep_asked(*, occasion: str, now: datetime) -> int:
    """Of all machines that have a price; returns how many. What is kept of an occasion stays: doing it again does
    nothing. Four queries and one for each 500 machines.
    """
    if AskedTerms.objects.filter(occasion=occasion).exists():
        return 0
    rates, week, windows = _rates(), _week(), _windows(now=now)
    machines = Equipment.objects.filter(pk__in=rates).select_related("enterprise", "site").order_by("pk")
    kept = [
        AskedTerms(
            occasion=occasion,
            machine=machine.public_id,
            enterprise=machine.enterprise.public_id,
            zone=machine.site.time_zone,
            rates=rates[machine.pk],
            week=week[machine.pk],
            windows=windows[machine.pk],
            kept_at=now,
        )
        for machine in machines
    ]
    AskedTerms.objects.bulk_create(kept, batch_size=BATCH, ignore_conflicts=True)
    return len(kept)


def _rates() -> Rows:
    found: Rows = defaultdict(list)
    for row in Rate.objects.order_by("pk").values("equipment_id", *RATE):
        found[row.pop("equipment_id")].append(row)
    return found


def _week() -> Rows:
    found: Rows = defaultdict(list)
    rows = WeeklyHours.objects.order_by("pk").values_list(
        "equipment_id", "weekday", "starts", "ends", "price_pct"
    )
    for machine, weekday, starts, ends, price_pct in rows:
        found[machine].append([weekday, starts.isoformat(), ends.isoformat(), price_pct])
    return found


def _windows(*, now: datetime) -> Rows:
    found: Rows = defaultdict(list)
    rows = CapacityWindow.objects.filter(period__endswith__gt=now).order_by("period")
    for machine, period, price_pct in rows.values_list("equipment_id", "period", "price_pct"):
        found[machine].append([period.lower.isoformat(), period.upper.isoformat(), price_pct])
    return found
