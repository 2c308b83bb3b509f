"""The driver itself: its faults replay from a seed, it hits nobody else, and a lost promise ends the run red."""

import os
import random
import subprocess
import sys
from itertools import islice

import pytest

from embedded.child import Phase, Standing
from embedded.standings import write_standings
from embedded.state import open_state
from scenarios.keys import Keys, OfficerKey
from tests.chaos.acknowledged import Acknowledged
from tests.chaos.faults import Fault, Kind, Victim, faults
from tests.chaos.killer import Blow, Killer
from tests.chaos.planted import CLAIMED
from tests.chaos.report import Report
from tests.chaos.stack import Muster
from tests.supervised import PROJECT, Supervised

ROUND = len(Victim) + 5
RUN_WITHIN_S = 500


def a_report(**changes):
    values = {
        "seed": 7, "minutes": 5.0, "broker": "Mosquitto", "skipped": (), "acknowledged": Acknowledged().counts(),
        "answers": {200: 10, 0: 1}, "refusals": {}, "quiet_s": 3.0, "faults": (),
        "blows": (Blow(fault="kill -9 web", at_s=4.0, away_s=2.5),),
    }  # fmt: skip
    return Report(**{**values, **changes})


def test_the_same_seed_brings_the_same_faults_and_another_one_others():
    assert list(islice(faults(1), 40)) == list(islice(faults(1), 40))
    assert list(islice(faults(1), 40)) != list(islice(faults(2), 40))


def test_each_round_brings_every_fault():
    for seed in range(5):
        first = list(islice(faults(seed), ROUND))
        alone = {fault.victims[0] for fault in first if len(fault.victims) == 1}
        assert alone == set(Victim)
        assert {fault.kind for fault in first} == set(Kind)
        assert sum(len(fault.victims) == 2 for fault in first) == 3


@pytest.fixture
def strangers():
    """A process that is not the supervisor's, and a supervisor without children."""
    processes = [subprocess.Popen(["sleep", "60"]) for _ in range(2)]
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def test_nobody_but_a_child_of_its_own_supervisor_is_hit(tmp_path, strangers):
    supervisor, stranger = strangers
    state = open_state(tmp_path)
    row = Standing(name="web", phase=Phase.READY, pid=stranger.pid, num_starts=1)
    write_standings(state, [row])
    nobody = OfficerKey(token="", totp="")
    muster = Muster(
        running=Supervised(state=state, process=supervisor, environ={"PORT": "1"}),
        keys=Keys(buyers={}, coordinator=nobody, approver=nobody, firms={}, machines=()),
        environ={},
        broker="",
        keeps_messages=True,
    )
    killer = Killer(muster=muster, faults=iter(()), draw=random.Random(1))

    assert not killer.hit(Fault(kind=Kind.KILL, victims=(Victim.WEB, Victim.WORKER_CHILD), after_s=0))
    assert stranger.poll() is None


def test_a_report_says_how_to_run_it_again():
    red = a_report(faults=("lost_orders: lost: order ord_1",))
    assert not red.is_clean
    assert "FAULT lost_orders: lost: order ord_1" in red.text()
    assert "--seed 7 --minutes 5" in red.text()


def test_what_does_not_come_back_is_a_fault():
    red = a_report(blows=(Blow(fault="kill -9 web", at_s=4.0, away_s=None),))
    assert not red.is_clean
    assert "FAULT not ready again after: kill -9 web at 4 s" in red.text()


def test_a_clean_report_says_so():
    assert a_report().is_clean
    assert "nothing acknowledged was lost" in a_report().text()


@pytest.mark.slow
def test_a_run_whose_load_was_promised_more_than_is_stored_ends_red(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.planted", "--seed", "1", "--minutes", "0.2"],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=RUN_WITHIN_S,
        check=False,
    )
    assert f"FAULT lost_orders: lost: order {CLAIMED.order}, {CLAIMED.title}" in done.stdout.splitlines(), (
        done.stdout
    )
    assert done.returncode == 1
