"""A re-plan that comes into force: the time of what is left of a run stays taken as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from marketplace.capacity.models import TakenTime
from marketplace.planning.stored import stored_plan
from marketplace.trading.difference import Difference, Shrunk
from marketplace.trading.models import Run
from marketplace.trading.services.adopt import adopt
from marketplace.trading.standing import lots_at
from tests.builders import NOW
from tests.trading.deals import a_network, an_agreed_deal

pytestmark = pytest.mark.django_db


def a_deal_with_a_run(kind):
    """A booked run, or one that its factory is still asked about."""
    deal = an_agreed_deal(a_network(num_firms=2, quantity=600))
    run = Run.objects.select_related("package__deal__order", "equipment__site").order_by("pk").first()
    if kind == TakenTime.Kind.HOLD:
        run.status = Run.Status.OFFERED
        run.save()
        TakenTime.objects.filter(pk=run.taken_id).update(kind=kind, expires_at=NOW + timedelta(days=900))
    return deal, run


@pytest.mark.parametrize("kind", [TakenTime.Kind.BOOKING, TakenTime.Kind.HOLD])
def test_what_is_left_of_a_run_that_shrinks_stays_booked_or_held(kind):
    deal, run = a_deal_with_a_run(kind)
    (first, *_rest) = lots_at(run, epoch=NOW)
    half = replace(first, quantity=first.quantity // 2, end_min=(first.start_min + first.end_min) // 2)
    _problem, plan = stored_plan(deal.plan_run)
    found = Difference(
        epoch=NOW,
        kept=(),
        shrunk=(Shrunk(run=run, lots=(half,), starts_at=run.starts_at),),
        gone=(),
        new=(),
        kept_lots=frozenset(str(lot.id) for lot in plan.lots),
        arrives_at=deal.promised_at,
        net_cents=deal.net_cents,
    )

    adopt(deal, run=deal.plan_run, found=found, now=NOW, clock_speed=1.0)

    connection.check_constraints()
    left = Run.objects.select_related("taken").get(pk=run.pk)
    assert left.quantity == half.quantity
    assert left.ends_at - left.starts_at == timedelta(minutes=half.end_min - half.start_min)
    assert left.taken.kind == kind
    assert (left.taken.period.lower, left.taken.period.upper) == (left.starts_at, left.ends_at)
