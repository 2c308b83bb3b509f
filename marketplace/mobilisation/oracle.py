"""What can never be true of an emergency: each use of power has two approvers, basis, scope, end and notice."""

import math
from collections.abc import Iterator

from django.db.models import F, Q

from marketplace.accounts.models import Notice
from marketplace.capacity.models import AskedTerms
from marketplace.mobilisation.content import declaration_hash
from marketplace.mobilisation.models import Declaration, Extension, OrderRating, Reading
from marketplace.orders.models import Order
from marketplace.trading.models import Run
from marketplace.trading.standing import STANDING

S = Declaration.Status


def emergency_faults() -> list[str]:
    return [*_declarations(), *_extensions(), *_readings(), *_ratings(), *_prices()]


def _declarations() -> Iterator[str]:
    approved = Declaration.objects.filter(decided_at__isnull=False).select_related("office")
    for one in approved:
        if one.proposed_by_id is None or one.decided_by_id in (None, one.proposed_by_id):
            yield f"{one.public_id} was not approved by a second person"
        if not one.decided_hash == one.content_hash == declaration_hash(one):
            yield f"{one.public_id} is not what was approved"
        if not (one.authority and one.legal_basis and one.regions and (one.products or one.processes)):
            yield f"{one.public_id} lacks authority, basis or scope"


def _extensions() -> Iterator[str]:
    for one in Extension.objects.filter(status=Extension.Status.LIVE):
        if one.proposed_by_id is None or one.decided_by_id in (None, one.proposed_by_id):
            yield f"{one.public_id} was not approved by a second person"
    later = Declaration.objects.filter(until_at__gt=F("ends_at"))
    for lasting in later.exclude(
        extensions__status=Extension.Status.LIVE, extensions__until_at=F("until_at")
    ):
        yield f"{lasting.public_id} lasts longer than anybody approved"


def _readings() -> Iterator[str]:
    """Nobody is read before the start, from the end on, or without having been told."""
    outside = Reading.objects.exclude(
        read_at__gte=F("declaration__starts_at"), read_at__lt=F("declaration__until_at")
    )
    for one in outside.select_related("declaration"):
        yield f"{one.declaration.public_id}: a look at {one.read_at.isoformat()}, when it was not in force"
    pairs = Reading.objects.values_list("owner", "owner__public_id", "declaration__public_id").distinct()
    for owner, public_id, declaration in pairs.order_by():
        key = f"mobilisation.opened:{declaration}"
        if not Notice.objects.filter(enterprise=owner, key=key).exists():
            yield f"{declaration}: {public_id} was looked at and never told"


def _ratings() -> Iterator[str]:
    rated = Order.objects.exclude(rating="")
    for order in rated.exclude(ratings__ended_at=None, ratings__is_drill=False, ratings__rating=F("rating")):
        yield f"{order.public_id} is rated and nobody signed for it"
    for one in OrderRating.objects.filter(~Q(need__order=F("order"))):
        yield f"{one.public_id}: the need of another order was confirmed"


def _prices() -> Iterator[str]:
    """No run of a rated order is paid more for its time than its machine asked when the emergency was declared."""
    runs = Run.objects.filter(status__in=STANDING).exclude(package__deal__plan_run__priced_on="")
    for run in runs.select_related("equipment", "operation", "package__deal__plan_run").order_by("pk"):
        asked = AskedTerms.objects.filter(
            occasion=run.package.deal.plan_run.priced_on, machine=run.equipment.public_id
        ).first()
        if asked is not None and run.pay_cents > _most(run, asked):
            yield f"{run.public_id}: a rated order pays more than {asked.machine} asked before"


def _most(run: Run, asked: AskedTerms) -> int:
    """Cents for all of the run's time at the dearest hour, rounded up."""
    prices = [
        rate["price_cents_per_h"] for rate in asked.rates if rate["process"] == run.operation.process
    ] or [run.pay_cents]
    pcts = [100, *(hours[-1] for hours in asked.week), *(window[-1] for window in asked.windows)]
    minutes = math.ceil((run.ends_at - run.starts_at).total_seconds() / 60)
    most: int = -(-minutes * max(prices) * max(pcts) // 6000)
    return most + 1
