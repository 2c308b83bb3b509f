"""Each oracle of the chaos driver is silent on sound rows and speaks of a bug that was planted in them."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection

from marketplace.accounts.models import Notice
from marketplace.capacity.models import TakenTime
from marketplace.common.audit.record import record
from marketplace.common.clock import real_now
from marketplace.common.models import AuditEntry, RememberedAnswer
from marketplace.delivery.models import Box, Receipt, ReceiptLine, Shipment
from marketplace.machines.models import Observation
from marketplace.orders.models import Order
from marketplace.payments.ledger import Move, post
from marketplace.payments.models import Account, Entry, Line
from marketplace.planning import services as planning
from marketplace.planning.models import PlanRun
from marketplace.production.models import Tally, WorkOrder
from marketplace.trading.models import Deal, Disturbance, Package, Run
from tests.builders import NOW, a_device, a_machine, a_site, an_enterprise, an_order
from tests.chaos.acknowledged import (
    Acknowledged,
    BookedRun,
    ChosenPlan,
    CountedPieces,
    MovedGoods,
    PostedOrder,
    Told,
)
from tests.chaos.judge import ORACLES, judge
from tests.chaos.oracles import agreements, books, goods, jobs, pieces, plans, telemetry
from tests.machines.messages import a_message, said
from tests.production import work
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db

Plant = Callable[[], Iterator[Acknowledged]]
PLANTS: dict[object, Plant] = {}


def planted_for(oracle: object) -> Callable[[Plant], Plant]:
    """The function yields what was acknowledged in a sound world and plants its bug when it goes on."""

    def register(plant: Plant) -> Plant:
        PLANTS[oracle] = plant
        return plant

    return register


@pytest.mark.parametrize("oracle", ORACLES, ids=lambda oracle: oracle.__name__)
def test_each_oracle_turns_red_on_a_planted_bug(oracle):
    story = PLANTS[oracle]()
    acknowledged = next(story)
    assert oracle(acknowledged) == []

    assert list(story) == []

    assert len(oracle(acknowledged)) == 1


def test_in_an_empty_world_nothing_is_wrong():
    assert judge(Acknowledged()) == []


def unprotected(table: str, *constraints: str) -> None:
    """Within the test's transaction: the table takes what the database would refuse, and what it holds can be changed."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for constraint in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def copied(row, **changes):
    """Stored once more as it is."""
    row.pk = None
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def a_heard_device():
    device = a_device()
    said(a_message(device, seq=7, execution="READY"))
    told = Told(device=device.public_id, session="b7", seq=7, item="execution", value="READY")
    return Acknowledged(observations=[told])


@planted_for(telemetry.lost_observations)
def a_message_acknowledged_before_it_was_stored():
    yield a_heard_device()
    Observation.objects.all().delete()


@planted_for(telemetry.doubled_observations)
def a_message_stored_each_time_it_comes():
    yield a_heard_device()
    unprotected("machines_observation", "an_observation_is_stored_once")
    copied(Observation.objects.get())


@planted_for(telemetry.pieces_beyond_the_counter)
def a_counter_that_is_counted_twice():
    shop = work.a_shop(counter="good")
    work.start(shop, shop.first)
    work.shows(shop.first.equipment.device, good=1_010, at=NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=2)
    work.services.take_counts(now=later, real_now=later)
    assert Tally.objects.get().quantity == 10
    yield Acknowledged()
    copied(Tally.objects.get(), key="again", public_id="tly_again")


def a_posted_order():
    order = an_order(title="chaos 1")
    return Acknowledged(
        orders=[PostedOrder(order=order.public_id, title="chaos 1")], attempted_titles=["chaos 1"]
    )


@planted_for(agreements.lost_orders)
def an_order_that_is_gone():
    yield a_posted_order()
    Order.objects.all().delete()


@planted_for(agreements.doubled_orders)
def an_order_made_again_under_its_key():
    yield a_posted_order()
    copied(Order.objects.get(), public_id="ord_again")


@planted_for(agreements.lost_deals)
def a_deal_that_is_gone():
    deal = work.a_deal(an_order())
    yield Acknowledged(deals=[ChosenPlan(order=deal.order.public_id, deal=deal.public_id)])
    deal.delete()


@planted_for(agreements.doubled_deals)
def a_second_deal_of_an_order():
    work.a_deal(an_order())
    yield Acknowledged()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_living_deal_per_order")
    copied(Deal.objects.get(), public_id="dea_again")


@planted_for(agreements.lost_bookings)
def a_booking_given_back():
    run = work.a_shop(opened=False).deal.packages.get().runs.get()
    period = (run.starts_at, run.ends_at)
    run.taken = TakenTime.objects.create(equipment=run.equipment, kind="booking", period=period)
    run.save()
    yield Acknowledged(
        bookings=[
            BookedRun(
                run=run.public_id,
                machine=run.equipment.public_id,
                starts_at=run.starts_at.isoformat(),
                ends_at=run.ends_at.isoformat(),
            )
        ]
    )
    Run.objects.update(taken=None)


def test_a_change_replaces_only_what_was_booked_before_it(db):
    run = work.a_shop(opened=False).deal.packages.get().runs.get()
    booked = BookedRun(
        run=run.public_id,
        machine=run.equipment.public_id,
        starts_at=run.starts_at.isoformat(),
        ends_at=run.ends_at.isoformat(),
    )
    Run.objects.update(status=Run.Status.REPLACED, taken=None)
    answered_at = NOW
    Package.objects.update(answered_at=answered_at)
    change = Disturbance.objects.create(
        deal=run.package.deal, run=run, kind="machine_down", cause="machine-off", status="committed",
        noticed_at=answered_at - timedelta(hours=2), ended_at=answered_at - timedelta(hours=1),
    )  # fmt: skip
    assert agreements.lost_bookings(Acknowledged(bookings=[booked]))
    Disturbance.objects.filter(pk=change.pk).update(ended_at=answered_at + timedelta(hours=1))
    assert agreements.lost_bookings(Acknowledged(bookings=[booked])) == []


def test_a_run_whose_pieces_are_all_made_gives_its_time_back(db):
    shop = work.a_shop()
    run, order = shop.deal.packages.get().runs.get(), WorkOrder.objects.get()
    booked = BookedRun(
        run=run.public_id,
        machine=run.equipment.public_id,
        starts_at=run.starts_at.isoformat(),
        ends_at=run.ends_at.isoformat(),
    )
    Run.objects.update(taken=None)
    assert agreements.lost_bookings(Acknowledged(bookings=[booked]))
    WorkOrder.objects.filter(pk=order.pk).update(
        status="finished", good=run.quantity, started_at=NOW, closed_at=NOW
    )
    assert agreements.lost_bookings(Acknowledged(bookings=[booked])) == []


@planted_for(agreements.doubled_time)
def time_booked_twice():
    period = (NOW, NOW + timedelta(hours=4))
    TakenTime.objects.create(equipment=a_machine(), kind="booking", period=period)
    yield Acknowledged()
    unprotected("capacity_takentime", "a_machine_is_taken_once")
    copied(TakenTime.objects.get(), public_id="tak_again")


@planted_for(plans.invalid_plans)
def a_plan_whose_lots_were_moved():
    run = a_network(num_firms=1, quantity=200).plan()
    yield Acknowledged()
    lot = run.plan["lots"][0]
    lot["quantity"] += 1
    run.save()


def a_queued_plan():
    return planning.queue_run(order=an_order(), goal=PlanRun.Goal.FASTEST, requested_by_id=None, now=NOW)


@planted_for(jobs.abandoned_jobs)
def a_sweep_that_never_comes():
    planning.lease(public_id=a_queued_plan().public_id)
    yield Acknowledged()
    PlanRun.objects.update(lease_until=real_now() - timedelta(minutes=1))


@planted_for(jobs.waiting_plans)
def a_plan_nobody_takes():
    run = a_queued_plan()
    planning.finish(planning.lease(public_id=run.public_id), status=PlanRun.Status.CANCELLED)
    yield Acknowledged()
    PlanRun.objects.update(status=PlanRun.Status.QUEUED)


@planted_for(jobs.stuck_deals)
def a_replan_nobody_takes_up():
    work.a_deal(an_order())
    yield Acknowledged()
    Deal.objects.update(status=Deal.Status.REPLANNING)


@planted_for(jobs.lost_plans)
def a_plan_that_is_gone():
    yield Acknowledged(plans=[a_queued_plan().public_id])
    PlanRun.objects.all().delete()


@planted_for(jobs.plans_failed_by_faults)
def a_plan_that_failed_because_the_database_was_away():
    run = a_queued_plan()
    planning.finish(
        planning.lease(public_id=run.public_id), status=PlanRun.Status.FAILED, error="NoMachine: x"
    )
    yield Acknowledged()
    PlanRun.objects.update(error="OperationalError: the connection is closed")


def a_tallied_shop():
    shop = work.a_shop()
    work.start(shop, shop.first)
    work.tell(shop, shop.first, 3, key="k1")
    counted = CountedPieces(work_order=shop.first.public_id, key="k1", kind="good", quantity=3)
    return Acknowledged(tallies=[counted])


@planted_for(pieces.lost_tallies)
def a_tally_that_is_gone():
    yield a_tallied_shop()
    unprotected("production_tally")
    Tally.objects.all().delete()


@planted_for(pieces.doubled_tallies)
def a_tally_counted_again_under_its_key():
    yield a_tallied_shop()
    unprotected("production_tally", "a_tally_counts_once")
    copied(Tally.objects.get(), public_id="tly_again")


@planted_for(pieces.sums_without_tallies)
def a_sum_that_grew_alone():
    yield a_tallied_shop()
    WorkOrder.objects.update(good=6)


def goods_received():
    """Forty pieces were sent to a drop and counted there under the key `r1`."""
    order = an_order()
    shipment = Shipment.objects.create(
        order=order, item="pressed", from_site=a_site(), to_drop=order.drops.get(), quantity=40, status="received",
        departs_at=NOW, arrives_at=NOW, dispatched_at=NOW, arrived_at=NOW, received_at=NOW, tracking_hash="h",
    )  # fmt: skip
    Box.objects.create(shipment=shipment, number=1, quantity=40, packed_at=NOW, received_at=NOW)
    receipt = Receipt.objects.create(shipment=shipment, opened_at=NOW, closed_at=NOW)
    ReceiptLine.objects.create(receipt=receipt, key="r1", good=40, how="program", recorded_at=NOW)
    moved = MovedGoods(shipment=shipment.public_id, quantity=40, key="r1")
    return Acknowledged(dispatched=[moved], received=[moved])


@planted_for(goods.lost_dispatches)
def a_departure_that_is_gone():
    yield goods_received()
    Shipment.objects.update(status="packing", dispatched_at=None)


@planted_for(goods.lost_receipts)
def a_receipt_that_is_gone():
    yield goods_received()
    unprotected("delivery_receiptline")
    ReceiptLine.objects.all().delete()


@planted_for(goods.doubled_receipts)
def a_line_counted_again_under_its_key():
    yield goods_received()
    unprotected("delivery_receiptline", "one_receipt_line_per_key")
    copied(ReceiptLine.objects.get(), public_id="rln_again")


@planted_for(books.ledger_off_zero)
def half_an_entry():
    lines = [
        Move(kind=kind, amount_cents=cents)
        for kind, cents in ((Account.Kind.BANK, 7), (Account.Kind.FEE, -7))
    ]
    post(order=an_order(), key="first", kind=Entry.Kind.CARD, at=NOW, lines=lines)
    yield Acknowledged()
    unprotected("payments_line")
    Line.objects.filter(amount_cents=-7).delete()


@planted_for(books.news_told_twice)
def news_told_again():
    Notice.objects.create(enterprise=an_enterprise(), key="late", kind="x", told_at=NOW)
    yield Acknowledged()
    unprotected("accounts_notice", "news_are_told_once")
    copied(Notice.objects.get(), public_id="ntc_again")


@planted_for(books.half_remembered_answers)
def a_claim_that_outlived_its_work():
    RememberedAnswer.objects.create(caller="1:1", key="k", fingerprint="f", status=201, body={})
    yield Acknowledged()
    RememberedAnswer.objects.update(status=0)


def a_logged_use():
    record(action="tests.looked", viewer=None, subject="ord_1", facts={"why": "x"}, now=NOW)
    return Acknowledged()


@planted_for(books.broken_audit_chain)
def an_edited_entry():
    yield a_logged_use()
    unprotected("common_auditentry")
    AuditEntry.objects.update(facts={"why": "y"})


@planted_for(books.what_verify_finds)
def another_edited_entry():
    yield from an_edited_entry()


@planted_for(books.broken_words)
def an_answer_that_contradicts_an_earlier_one():
    acknowledged = Acknowledged()
    yield acknowledged
    acknowledged.broken_words.append("key k made ord_1, then ord_2")
