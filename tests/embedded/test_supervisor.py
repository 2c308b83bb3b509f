"""The supervisor on small tables of its own, in a process of its own."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

PROJECT = Path(__file__).resolve().parents[2]
PRELUDE = """
import signal, sys
from pathlib import Path
from embedded.logbook import Logbook, console
from embedded.process import Kind, Process
from embedded.standings import write_standings
from embedded.state import open_state
from embedded.supervisor import Supervisor

folder = Path(sys.argv[1])
state = open_state(folder)

def a_process(name, code, **options):
    return Process(name=name, command=(sys.executable, "-c", code, str(folder)), **options)

def note(name, text):
    return f"import sys, time, os, signal; open(sys.argv[1] + '/notes', 'a').write('{name} {text}\\\\n');"

def on_stop(name):
    return ("import sys, time, signal\\n"
            "def stop(*_):\\n"
            f"    open(sys.argv[1] + '/notes', 'a').write('{name} stops\\\\n'); sys.exit()\\n"
            "signal.signal(signal.SIGTERM, stop)\\n"
            f"open(sys.argv[1] + '/notes', 'a').write('{name} starts\\\\n')\\n"
            "time.sleep(60)")

def run(*table):
    import os
    Supervisor(table, environ=dict(os.environ), logbook=Logbook(folder=state.logs, is_verbose=False), say=console,
               on_up=lambda: (folder / "up").touch(), on_change=lambda rows: write_standings(state, rows)).run()
"""


class Run:
    def __init__(self, folder, table):
        self.folder = folder
        script = PRELUDE + textwrap.dedent(table)
        self.popen = subprocess.Popen(
            [sys.executable, "-c", script, str(folder)],
            cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    @property
    def notes(self):
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def descendants(self):
        return psutil.Process(self.popen.pid).children(recursive=True)

    def wait_for(self, is_met, within_s=10):
        deadline = time.monotonic() + within_s
        while not is_met():
            assert time.monotonic() < deadline, self.notes
            time.sleep(0.02)

    def wait_until_up(self):
        self.wait_for((self.folder / "up").exists)

    def stop(self, signum=signal.SIGTERM):
        self.popen.send_signal(signum)
        return self.popen.communicate(timeout=20)[0]


@pytest.fixture
def supervise(tmp_path):
    runs = []

    def start(table):
        runs.append(Run(tmp_path, table))
        return runs[-1]

    yield start
    for run in runs:
        if run.popen.poll() is None:
            run.stop()


def gone(processes):
    return not psutil.wait_procs(processes, timeout=10)[1]


def test_a_row_starts_after_those_it_names_and_stops_before_them(supervise):
    run = supervise("""
        server = a_process("server", on_stop("server"))
        client = a_process("client", on_stop("client"), after=("server",))
        run(server, client)
    """)
    run.wait_for(lambda: len(run.notes) == 2)
    run.stop()

    assert run.notes == ["server starts", "client starts", "client stops", "server stops"]


def test_nothing_starts_before_a_step_has_succeeded(supervise):
    run = supervise("""
        step = a_process("step", "import time; time.sleep(.5);" + note("step", "done"), kind=Kind.STEP)
        run(step, a_process("web", note("web", "starts") + "time.sleep(60)", after=("step",)))
    """)
    run.wait_for(lambda: len(run.notes) == 2)

    assert run.notes == ["step done", "web starts"]


def test_a_step_that_keeps_failing_stops_everything_and_says_why(supervise):
    run = supervise("""
        from embedded.errors import EmbeddedError
        try:
            run(a_process("server", on_stop("server")),
                a_process("migrate", note("migrate", "tries") + "sys.exit('column is missing')", kind=Kind.STEP))
        except EmbeddedError as error:
            print(error.code, error)
    """)
    said = run.popen.communicate(timeout=20)[0]

    assert "embedded:step-failed" in said
    assert "column is missing" in said
    assert run.notes.count("migrate tries") == 3
    assert "server stops" in run.notes


def test_a_killed_service_is_started_again(supervise):
    run = supervise("""run(a_process("web", note("web", "starts") + "time.sleep(60)"))""")
    run.wait_for(lambda: run.notes == ["web starts"])
    run.descendants[0].kill()

    run.wait_for(lambda: run.notes == ["web starts"] * 2)
    assert "web was ended by SIGKILL" in run.stop()


def test_pauses_between_restarts_grow(supervise):
    run = supervise("""run(a_process("web", note("web", "starts") + "sys.exit(3)"))""")
    time.sleep(2.2)
    said = run.stop()

    assert "web ended with status 3: starting it again in 0.1 s" in said
    assert "in 0.2 s" in said
    assert "in 0.4 s" in said
    assert len(run.notes) <= 6


def test_a_task_that_has_finished_is_left_alone(supervise):
    run = supervise("""run(a_process("seed", note("seed", "runs"), kind=Kind.TASK))""")
    run.wait_until_up()
    time.sleep(0.5)

    assert run.notes == ["seed runs"]


def test_a_task_that_refuses_what_it_was_given_is_not_asked_again(supervise):
    run = supervise("""
        run(a_process("seed", note("seed", "refuses") + "sys.exit(os.EX_CONFIG)", kind=Kind.TASK))
    """)
    run.wait_until_up()
    run.wait_for(lambda: run.notes)
    time.sleep(0.5)

    assert run.notes == ["seed refuses"]
    assert "seed cannot run as things are set up and is left alone" in run.stop()


def test_grandchildren_that_left_the_group_end_with_their_parent(supervise):
    run = supervise("""
        code = ("import subprocess, sys, time; subprocess.Popen(['sleep', '61'], start_new_session=True);"
                + note("web", "starts") + "time.sleep(60)")
        run(a_process("web", code))
    """)
    run.wait_for(lambda: run.notes and len(run.descendants) == 2)
    web, orphan = run.descendants
    web.kill()

    assert gone([orphan])
    run.wait_for(lambda: len(run.notes) == 2)


def test_a_deaf_process_is_killed_when_its_time_is_over(supervise):
    run = supervise("""
        deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + note("deaf", "starts")
        run(a_process("deaf", deaf + "time.sleep(60)", stop_within_s=0.3))
    """)
    run.wait_for(lambda: run.notes)
    children = run.descendants
    run.stop(signal.SIGINT)

    assert gone(children)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of this system has no parent-death signal")
def test_children_end_when_the_supervisor_itself_is_killed(supervise):
    run = supervise("""
        deaf = a_process("web", "import time; time.sleep(60)")
        run(deaf, a_process("db", on_stop("db"), orphan_signal=signal.SIGTERM))
    """)
    run.wait_for(lambda: "db starts" in run.notes and len(run.descendants) == 2)
    children = run.descendants
    os.kill(run.popen.pid, signal.SIGKILL)

    assert gone(children)
    assert "db stops" in run.notes
