"""The platform itself confirms a delay to the buyer in writing: one numbered notice for each new date, kept as issued."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from marketplace.accounts.services import tell
from marketplace.capacity.working_days import after_working_days
from marketplace.common.live import push_after_commit
from marketplace.orders.buyer_zone import buyer_country, buyer_zone
from marketplace.orders.models import Order
from marketplace.trading.delay_notice import delay_pdf, frozen_facts
from marketplace.trading.delays import Delay, deals_to_look_at, unconfirmed
from marketplace.trading.models import Deal, DelayDocument, DelayNotice

WORKING_DAYS = 1  # within which a delay is confirmed


def confirm_delays(*, now: datetime) -> int:
    """Each deal in a transaction of its own; returns how many notices were issued. Doing it again does nothing."""
    keys = list(deals_to_look_at(now=now).order_by("pk").values_list("pk", flat=True))
    return sum(_confirm(key, now=now) for key in keys)


@transaction.atomic
def _confirm(deal_id: int, *, now: datetime) -> bool:
    Order.objects.select_for_update(no_key=True).get(deals=deal_id)
    deal = (
        deals_to_look_at(now=now)
        .select_related("order__buyer", "order__product", "proposed_run")
        .defer("proposed_run__problem", "proposed_run__plan")
        .filter(pk=deal_id)
        .first()
    )
    found = None if deal is None else unconfirmed(deal, now=now)
    if deal is None or found is None:
        return False
    notice = _issue(deal, found, now=now)
    _tell(notice, deal, now=now)
    push_after_commit(f"order:{deal.order.public_id}")
    return True


def _issue(deal: Deal, found: Delay, *, now: datetime) -> DelayNotice:
    due_at = after_working_days(
        found.noticed_at, WORKING_DAYS, country=buyer_country(deal.order), zone=buyer_zone(deal.order)
    )
    notice = DelayNotice.objects.create(
        deal=deal,
        disturbance=found.because,
        number=deal.delay_notices.count() + 1,
        agreed_at=found.agreed_at,
        arrives_at=found.arrives_at,
        noticed_at=found.noticed_at,
        due_at=due_at,
        issued_at=now,
        facts=frozen_facts(deal, found.because),
    )
    DelayDocument.objects.bulk_create(
        _document(notice, language=language) for language, _name in settings.LANGUAGES
    )
    return notice


def _document(notice: DelayNotice, *, language: str) -> DelayDocument:
    content = delay_pdf(notice, language=language)
    return DelayDocument(
        notice=notice, language=language, content=content, sha256=hashlib.sha256(content).hexdigest()
    )


def _tell(notice: DelayNotice, deal: Deal, *, now: datetime) -> None:
    facts: dict[str, str | int] = {
        "order": deal.order.title,
        "number": notice.number,
        "agreed_at": notice.agreed_at.isoformat(),
    }
    kind = "delay-date-follows"
    if not notice.is_delay:
        kind = "delay-over"
    elif notice.arrives_at is not None:
        kind, facts["arrives_at"] = "delay-with-date", notice.arrives_at.isoformat()
    tell(
        [deal.order.buyer_id],
        key=f"delay:{notice.public_id}",
        kind=f"trading.{kind}",
        facts=facts,
        url=reverse("trading:change", args=[deal.order.public_id]),
        now=now,
    )
