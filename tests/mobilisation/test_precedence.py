"""A rated order takes its place: by a person of the office that rated it, under a declaration in force, over what has
not begun, and everybody sees before what gives way, to which date, and who bears it."""

from dataclasses import replace

import pytest

from marketplace.accounts.models import Person
from marketplace.common import clock
from marketplace.common.errors import Forbidden, NotFound
from marketplace.common.models import AuditEntry
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.errors import NotLive
from marketplace.orders.models import Order
from marketplace.planning import run as planning_run
from marketplace.planning.models import PlanRun
from marketplace.production.models import WorkOrder
from marketplace.production.services import open_work
from marketplace.trading.errors import ChangeOutdated
from marketplace.trading.models import Deal, Disturbance, Run
from tests.builders import NOW, an_api_client
from tests.mobilisation.displacing import Displacing
from tests.mobilisation.emergencies import DAY, an_office
from tests.trading.deals import a_network, an_agreed_deal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def start_early(case) -> Run:
    """Its operator began before the booked time."""
    open_work(deal_id=case.deal.pk, now=NOW)
    WorkOrder.objects.filter(run=case.run).update(started_at=NOW, status=WorkOrder.Status.RUNNING)
    return case.run


def nothing_gave_way(case) -> bool:
    case.run.refresh_from_db()
    return (case.run.status, Disturbance.objects.count(), Deal.objects.count()) == (Run.Status.BOOKED, 0, 1)


def test_before_and_after_say_who_gives_way_to_which_date_and_who_bears_it():
    case = Displacing()
    plan = case.plan()
    (pending,) = selectors.giving_way(plan)
    assert (pending.foreseen.is_known, pending.expected_at, pending.delay_min) == (False, None, None)
    case.foresee(plan)
    (row,) = selectors.giving_way(plan)
    assert (row.order, row.promised_at, row.runs) == (case.network.order, case.deal.promised_at, (case.run,))
    assert row.expected_at > row.promised_at
    assert row.delay_min > 0
    factory, buyer = selectors.bearers([row])
    minutes = (case.run.ends_at - case.run.starts_at).total_seconds() / 60
    assert (factory.name, factory.is_buyer, factory.num_runs, factory.machine_min, factory.times_before) == (
        "Firm 0", False, 1, minutes, 0
    )  # fmt: skip
    assert (buyer.name, buyer.is_buyer, buyer.num_runs) == (case.network.order.buyer.name, True, 1)
    assert nothing_gave_way(case)

    case.take(plan)
    (after,) = selectors.giving_way(plan)
    assert (after.promised_at, after.expected_at) == (row.promised_at, row.expected_at)
    assert [one.times_before for one in selectors.bearers([after])] == [0, 0]


def test_all_deals_that_give_way_are_read_in_three_queries(django_assert_num_queries):
    case = Displacing()
    other = an_agreed_deal(a_network(num_firms=1, due_at=NOW + 20 * DAY))
    plan = case.ask()
    plan.displaced = list(Run.objects.values_list("public_id", flat=True))
    with django_assert_num_queries(3):
        rows = selectors.giving_way(plan)
    assert {row.order.pk: row.promised_at for row in rows} == {
        deal.order_id: deal.promised_at for deal in (case.deal, other)
    }


def test_the_page_shows_it_and_a_person_commits(client):
    case = Displacing()
    page = f"/ratings/{case.rating.public_id}/"
    client.force_login(Person.objects.get(pk=case.office.first.person_id))
    assert "has no place yet" in client.get(page).content.decode()
    client.post(page)
    plan = PlanRun.objects.get(kind=PlanRun.Kind.PRECEDENCE)
    assert "The plan is being made" in client.get(page).content.decode()
    planning_run.solve_row(plan.public_id)
    shown = client.get(page).content.decode()
    assert "1 run would give way" in shown
    assert "being worked out" in shown
    case.foresee(plan)
    shown = client.get(page).content.decode()
    assert "being worked out" not in shown
    assert "Firm 0" in shown and case.network.order.buyer.name in shown
    client.post(page, {"plan": plan.public_id})
    case.order.refresh_from_db()
    assert case.order.status == Order.Status.OFFERED
    taken = AuditEntry.objects.get(action="mobilisation.precedence-taken")
    assert (taken.person, taken.facts["displaced"]) == (
        Person.objects.get(pk=case.office.first.person_id).public_id, [case.run.public_id]
    )  # fmt: skip
    assert "Commit the plan" not in client.get(page).content.decode()


def test_the_api_proposes_shows_and_takes():
    case = Displacing()
    api = an_api_client(case.office.first)
    path = f"/api/v1/ratings/{case.rating.public_id}/precedence"
    asked = api.post(path, format="json", headers={"Idempotency-Key": "ask-1"})
    assert asked.status_code == 202, asked.content
    plan = PlanRun.objects.get(kind=PlanRun.Kind.PRECEDENCE)
    planning_run.solve_row(plan.public_id)
    case.foresee(plan)
    found = api.get(path).json()
    assert (found["status"], found["num_displaced"]) == ("done", 1)
    (row,) = found["displaced"]
    assert row["is_foreseen"] and row["expected_at"] > row["promised_at"]
    assert row["runs"][0]["factory"] == "Firm 0"
    assert {one["is_buyer"] for one in found["bearers"]} == {True, False}
    other = an_api_client(an_office(name="Second Office").first)
    body = {"plan": plan.public_id}
    for foreign in (other.get(path), other.post(f"{path}/take", body, format="json")):
        assert foreign.status_code == 404
    assert nothing_gave_way(case)
    taken = api.post(f"{path}/take", body, format="json", headers={"Idempotency-Key": "take-1"})
    assert taken.status_code == 200, taken.content
    assert Disturbance.objects.get().deal == case.deal


def test_for_the_coordinator_of_another_office_there_is_no_such_rating():
    case = Displacing()
    plan = case.plan()
    stranger = an_office(name="Second Office").first
    with pytest.raises(NotFound):
        case.ask(viewer=stranger)
    with pytest.raises(NotFound):
        case.take(plan, viewer=stranger)
    with pytest.raises(NotFound):
        selectors.precedence_plan(stranger, rating_public_id=case.rating.public_id, now=NOW)
    assert nothing_gave_way(case)


def test_only_a_person_who_may_act_for_the_office_commits():
    case = Displacing()
    plan = case.plan()
    for viewer in (
        replace(case.office.first, person_id=None),
        replace(case.office.first, role="viewer"),
        replace(case.office.first, may_write=False),
    ):
        with pytest.raises(Forbidden):
            case.take(plan, viewer=viewer)
    assert nothing_gave_way(case)


def test_a_declaration_that_expired_gives_no_precedence():
    case = Displacing()
    plan = case.plan()
    over = case.declaration.until_at
    with pytest.raises(NotLive):
        case.ask(now=over)
    with pytest.raises(NotLive):
        case.take(plan, now=over)
    assert nothing_gave_way(case)


def test_once_the_declaration_is_over_a_plan_nobody_committed_is_not_shown_any_more(client):
    case = Displacing()
    plan = case.plan()
    page, told = f"/ratings/{case.rating.public_id}/", f"/api/v1/ratings/{case.rating.public_id}/precedence"
    factory = case.run.package.enterprise.name
    client.force_login(Person.objects.get(pk=case.office.first.person_id))
    assert factory in client.get(page).content.decode()
    assert an_api_client(case.office.first).get(told).status_code == 200
    clock.set_clock(speed=0, business_at=case.declaration.until_at)
    assert factory not in client.get(page).content.decode()
    assert an_api_client(case.office.first).get(told).status_code == 404
    clock.set_clock(speed=0, business_at=NOW)
    case.take(plan)
    clock.set_clock(speed=0, business_at=case.declaration.until_at)
    assert factory in client.get(page).content.decode()
    assert an_api_client(case.office.first).get(told).json()["plan"] == plan.public_id


def test_a_declaration_that_was_ended_takes_the_rating_with_it(client):
    case = Displacing()
    plan = case.plan()
    services.end_declaration(
        viewer=case.office.first, public_id=case.declaration.public_id, reason="The river fell.", now=NOW
    )
    with pytest.raises(NotFound):
        case.take(plan)
    client.force_login(Person.objects.get(pk=case.office.first.person_id))
    assert "Commit the plan" not in client.get(f"/ratings/{case.rating.public_id}/").content.decode()
    assert nothing_gave_way(case)


def test_do_never_displaces_dx():
    case = Displacing(rating="DO")
    Order.objects.filter(pk=case.network.order.pk).update(rating="DX", programme="prg_other")
    plan = case.plan()
    assert (plan.displaceable, plan.displaced) == ([], [])


def test_of_two_equal_ratings_the_one_confirmed_first_keeps_its_place():
    case = Displacing()
    second = case.rated(rating="DX")
    case.take(case.plan())
    first_runs = Run.objects.filter(package__deal__order=case.order)
    before = set(first_runs.values_list("pk", "status", "starts_at"))
    plan = case.plan(second)
    assert not {one["reference"] for one in plan.displaceable} & set(
        first_runs.values_list("public_id", flat=True)
    )
    assert set(first_runs.values_list("pk", "status", "starts_at")) == before


def test_work_that_was_started_early_stays_where_it_is_in_the_proposal():
    case = Displacing()
    run = start_early(case)
    plan = case.plan()
    assert plan.displaceable == []
    assert run.public_id not in plan.freed
    case.take(plan)
    run.refresh_from_db()
    assert run.status == Run.Status.BOOKED
    assert not Disturbance.objects.exists()


def test_work_that_was_started_since_the_proposal_makes_it_outdated():
    case = Displacing()
    plan = case.plan()
    assert plan.displaced == [case.run.public_id]
    start_early(case)
    with pytest.raises(ChangeOutdated):
        case.take(plan)
    assert nothing_gave_way(case)


def test_nothing_outside_the_declared_regions_gives_way():
    case = Displacing(regions=("Guangdong",), ends_at=NOW + 10 * DAY)
    assert case.plan().displaceable == []
