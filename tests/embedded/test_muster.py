"""The whole process table: every process is killed in turn, and Muster answers again by itself."""

import signal

import psutil
import pytest

from embedded.kernel import processes_with_variable
from embedded.ports import free_port
from embedded.stack import SUPERVISED
from embedded.state import open_state
from tests.supervised import start

UP_WITHIN_S = 120  # on two cores that other tests share

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("muster")]


@pytest.fixture(scope="module")
def muster(tmp_path_factory):
    state = open_state(tmp_path_factory.mktemp("muster"))
    environ = {"ENVIRONMENT": "demo", "SCENARIO": "none", "PORT": str(free_port())}
    running = start(state, "--volatile", environ=environ)
    running.wait_until_up(within_s=UP_WITHIN_S)
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.mark.parametrize("name", ["web", "worker", "beat", "ingest", "mqtt", "redis", "postgres"])
def test_muster_answers_again_after_a_kill_of(muster, name):
    before = muster.standings[name]
    family = psutil.Process(before.pid).children(recursive=True)
    muster.kill(name)

    muster.wait_for(lambda: muster.standings[name].num_starts > before.num_starts, within_s=UP_WITHIN_S)
    muster.wait_for(lambda: muster.is_up and muster.is_answering(), within_s=UP_WITHIN_S)
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_ctrl_c_leaves_no_process(muster):
    family = psutil.Process(muster.process.pid).children(recursive=True)
    assert {row.pid for row in muster.standings.values() if row.pid} <= {process.pid for process in family}

    assert muster.stop(signal.SIGINT) == 0

    assert psutil.wait_procs(family, timeout=1)[1] == []
    assert list(processes_with_variable(SUPERVISED, str(muster.state.folder))) == []
