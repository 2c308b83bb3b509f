"""The command line: `python -m embedded up | env | status`.

`up` runs until Ctrl-C. `env` prints the environment of the stack in the state folder, for a shell:
`eval "$(python -m embedded env)"` and then `python manage.py …`. `status` lists the processes.
"""

import argparse
import os
import select
import shlex
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from embedded.errors import EmbeddedError
from embedded.kernel import processes_with_variable
from embedded.logbook import Logbook, console
from embedded.ports import choose_ports, read_ports, require_free
from embedded.stack import SUPERVISED, Stack, build_stack, default_state_folder
from embedded.standings import read_standings, write_standings
from embedded.state import State, lock_state, open_state
from embedded.supervisor import Supervisor
from embedded.table import application_table


class NeverStartedError(EmbeddedError):
    """There is no stack in the folder whose environment could be told."""

    code = "embedded:never-started"

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"Nothing was ever started in {folder}; run `make demo` first.")


def main(arguments: list[str] | None = None) -> int:
    """0 after an orderly stop, 1 after a refusal, which is printed."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def up(options: argparse.Namespace) -> int:
    """Start everything, say when it is up, keep it up, stop it."""
    began = time.monotonic()
    state = open_state(options.state)
    lock = lock_state(state)
    try:
        _end_leftovers(state)
        ports = choose_ports(state)
        stack = build_stack(state, given=os.environ, ports=ports, is_durable=not options.volatile)
        _run(stack, state=state, options=options, began=began)
    finally:
        _end_leftovers(state)
        os.close(lock)
    console("Stopped.")
    return 0


def env(options: argparse.Namespace) -> int:
    """Print `export` lines; starts nothing."""
    state = open_state(options.state)
    ports = read_ports(state)
    if ports is None:
        raise NeverStartedError(folder=state.folder)
    stack = build_stack(state, given=os.environ, ports=ports)
    for name, value in stack.environ.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0


def status(options: argparse.Namespace) -> int:
    """Print one line a process: name, phase, process id, number of starts."""
    for row in read_standings(open_state(options.state)):
        sys.stdout.write(f"{row.name:<10} {row.phase.value:<9} {row.pid or '-':>8} {row.num_starts:>3}\n")
    return 0


def _run(stack: Stack, *, state: State, options: argparse.Namespace, began: float) -> None:
    table = stack.servers
    address = f"http://{stack.environ['HOST']}:{stack.environ['PORT']}/"
    if not options.servers_only:
        require_free(host=stack.environ["HOST"], port=int(stack.environ["PORT"]))
        table += application_table(servers=stack.servers, environ=stack.environ)
        console(f"Starting Muster; logs are in {state.logs}")

    def announce() -> None:
        what = "The servers are" if options.servers_only else f"Muster is at {address} —"
        console(f"{what} up after {time.monotonic() - began:.1f} s. Ctrl-C stops everything.")

    Supervisor(
        table,
        environ=stack.child_environ,
        logbook=Logbook(folder=state.logs, is_verbose=options.verbose),
        say=console,
        on_up=announce,
        on_change=partial(write_standings, state),
        is_wanted=_while_running(options.until_end_of) if options.until_end_of else lambda: True,
    ).run()


def _end_leftovers(state: State) -> None:
    """Processes of an earlier supervisor on this folder that was killed; we hold the lock, so they are nobody's."""
    for pid in processes_with_variable(SUPERVISED, str(state.folder)):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _while_running(pid: int) -> Callable[[], bool]:
    """True until the process ends; a later process that gets the same number is not mistaken for it."""
    handle = os.pidfd_open(pid)
    return lambda: not select.select([handle], [], [], 0)[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedded", description=__doc__.partition("\n")[0])
    state = argparse.ArgumentParser(add_help=False)
    state.add_argument(
        "--state", type=Path, default=default_state_folder(os.environ), help="default: $STATE or .state"
    )
    commands = parser.add_subparsers(required=True)
    start = commands.add_parser("up", parents=[state], help="start everything and keep it up")
    start.add_argument(
        "--servers-only", action="store_true", help="PostgreSQL, Redis and MQTT, nothing of Muster"
    )
    start.add_argument(
        "--volatile", action="store_true", help="a faster PostgreSQL that a power cut may damage"
    )
    start.add_argument("--until-end-of", type=int, metavar="PID", help="stop when that process has ended")
    start.add_argument("--verbose", "-v", action="store_true", help="show all logs on the console")
    start.set_defaults(run=up)
    shell = commands.add_parser("env", parents=[state], help="print the environment for a shell")
    shell.set_defaults(run=env)
    commands.add_parser("status", parents=[state], help="list the processes").set_defaults(run=status)
    return parser


if __name__ == "__main__":
    sys.exit(main())
