"""Periodic tasks: once a period, whoever asks, and again in the next."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from config.celery import app
from marketplace.accounts.services.notices import MAIL_TASK
from marketplace.common import periodic
from marketplace.common.models import PeriodicRun
from marketplace.common.periodic import NotScheduled, claim_period, once_a_period
from tests.builders import NOW

NAME, OTHER = "test.sweep", "test.other-sweep"  # beats of a stack that runs beside the tests claim their own
PERIOD = timedelta(seconds=10)
BEGIN = NOW.replace(second=0, microsecond=0)  # a period of ten seconds begins here
PATIENCE_S = 20


@pytest.fixture(autouse=True)
def schedule(settings):
    both = {name: {"task": name, "schedule": PERIOD} for name in (NAME, OTHER)}
    settings.CELERY_BEAT_SCHEDULE = {**settings.CELERY_BEAT_SCHEDULE, **both}


@pytest.fixture
def at(monkeypatch):
    """Set the real clock of the tasks."""

    def set_clock(moment):
        monkeypatch.setattr(periodic, "real_now", lambda: moment)

    set_clock(BEGIN)
    return set_clock


@pytest.mark.django_db
def test_a_second_beat_in_the_same_period_does_nothing():
    assert claim_period(name=NAME, real_now=BEGIN)
    assert not claim_period(name=NAME, real_now=BEGIN)
    assert not claim_period(name=NAME, real_now=BEGIN + PERIOD - timedelta(milliseconds=1))
    assert PeriodicRun.objects.get(name=NAME).claimed_at == BEGIN


@pytest.mark.django_db
def test_the_next_period_runs_again():
    assert claim_period(name=NAME, real_now=BEGIN)
    assert claim_period(name=NAME, real_now=BEGIN + PERIOD)
    assert not claim_period(name=NAME, real_now=BEGIN + PERIOD)


@pytest.mark.django_db
def test_a_beat_that_is_late_does_not_run_a_period_that_is_past():
    assert claim_period(name=NAME, real_now=BEGIN + PERIOD)
    assert not claim_period(name=NAME, real_now=BEGIN)


@pytest.mark.django_db
def test_a_clock_that_was_set_back_stops_no_sweep():
    assert claim_period(name=NAME, real_now=BEGIN + timedelta(days=365))
    assert claim_period(name=NAME, real_now=BEGIN)
    assert not claim_period(name=NAME, real_now=BEGIN)


@pytest.mark.django_db
def test_tasks_have_periods_of_their_own():
    assert claim_period(name=NAME, real_now=BEGIN)
    assert claim_period(name=OTHER, real_now=BEGIN)


@pytest.mark.django_db
def test_a_task_that_is_not_scheduled_is_refused():
    with pytest.raises(NotScheduled):
        claim_period(name="nobody.knows", real_now=BEGIN)
    assert not PeriodicRun.objects.filter(name="nobody.knows").exists()


@pytest.mark.django_db
def test_a_sweep_that_crashed_runs_again_in_the_next_period_and_not_before(at):
    runs = []

    def crash():
        runs.append("crash")
        raise RuntimeError("killed half way")

    with pytest.raises(RuntimeError):
        once_a_period(NAME)(crash)()
    sweep = once_a_period(NAME)(lambda: runs.append("whole"))
    sweep()
    assert runs == ["crash"]

    at(BEGIN + PERIOD)
    sweep()
    assert runs == ["crash", "whole"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_first_ever", [True, False])
def test_of_two_beats_at_once_one_sweeps(at, is_first_ever):
    if not is_first_ever:
        claim_period(name=NAME, real_now=BEGIN - PERIOD)
    beats = 8
    runs, everybody_is_here = [], threading.Barrier(beats)
    sweep = once_a_period(NAME)(lambda: runs.append("swept"))

    def beat():
        everybody_is_here.wait(PATIENCE_S)
        try:
            sweep()
        finally:
            connection.close()

    with ThreadPoolExecutor(beats) as pool:
        for future in [pool.submit(beat) for _ in range(beats)]:
            future.result(timeout=PATIENCE_S)
    assert runs == ["swept"]


@pytest.mark.django_db
def test_every_scheduled_task_runs_once_a_period():
    """Mail is also nudged, and each notice is taken under its own lock."""
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - {MAIL_TASK, NAME, OTHER}
    for name in scheduled & set(app.tasks):
        app.tasks[name]()
    assert set(PeriodicRun.objects.values_list("name", flat=True)) == scheduled
