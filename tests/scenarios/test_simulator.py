"""A simulated machine does what is booked, counts what it makes, and says nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from scenarios.simulator import ACTIVE, INTERRUPTED, OFF, READY, Batch, BookedRun, SimulatedMachine

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # 20:00 in Ningbo: nobody's shift
RUN = BookedRun(
    starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=5), setup=timedelta(minutes=30), quantity=1_000
)


def a_machine(**more):
    return SimulatedMachine(name="dev_1", units_per_h=300, seed=7, **more)


def test_it_sets_up_before_it_makes_anything():
    machine = a_machine(runs=[RUN])
    said = machine.advance(since=MONDAY, until=MONDAY + timedelta(minutes=29))
    assert (said[-1].execution, said[-1].count) == (READY, 0)
    said = machine.advance(since=MONDAY + timedelta(minutes=29), until=MONDAY + timedelta(minutes=31))
    assert said[0].at == MONDAY + timedelta(minutes=30)
    assert said[0].execution == ACTIVE


def test_it_makes_exactly_what_is_booked_and_stops():
    machine = a_machine(runs=[RUN])
    machine.advance(since=RUN.starts_at, until=RUN.ends_at)
    assert machine.count == RUN.quantity


def test_small_steps_and_one_large_step_make_the_same_number_of_pieces():
    large, small = a_machine(runs=[RUN]), a_machine(runs=[RUN])
    large.advance(since=RUN.starts_at, until=RUN.starts_at + timedelta(hours=2))
    at = RUN.starts_at
    while at < RUN.starts_at + timedelta(hours=2):
        small.advance(since=at, until=at + timedelta(minutes=5))
        at += timedelta(minutes=5)
    assert abs(large.count - small.count) <= 1


def test_every_message_is_later_than_the_one_before_and_counters_never_fall():
    machine = a_machine(runs=[RUN])
    at, said = MONDAY - timedelta(days=2), []
    while at < MONDAY + timedelta(days=1):
        said += machine.advance(since=at, until=at + timedelta(minutes=20))
        at += timedelta(minutes=20)
    assert all(before.at < after.at for before, after in pairwise(said))
    assert all(before.count <= after.count for before, after in pairwise(said))


def test_another_seed_is_another_day():
    days = []
    for seed in (1, 2):
        machine = SimulatedMachine(name="dev_1", units_per_h=300, seed=seed)
        days.append([s.execution for s in machine.advance(since=MONDAY, until=MONDAY + timedelta(days=2))])
    assert days[0] != days[1]


def test_a_run_half_done_when_the_world_stopped_is_not_begun_again():
    resumed = a_machine(runs=[replace(RUN, made=800)])
    almost_done = RUN.starts_at + RUN.setup + timedelta(hours=3)
    resumed.advance(since=almost_done, until=RUN.ends_at)
    assert resumed.count == RUN.quantity - 800


def test_a_run_begun_late_is_finished_late_unless_another_is_in_the_way():
    late, hindered = a_machine(runs=[RUN]), a_machine(runs=[RUN])
    following = replace(RUN, starts_at=RUN.ends_at, ends_at=RUN.ends_at + timedelta(hours=5), program="next")
    hindered.runs.append(following)
    for machine in (late, hindered):
        said = machine.advance(since=RUN.starts_at + timedelta(hours=3), until=RUN.ends_at)
        assert machine.count < RUN.quantity
        assert said[-1].program == (RUN.program if machine is late else following.program)
    said = late.advance(since=RUN.ends_at, until=RUN.ends_at + timedelta(hours=12))
    assert late.count >= RUN.quantity
    assert said[0].program != RUN.program
    said = hindered.advance(since=RUN.ends_at, until=RUN.ends_at + timedelta(minutes=5))
    assert {one.program for one in said} == {"next"}


def test_the_counter_is_told_where_a_run_begins_and_ends_though_own_work_goes_on():
    """At 10:00 in Ningbo, in a shift: the state alone would not tell own work from the run."""
    morning = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    runs = [
        BookedRun(
            starts_at=morning + timedelta(minutes=start),
            ends_at=morning + timedelta(minutes=start + 7),
            setup=timedelta(),
            quantity=30,
        )
        for start in range(0, 300, 20)
    ]
    machine = a_machine(runs=runs)
    told = {
        each.at
        for each in machine.advance(since=morning - timedelta(hours=1), until=morning + timedelta(hours=6))
    }
    assert {run.starts_at for run in runs} | {run.ends_at for run in runs} <= told


def test_a_batch_waits_for_its_goods_and_is_made_in_its_time():
    half = MONDAY + timedelta(hours=2)
    batches = (
        Batch(starts_at=MONDAY, ends_at=half, quantity=200),
        Batch(starts_at=half + timedelta(hours=1), ends_at=RUN.ends_at, quantity=800 - 200),
    )
    machine = a_machine(runs=[replace(RUN, quantity=800, batches=batches)])
    said = machine.advance(since=MONDAY, until=half + timedelta(minutes=59))
    assert (said[-1].execution, said[-1].count) == (READY, 200)
    machine.advance(since=half + timedelta(minutes=59), until=RUN.ends_at)
    assert machine.count == 800


@pytest.mark.parametrize("seed", range(12))
def test_it_is_never_behind_the_plan_of_a_run_for_all_its_short_stops(seed):
    machine = SimulatedMachine(name="dev_1", units_per_h=223, seed=seed, runs=[RUN])
    at, states = RUN.starts_at, set()
    while at < RUN.ends_at:
        states |= {one.execution for one in machine.advance(since=at, until=at + timedelta(minutes=7))}
        at += timedelta(minutes=7)
        assert machine.count >= min(RUN.quantity, RUN.planned_by(at))
    assert machine.count >= RUN.quantity
    assert ACTIVE in states


def test_short_stops_there_are():
    states = set()
    for seed in range(12):
        machine = SimulatedMachine(name="dev_1", units_per_h=300, seed=seed, runs=[RUN])
        states |= {one.execution for one in machine.advance(since=RUN.starts_at, until=RUN.ends_at)}
    assert INTERRUPTED in states


def test_it_says_the_program_of_the_run_it_is_on_and_another_otherwise():
    run = replace(RUN, program="MU-7K3F")
    machine = a_machine(runs=[run])
    said = machine.advance(since=MONDAY - timedelta(hours=1), until=run.ends_at + timedelta(hours=1))
    during = {one.program for one in said if run.starts_at <= one.at < run.ends_at}
    around = {one.program for one in said if not run.starts_at <= one.at < run.ends_at}
    assert during == {"MU-7K3F"}
    assert "MU-7K3F" not in around


def test_a_broken_machine_is_off_and_makes_nothing_more():
    machine = a_machine(runs=[RUN])
    broken_at = RUN.starts_at + timedelta(hours=2)
    machine.advance(since=RUN.starts_at, until=broken_at)
    made = machine.count
    machine.is_broken = True
    said = machine.advance(since=broken_at, until=RUN.ends_at)
    assert made > 0
    assert {(one.execution, one.count) for one in said} == {(OFF, made)}
