"""A drill plans a fictitious rated order on a frozen copy of the network: it says what would be displaced, and nothing
but the drill's own rows changes."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from marketplace.accounts.models import Notice, Person
from marketplace.capacity.models import TakenTime
from marketplace.common.errors import DomainError, InvalidInput, NotFound
from marketplace.common.models import AuditEntry
from marketplace.mobilisation import services
from marketplace.mobilisation.errors import NoDrill
from marketplace.mobilisation.models import Exercise
from marketplace.mobilisation.services import exercises
from marketplace.planning import copies
from tests.builders import NOW
from tests.mobilisation.displacing import Displacing
from tests.mobilisation.emergencies import HOUR, an_office, in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

OWN_TABLES = {"mobilisation_exercise", "common_auditentry", "common_audithead"}
S = Exercise.Status


@pytest.fixture
def case(settings):
    settings.SOLVER = {**settings.SOLVER, "time_limit_s": 3}
    return Displacing(is_drill=True)


def asked(case, *, viewer=None, **more):
    wanted = {
        "product": case.product.code, "quantity": 300, "rating": "DX", "city": "Ningbo", "due_at": NOW + 12 * HOUR,
    }  # fmt: skip
    return services.ask_exercise(
        viewer=viewer or case.office.first,
        declaration_public_id=case.declaration.public_id,
        now=NOW,
        **{**wanted, **more},
    )


def everything() -> dict[str, list]:
    """All rows of all tables but those a drill may write."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - OWN_TABLES
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t ORDER BY 1')
            found[table] = cursor.fetchall()
    return found


def test_it_says_what_would_give_way_and_changes_nothing_and_tells_nobody(
    case, django_capture_on_commit_callbacks
):
    before, news = everything(), Notice.objects.count()
    assert len(before) > 60
    with django_capture_on_commit_callbacks() as told:
        exercise = asked(case)
    assert len(told) <= 4, "the worker is nudged, the office's pages look again, the audit log is anchored"
    services.solve_exercise(public_id=exercise.public_id)
    exercise.refresh_from_db()
    assert exercise.status == S.DONE, exercise.error
    assert exercise.displaced == [{"order": 1, "rating": "", "runs": 1, "minutes": minutes_of(case.run)}]
    assert NOW < exercise.arrives_at <= exercise.due_at
    assert exercise.num_factories == 1
    assert everything() == before
    assert Notice.objects.count() == news
    entry = AuditEntry.objects.latest("seq")
    assert entry.action == "mobilisation.exercise-planned"


def minutes_of(run) -> int:
    return int((run.ends_at - run.starts_at) / timedelta(minutes=1))


def test_the_copy_stays_what_it_was_when_the_network_changes(case):
    exercise = asked(case)
    TakenTime.objects.all().delete()
    services.solve_exercise(public_id=exercise.public_id)
    exercise.refresh_from_db()
    assert [row["runs"] for row in exercise.displaced] == [1], "it is taken on the copy"


def test_with_time_enough_nobody_would_give_way(case):
    exercise = asked(case, due_at=NOW + timedelta(days=19))
    services.solve_exercise(public_id=exercise.public_id)
    exercise.refresh_from_db()
    assert (exercise.status, exercise.displaced) == (S.DONE, [])


def test_the_pages_show_no_name_and_belong_to_the_office(case, client):
    exercise = asked(case)
    services.solve_exercise(public_id=exercise.public_id)
    client.force_login(Person.objects.get(pk=case.office.second.person_id))
    page = client.get(f"/exercises/{exercise.public_id}/").content.decode()
    assert "In earnest 1 run would give way" in page
    assert "Order 1 of the copy" in page
    for name in (
        case.run.package.enterprise.name, case.run.equipment.name, case.deal.order.title, case.deal.order.buyer.name
    ):  # fmt: skip
        assert name not in page
    shown = client.get(f"/emergency/{case.declaration.public_id}/").content.decode()
    assert f"/exercises/{exercise.public_id}/" in shown
    assert "planned a fictitious order on a copy of the network" in shown
    for stranger in (an_office(name="Another office").first, case.network.buyer):
        client.force_login(Person.objects.get(pk=stranger.person_id))
        assert client.get(f"/exercises/{exercise.public_id}/").status_code in (403, 404)


def test_it_is_asked_for_by_a_form(case, client):
    client.force_login(Person.objects.get(pk=case.office.first.person_id))
    path = f"/emergency/{case.declaration.public_id}/exercises/new"
    assert client.get(path).status_code == 200
    given = {"product": case.product.code, "quantity": 300, "city": "Nowhere at all", "rating": "DX",
             "due_at": "2026-03-03T09:00"}  # fmt: skip
    assert "There is no such city" in client.post(path, given).content.decode()
    assert not Exercise.objects.exists()
    answered = client.post(path, {**given, "city": "宁波"})
    assert answered.url == f"/exercises/{Exercise.objects.get().public_id}/"
    assert "being planned" in client.get(answered.url).content.decode()


def test_in_earnest_there_is_none_and_absurd_input_is_refused(case):
    earnest = in_force(case.office, product=case.product)
    with pytest.raises(NoDrill):
        services.ask_exercise(
            viewer=case.office.first, declaration_public_id=earnest.public_id, product=case.product.code,
            quantity=300, rating="DX", city="Ningbo", due_at=NOW + HOUR, now=NOW,
        )  # fmt: skip
    for wrong in ({"product": "x"}, {"quantity": 0}, {"rating": ""}, {"city": "x"}, {"due_at": NOW}):
        with pytest.raises(InvalidInput):
            asked(case, **wrong)
    for stranger in (an_office(name="Another office").first, case.network.buyer):
        with pytest.raises(DomainError):
            asked(case, viewer=stranger)
    with pytest.raises(NotFound):
        asked(case, viewer=an_office(name="A third office").first)
    assert not Exercise.objects.exists()


def test_a_worker_that_was_lost_writes_nothing_and_the_next_one_does(case, monkeypatch):
    exercise = asked(case)
    assert services.exercises_to_solve() == [exercise.public_id]

    def taken_over(*_args, **_more):
        Exercise.objects.update(fencing_token=99)
        return copies.Answer(arrives_after=None, num_enterprises=7, displaced=())

    monkeypatch.setattr(exercises, "solve_copy", taken_over)
    services.solve_exercise(public_id=exercise.public_id)
    exercise.refresh_from_db()
    assert (exercise.status, exercise.num_factories) == (S.RUNNING, 0)
    assert services.exercises_to_solve() == [], "its lease has not ended"
    Exercise.objects.update(lease_until=NOW - timedelta(days=999))
    assert services.exercises_to_solve() == [exercise.public_id]
    monkeypatch.setattr(
        exercises, "solve_copy", lambda *_a, **_m: copies.Answer(arrives_after=None, num_enterprises=1, displaced=())
    )  # fmt: skip
    services.solve_exercise(public_id=exercise.public_id)
    exercise.refresh_from_db()
    assert (exercise.status, exercise.num_factories) == (S.DONE, 1)


def test_what_cannot_be_solved_is_given_up_after_three_tries(case, monkeypatch):
    exercise = asked(case)

    def fails(*_args, **_more):
        raise copies.CopyNotSolved("exit 9: no")

    monkeypatch.setattr(exercises, "solve_copy", fails)
    services.solve_exercise(public_id=exercise.public_id)
    exercise.refresh_from_db()
    assert (exercise.status, exercise.error) == (S.FAILED, "CopyNotSolved: exit 9: no")
    Exercise.objects.update(status=S.QUEUED, attempts=exercises.MAX_ATTEMPTS)
    services.solve_exercise(public_id=exercise.public_id)
    exercise.refresh_from_db()
    assert (exercise.status, exercise.is_over) == (S.FAILED, True)
