"""Work that falls behind disturbs its order: told once, planned anew, over where it goes on by itself."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import Notice
from marketplace.common import clock
from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun
from marketplace.production import services
from marketplace.production.models import WorkOrder
from marketplace.production.services.behind import LATE_AFTER
from marketplace.trading.models import Deal, Disturbance, Run
from marketplace.trading.services import dismiss
from tests.builders import NOW
from tests.production.work import LASTS, a_shop, close_short, start, tell

pytestmark = pytest.mark.django_db
Kind, Status = Disturbance.Kind, Disturbance.Status
LATE = NOW + LATE_AFTER + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _planned_elsewhere(monkeypatch):
    """A deal that was written down without a solver has no plan to change."""
    monkeypatch.setattr(
        "marketplace.trading.services.propose.queue_change", lambda *_a, **_k: PlanRun.objects.first()
    )


def sweep(now, *, heard_until=NOW + timedelta(days=9)) -> int:
    return services.report_what_falls_behind(now=now, heard_until=heard_until)


def told() -> list[tuple[str, str, int]]:
    return list(Disturbance.objects.order_by("pk").values_list("kind", "cause", "made"))


def test_a_run_that_nobody_begins_is_late_after_an_hour_and_told_once():
    shop = a_shop()
    assert sweep(NOW + LATE_AFTER) == 0
    assert sweep(LATE) == 1
    assert sweep(LATE + LATE_AFTER) == 0
    assert told() == [("late", "not-begun", 0)]
    told_to = Notice.objects.filter(kind__in=["trading.late", "trading.own-late"])
    assert set(told_to.values_list("enterprise_id", flat=True)) == {
        shop.buyer.enterprise_id,
        shop.owner.enterprise_id,
    }


def test_where_business_time_runs_fast_news_have_time_to_arrive():
    a_shop()
    assert sweep(NOW + 5 * LATE_AFTER, heard_until=None) == 0
    assert sweep(NOW + 5 * LATE_AFTER, heard_until=NOW) == 0
    assert sweep(NOW + 5 * LATE_AFTER, heard_until=NOW + timedelta(seconds=1)) == 1


def test_how_far_news_have_arrived_is_not_known_right_after_the_clock_was_set(monkeypatch):
    clock.set_clock(speed=600, business_at=NOW)
    set_at = clock.real_now()
    assert clock.before(real_s=30) is None
    monkeypatch.setattr(clock, "real_now", lambda: set_at + timedelta(seconds=40))
    known = clock.before(real_s=30)
    assert NOW + timedelta(seconds=6_000) <= known < NOW + timedelta(seconds=6_600)
    clock.forget()


def test_a_late_run_that_is_begun_after_all_is_over():
    shop = a_shop()
    sweep(LATE)
    start(shop, shop.first, at=LATE)
    assert sweep(LATE) == 1
    assert Disturbance.objects.get().status == Status.OVER


def test_the_move_of_a_run_that_is_begun_where_it_was_is_over_with_what_is_made():
    shop = a_shop()
    found = Disturbance.objects.create(
        deal=shop.deal,
        run=shop.first.run,
        kind=Kind.MOVED,
        cause="moved",
        facts={"starts_at": (NOW + timedelta(days=2)).isoformat()},
        noticed_at=NOW,
        made=0,
    )
    assert sweep(NOW) == 0
    tell(shop, shop.first, 7)
    assert sweep(NOW) == 1
    found.refresh_from_db()
    assert (found.status, found.made) == (Status.OVER, 7)


def test_what_is_not_made_when_its_time_is_over_is_late_with_what_is_made():
    shop = a_shop(quantity=500)
    start(shop, shop.first)
    tell(shop, shop.first, 120)
    assert sweep(NOW + LASTS) == 0
    assert sweep(NOW + LASTS + LATE_AFTER + timedelta(minutes=1)) == 1
    assert told() == [("late", "late", 120)]


def test_a_late_run_that_is_finished_is_over():
    shop = a_shop(quantity=500)
    start(shop, shop.first)
    after = NOW + LASTS + 2 * LATE_AFTER
    sweep(after)
    tell(shop, shop.first, 500, now=after)
    assert WorkOrder.objects.get().status == WorkOrder.Status.FINISHED
    sweep(after)
    assert Disturbance.objects.get().status == Status.OVER
    assert sweep(after + LATE_AFTER) == 0


def test_what_the_buyer_left_as_it_is_is_not_told_again():
    shop = a_shop()
    sweep(LATE)
    found = Disturbance.objects.get()
    dismiss(viewer=shop.buyer, public_id=found.public_id, reason="We wait.", now=LATE)
    assert sweep(LATE + LATE_AFTER) == 0


def test_work_that_was_closed_short_is_made_up_for_and_its_reason_is_told_once():
    shop = a_shop(quantity=500)
    start(shop, shop.first)
    tell(shop, shop.first, 120)
    close_short(shop)
    assert sweep(NOW) == 1
    assert sweep(NOW) == 0
    assert told() == [("short", "short", 120)]
    (notice,) = Notice.objects.filter(enterprise_id=shop.buyer.enterprise_id)
    assert notice.kind == "production.closed-short"


@pytest.mark.parametrize("change", ["run", "deal", "order"])
def test_nothing_is_told_of_what_is_not_booked_agreed_and_going_on(change):
    a_shop()
    if change == "run":
        Run.objects.update(status=Run.Status.REPLACED)
    elif change == "deal":
        Deal.objects.update(status=Deal.Status.OFFERING)
    else:
        Order.objects.update(status=Order.Status.DONE)
    assert sweep(LATE) == 0
    assert not Disturbance.objects.exists()


def test_on_a_machine_that_is_known_to_be_down_nothing_more_is_told():
    shop = a_shop(num_runs=2, quantity=500)
    first, second = shop.work
    Disturbance.objects.create(
        deal=shop.deal, run=first.run, kind=Kind.MACHINE_DOWN, cause="machine-off", noticed_at=NOW
    )
    assert sweep(second.run.starts_at + 2 * LATE_AFTER) == 0
