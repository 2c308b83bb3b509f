"""Double booking on a real database: it happens without the EXCLUDE constraint and never with it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from marketplace.capacity.locking import locked_equipment
from marketplace.capacity.models import TakenTime
from marketplace.capacity.services import TimeTaken, Wanted, book_runs, hold_runs
from tests.builders import NOW, a_machine

pytestmark = pytest.mark.django_db(transaction=True)

CONSTRAINT = next(c for c in TakenTime._meta.constraints if c.name == "a_machine_is_taken_once")
ALL_WEEK = [(weekday, "00:00", "00:00") for weekday in range(7)]
PATIENCE_S = 20


def wanted(machine, first=0, last=4, reference="run_1") -> Wanted:
    starts_at, ends_at = NOW + timedelta(hours=first), NOW + timedelta(hours=last)
    return Wanted(equipment_id=machine.pk, starts_at=starts_at, ends_at=ends_at, reference=reference)


@contextmanager
def without_the_constraint() -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.remove_constraint(TakenTime, CONSTRAINT)
    try:
        yield
    finally:
        TakenTime.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(TakenTime, CONSTRAINT)


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """Run the jobs in threads with their own connections; each job's answer or the error it raised."""

    def run(job: Callable[[], object]) -> object:
        try:
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=PATIENCE_S) for future in [pool.submit(run, job) for job in jobs]]


def check_then_insert(machine, isolation: str, everybody_has_looked: threading.Barrier) -> Callable[[], None]:
    """Booking as it is written by those who trust a SELECT: all look before anybody inserts."""

    def job() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
            one = wanted(machine)
            is_free = not TakenTime.objects.filter(equipment=machine, period__overlap=one.period).exists()
            everybody_has_looked.wait(PATIENCE_S)
            if is_free:
                TakenTime.objects.create(equipment=machine, kind="booking", period=one.period)

    return job


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
@pytest.mark.parametrize("num_bookers", [2, 8])
def test_check_then_insert_books_twice_without_the_constraint(num_bookers, isolation):
    machine, barrier = a_machine(), threading.Barrier(num_bookers)
    with without_the_constraint():
        answers = at_once(*[check_then_insert(machine, isolation, barrier) for _ in range(num_bookers)])
        assert answers == [None] * num_bookers
        assert TakenTime.objects.count() == num_bookers


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
@pytest.mark.parametrize("num_bookers", [2, 8])
def test_check_then_insert_books_once_with_the_constraint(num_bookers, isolation):
    machine, barrier = a_machine(), threading.Barrier(num_bookers)
    answers = at_once(*[check_then_insert(machine, isolation, barrier) for _ in range(num_bookers)])
    assert TakenTime.objects.count() == 1
    assert answers.count(None) == 1
    assert all(isinstance(answer, DatabaseError) for answer in answers if answer is not None)


@pytest.mark.parametrize("num_bookers", [2, 8])
def test_of_many_who_book_the_same_time_one_gets_it_and_the_others_are_told(num_bookers):
    machine = a_machine()
    answers = at_once(
        *[lambda n=n: book_runs(wanted=[wanted(machine, n / 10, 4, f"run_{n}")]) for n in range(num_bookers)]
    )
    assert TakenTime.objects.count() == 1
    assert sum(isinstance(answer, TimeTaken) for answer in answers) == num_bookers - 1


def test_without_the_constraint_the_service_books_twice():
    machine = a_machine()
    with without_the_constraint():
        at_once(*[lambda n=n: book_runs(wanted=[wanted(machine, 0, 4, f"run_{n}")]) for n in range(2)])
        assert TakenTime.objects.count() == 2


@pytest.mark.parametrize("num_takers", [2, 8])
def test_of_many_who_want_the_time_of_an_expired_hold_one_gets_it(num_takers):
    machine = a_machine(hours=ALL_WEEK)
    hold_runs(wanted=[wanted(machine, 0, 4, "run_old")], hold_s=0)
    answers = at_once(
        *[
            lambda n=n: hold_runs(wanted=[wanted(machine, 0, 4, f"run_{n}")], hold_s=60)
            for n in range(num_takers)
        ]
    )
    assert sum(isinstance(answer, TimeTaken) for answer in answers) == num_takers - 1
    assert TakenTime.objects.get().reference != "run_old"


def test_two_joint_bookings_in_opposite_order_do_not_block_each_other_for_ever():
    one, two = a_machine(), a_machine()
    for _round in range(5):
        answers = at_once(
            lambda: book_runs(wanted=[wanted(one, 0, 4, "run_a"), wanted(two, 0, 4, "run_b")]),
            lambda: book_runs(wanted=[wanted(two, 0, 4, "run_c"), wanted(one, 0, 4, "run_d")]),
        )
        assert sum(isinstance(answer, TimeTaken) for answer in answers) == 1
        assert {row.reference for row in TakenTime.objects.all()} in ({"run_a", "run_b"}, {"run_c", "run_d"})
        TakenTime.objects.all().delete()


def test_who_books_waits_for_whoever_has_the_machine():
    machine = a_machine()

    def impatient_booking() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
            book_runs(wanted=[wanted(machine)])

    with transaction.atomic():
        locked_equipment({machine.pk})
        (answer,) = at_once(impatient_booking)
    assert isinstance(answer, OperationalError) and "lock timeout" in str(answer)
    assert not TakenTime.objects.exists()
    book_runs(wanted=[wanted(machine)])
    assert TakenTime.objects.count() == 1


def test_without_the_locks_two_joint_bookings_in_opposite_order_block_each_other():
    one, two = a_machine(), a_machine()
    barrier = threading.Barrier(2)

    def insert(*machines) -> Callable[[], None]:
        def job() -> None:
            with transaction.atomic():
                for number, machine in enumerate(machines):
                    period = wanted(machine).period
                    TakenTime.objects.create(equipment=machine, kind="booking", period=period)
                    if number == 0:
                        barrier.wait(PATIENCE_S)

        return job

    answers = at_once(insert(one, two), insert(two, one))
    deadlocks = [a for a in answers if isinstance(a, OperationalError) and not isinstance(a, IntegrityError)]
    assert len(deadlocks) == 1 and "deadlock" in str(deadlocks[0])
