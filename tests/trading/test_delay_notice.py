"""A delay is confirmed to the buyer in writing by the platform itself, once for each new date, kept as it was issued."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import translation

from marketplace.accounts.models import Notice, Person
from marketplace.common import oracles
from marketplace.orders.buyer_zone import buyer_zone
from marketplace.orders.models import Order
from marketplace.planning.models import PlanRun
from marketplace.trading import services
from marketplace.trading.delay_notice import delay_data
from marketplace.trading.models import Deal, DelayDocument, DelayNotice, Disturbance, Run
from tests.builders import NOW, a_buyer
from tests.trading.deals import a_network, an_agreed_deal, solve_change
from tests.written_once import assert_written_once

pytestmark = pytest.mark.django_db

REASON = {
    "rating": "DX", "programme": "prg_masks", "declaration": "Spring flood", "authority": "Province of Zhejiang",
    "legal_basis": "Article 52",
}  # fmt: skip
HOUR = timedelta(hours=1)
TWO_DAYS = timedelta(days=2)


@pytest.fixture
def network():
    return a_network(num_firms=1, quantity=400)


@pytest.fixture
def deal(network):
    return an_agreed_deal(network)


def disturbed(deal, *, kind=Disturbance.Kind.MACHINE_DOWN, cause="machine-off", now=NOW, facts=None):
    run = Run.objects.filter(package__deal=deal).first()
    found = services.report(run_id=run.pk, kind=kind, cause=cause, now=now, facts=facts)
    deal.refresh_from_db()
    return found


def displaced(deal):
    return disturbed(deal, kind=Disturbance.Kind.DISPLACED, cause="displaced", facts=REASON)


def proposed(deal, *, later):
    """As a re-plan that is done and taken up leaves it, arriving so much later than promised."""
    plan = deal.disturbances.latest("pk").plan_run
    plan.status, plan.plan = PlanRun.Status.DONE, {}
    plan.finish_min = (deal.promised_at + later - plan.epoch) // timedelta(minutes=1)
    plan.save()
    deal.disturbances.filter(plan_run=plan).update(status=Disturbance.Status.PROPOSED)
    Deal.objects.filter(pk=deal.pk).update(proposed_run=plan)
    deal.refresh_from_db()
    return plan


def said(notice, language="en") -> str:
    """Everything the document says, before it is set."""
    with translation.override(language):
        data = delay_data(notice, language=language)
    return str([data["title"], data["facts"], data["basis"], data["sentences"]])


def confirm(now=NOW) -> int:
    return services.confirm_delays(now=now)


def news() -> list[str]:
    rows = Notice.objects.filter(kind__startswith="trading.delay").order_by("pk")
    return [kind.removeprefix("trading.delay-") for kind in rows.values_list("kind", flat=True)]


def test_a_later_date_is_confirmed_by_itself_once_with_notice_and_document(network, deal):
    found = disturbed(deal)
    assert confirm() == 0, "nothing is known yet"
    proposed(deal, later=TWO_DAYS)
    assert confirm(NOW + HOUR) == 1
    assert confirm(NOW + HOUR) == confirm(NOW + 9 * HOUR) == 0, "it is said once"
    issued = DelayNotice.objects.get()
    assert (issued.deal, issued.number, issued.disturbance) == (deal, 1, found)
    assert (issued.agreed_at, issued.arrives_at) == (deal.promised_at, deal.promised_at + TWO_DAYS)
    assert (issued.noticed_at, issued.issued_at) == (NOW, NOW + HOUR)
    assert sorted(issued.documents.values_list("language", flat=True)) == ["en", "zh-hans"]
    told = Notice.objects.get(kind="trading.delay-with-date")
    assert told.enterprise_id == network.buyer.enterprise_id
    assert told.facts["number"] == 1


def test_a_plan_that_keeps_the_promise_is_no_delay(deal):
    disturbed(deal)
    proposed(deal, later=timedelta(0))
    assert confirm() == 0
    assert not DelayNotice.objects.exists()


def test_each_new_date_is_a_new_notice_and_the_old_one_stays(deal):
    disturbed(deal)
    proposed(deal, later=TWO_DAYS)
    confirm()
    first = DelayDocument.objects.get(notice__number=1, language="en").content
    proposed(deal, later=2 * TWO_DAYS)
    assert confirm(NOW + HOUR) == 1
    proposed(deal, later=TWO_DAYS)
    assert confirm(NOW + 2 * HOUR) == 1, "back to the first date is a change again"
    dates = list(DelayNotice.objects.order_by("number").values_list("number", "arrives_at"))
    assert dates == [
        (1, deal.promised_at + TWO_DAYS),
        (2, deal.promised_at + 2 * TWO_DAYS),
        (3, deal.promised_at + TWO_DAYS),
    ]
    assert DelayDocument.objects.get(notice__number=1, language="en").content == first


def test_work_that_gave_way_is_confirmed_at_once_and_its_date_follows(deal):
    displaced(deal)
    assert confirm() == 1
    assert DelayNotice.objects.get().arrives_at is None
    assert "A new date follows" in said(DelayNotice.objects.get())
    proposed(deal, later=TWO_DAYS)
    assert confirm() == 1
    assert news() == ["date-follows", "with-date"]


def test_a_re_plan_is_waited_for_only_so_long_and_one_that_failed_not_at_all(deal):
    found = disturbed(deal)
    assert confirm(NOW + 3 * HOUR) == 0
    PlanRun.objects.filter(pk=deal.disturbances.get().plan_run_id).update(status=PlanRun.Status.FAILED)
    with transaction.atomic():
        assert confirm(NOW + 3 * HOUR) == 1
        transaction.set_rollback(True)
    PlanRun.objects.filter(pk=deal.disturbances.get().plan_run_id).update(status=PlanRun.Status.QUEUED)
    assert confirm(NOW + 4 * HOUR) == 1
    assert DelayNotice.objects.get().disturbance == found


def test_a_delay_that_is_over_is_taken_back_and_one_the_buyer_leaves_is_not(network, deal):
    found = disturbed(deal)
    proposed(deal, later=TWO_DAYS)
    confirm()
    services.end_by_itself(disturbance_id=found.pk, now=NOW + HOUR)
    assert confirm(NOW + HOUR) == 1
    assert confirm(NOW + HOUR) == 0
    assert news() == ["with-date", "over"]
    assert "holds again" in said(DelayNotice.objects.get(number=2))
    other = disturbed(deal, now=NOW + HOUR)
    proposed(deal, later=TWO_DAYS)
    confirm(NOW + HOUR)
    services.dismiss(viewer=network.buyer, public_id=other.public_id, reason="We wait.", now=NOW + 2 * HOUR)
    assert confirm(NOW + 2 * HOUR) == 0


def test_a_change_that_was_committed_before_it_was_confirmed_is_confirmed_once():
    network = a_network(num_firms=3, quantity=1_500)
    deal = an_agreed_deal(network)
    agreed, now = deal.promised_at, NOW + 6 * HOUR
    for run in Run.objects.filter(package__deal=deal):
        services.report(run_id=run.pk, kind=Disturbance.Kind.LATE, cause="not-begun", now=now)
    deal.refresh_from_db()
    solve_change(deal, now=now)
    assert deal.proposed_run.arrives_at > agreed, "the case is one of a delay"
    services.consent(
        viewer=network.buyer, order_public_id=network.order.public_id,
        plan_public_id=deal.proposed_run.public_id, now=now, clock_speed=1.0,
    )  # fmt: skip
    deal.refresh_from_db()
    assert deal.promised_at > agreed
    assert confirm(now) == 1
    assert confirm(now) == 0
    issued = DelayNotice.objects.get()
    assert (issued.agreed_at, issued.arrives_at) == (agreed, deal.promised_at)
    assert "committed by the buyer" in said(issued)


def test_a_date_that_passes_with_goods_still_to_send_is_a_delay_for_placed_orders_only(deal):
    later = deal.promised_at + timedelta(minutes=1)
    assert confirm(deal.promised_at - HOUR) == 0
    with transaction.atomic():
        Order.objects.filter(pk=deal.order_id).update(status=Order.Status.DONE)
        assert confirm(later) == 0
        transaction.set_rollback(True)
    assert confirm(later) == 1
    assert confirm(later + HOUR) == 0
    issued = DelayNotice.objects.get()
    assert (issued.noticed_at, issued.arrives_at, issued.disturbance) == (deal.promised_at, None, None)
    assert "The agreed date has passed" in said(issued)


@pytest.mark.parametrize(
    ("noticed", "due"),
    [
        (datetime(2026, 3, 4, 2, tzinfo=UTC), datetime(2026, 3, 5, 2, tzinfo=UTC)),
        (datetime(2026, 3, 6, 2, tzinfo=UTC), datetime(2026, 3, 9, 2, tzinfo=UTC)),  # a Friday
        (
            datetime(2026, 3, 5, 17, tzinfo=UTC),
            datetime(2026, 3, 8, 17, tzinfo=UTC),
        ),  # Friday 01:00 in Ningbo
        (datetime(2026, 9, 30, 2, tzinfo=UTC), datetime(2026, 10, 8, 2, tzinfo=UTC)),  # before the holidays
    ],
)
def test_it_is_due_within_a_working_day_of_the_buyers_calendar(deal, noticed, due):
    found = displaced(deal)
    Disturbance.objects.filter(pk=found.pk).update(noticed_at=noticed)
    Deal.objects.update(promised_at=noticed + 30 * TWO_DAYS)
    confirm(noticed + HOUR)
    assert DelayNotice.objects.get().due_at == due


def test_it_names_order_dates_reason_authority_and_legal_basis(network, deal):
    displaced(deal)
    promised = deal.promised_at.astimezone(ZoneInfo(buyer_zone(network.order)))
    confirm()
    before = said(DelayNotice.objects.get(number=1))
    for word in (
        network.order.title, f"{promised:%Y-%m-%d %H:%M}", "A new date follows", "Spring flood",
        "Province of Zhejiang", "Article 52", "may be claimed",
    ):  # fmt: skip
        assert word in before
    proposed(deal, later=TWO_DAYS)
    confirm()
    after = said(DelayNotice.objects.get(number=2))
    assert "A new date follows" not in after
    assert f"{promised + TWO_DAYS:%Y-%m-%d %H:%M}" in after


def test_what_was_issued_stays_whatever_becomes_of_the_order(deal):
    displaced(deal)
    confirm()
    before = said(DelayNotice.objects.get())
    Order.objects.filter(pk=deal.order_id).update(title="Renamed")
    assert said(DelayNotice.objects.get()) == before
    for table in ("trading_delaynotice", "trading_delaydocument"):
        assert_written_once(table)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_buyer_sees_it_with_the_order_and_reads_the_bytes_that_were_issued(
    network, deal, client, language
):
    displaced(deal)
    confirm()
    issued = DelayNotice.objects.get()
    client.force_login(Person.objects.get(pk=network.buyer.person_id))
    path = f"/delay-notices/{issued.public_id}/"
    for page in (
        f"/orders/{network.order.public_id}/change/",
        f"/orders/{network.order.public_id}/plan/",
    ):
        assert path in client.get(page, headers={"HX-Request": "true"}).content.decode()
    got = client.get(path, headers={"Accept-Language": language})
    assert (got.status_code, got["Content-Type"]) == (200, "application/pdf")
    assert got.content == bytes(issued.documents.get(language=language).content)
    assert got.content.startswith(b"%PDF")


def test_nobody_else_has_it(network, deal, client):
    displaced(deal)
    confirm()
    path = f"/delay-notices/{DelayNotice.objects.get().public_id}/"
    for viewer in (a_buyer(), *network.owners.values()):
        client.force_login(Person.objects.get(pk=viewer.person_id))
        assert client.get(path).status_code == 404
    assert client.get("/delay-notices/dly_unknown/").status_code == 404


def test_verify_finds_a_delay_that_was_committed_and_never_confirmed(deal):
    found = disturbed(deal)
    services.end_by_itself(disturbance_id=found.pk, now=NOW)
    assert list(oracles.faults(["trading.delays"])) == []
    Disturbance.objects.filter(pk=found.pk).update(status=Disturbance.Status.COMMITTED)
    Deal.objects.update(promised_at=deal.promised_at + TWO_DAYS)
    assert [fault.text for fault in oracles.faults(["trading.delays"])] == [
        f"{found.public_id}: a delay of {deal.public_id} was never confirmed in writing"
    ]
    confirm()
    assert list(oracles.faults(["trading.delays"])) == []
