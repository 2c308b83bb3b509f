"""Telling those whose runs gave way: at the commit with the reason, and with the new date as soon as there is one."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.trading.claim import Claim
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.standing import STANDING


def tell_displaced(
    deal: Deal, runs: Sequence[Run], *, claim: Claim, arrives_at: datetime | None, now: datetime
) -> None:
    """Buyer and factories of a deal, each once. `arrives_at` is what was foreseen, None: the date follows."""
    key = f"displaced:{claim.order}:{deal.public_id}"
    facts: dict[str, str | int] = {
        **claim.reason(),
        "order": deal.order.title,
        "promised_at": deal.promised_at.isoformat(),
        "runs": len(runs),
    }
    kind = "displaced-date-follows"
    if deal.status == Deal.Status.FAILED:
        kind = "displaced-and-ended"
    elif arrives_at is not None:
        kind, facts["arrives_at"] = "displaced-with-date", arrives_at.isoformat()
    _tell_buyer(deal, key=key, kind=kind, facts=facts, now=now)
    for enterprise_id in sorted({run.equipment.enterprise_id for run in runs}):
        _tell_factory(enterprise_id, deal, runs, claim=claim, key=key, now=now)


def tell_new_date(deal: Deal, *, arrives_at: datetime | None, now: datetime) -> bool:
    """The re-plan of a deal is there: what gave way has its date (None: none was found). Told once for each date.

    The caller holds the order's lock. False, and nothing is told, where no run of the deal gave way.
    """
    found = (
        deal.disturbances.filter(kind=Disturbance.Kind.DISPLACED, status__in=Disturbance.LIVING)
        .order_by("pk")
        .last()
    )
    if found is None:
        return False
    facts: dict[str, str | int] = {
        "order": deal.order.title,
        "rating": str(found.facts["rating"]),
        "promised_at": deal.promised_at.isoformat(),
    }
    kind, key = "displaced-no-date", f"displaced-date:{found.public_id}"
    if arrives_at is not None:
        kind, facts["arrives_at"] = "displaced-new-date", arrives_at.isoformat()
        key = f"{key}:{arrives_at.isoformat()}"
    _tell_buyer(deal, key=key, kind=kind, facts=facts, now=now)
    return True


def _tell_buyer(deal: Deal, *, key: str, kind: str, facts: dict[str, str | int], now: datetime) -> None:
    url = reverse("trading:change", args=[deal.order.public_id])
    tell([deal.order.buyer_id], key=key, kind=f"trading.{kind}", facts=facts, url=url, now=now)


def _tell_factory(
    enterprise_id: int, deal: Deal, runs: Sequence[Run], *, claim: Claim, key: str, now: datetime
) -> None:
    """Which of its runs went, and how many of the order it keeps."""
    own = sorted(
        (run for run in runs if run.equipment.enterprise_id == enterprise_id), key=lambda run: run.starts_at
    )
    kept = Run.objects.filter(
        package__deal=deal, equipment__enterprise=enterprise_id, status__in=STANDING
    ).count()
    facts: dict[str, str | int] = {
        **claim.reason(),
        "product": deal.order.product.name,
        "machines": ", ".join(sorted({run.equipment.name for run in own})),
        "starts_at": own[0].starts_at.isoformat(),
        "runs": len(own),
        "kept": kept,
    }
    tell(
        [enterprise_id],
        key=key,
        kind="trading.own-runs-gave-way",
        facts=facts,
        url=reverse("trading:work"),
        now=now,
    )
