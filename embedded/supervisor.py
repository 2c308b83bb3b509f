"""Starts the rows of a process table in order, restarts what ends, and stops clients before servers.

A plain loop: every turn it reads the signals that came, looks at each child, starts what is due. Descendants that lost
their parent are adopted by the supervisor (the kernel is asked for that) and ended at once: they are what a killed server
or worker left behind.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import FrameType

from embedded.child import Child, Standing
from embedded.kernel import adopt_orphans, children_of
from embedded.logbook import Logbook
from embedded.process import Process

TURN_S = 0.05
ORPHAN_SEARCH_EVERY_S = 1.0
Report = tuple[Standing, ...]  # in the order of the table
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """One table, from the first start to the last stop."""

    def __init__(
        self,
        table: Iterable[Process],
        *,
        environ: Mapping[str, str],
        logbook: Logbook,
        say: Callable[[str], None],
        on_up: Callable[[], None],
        on_change: Callable[[Report], None],
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """`on_up` is called once, when all rows are up, `on_change` whenever a row has moved on.

        The run ends by itself when `is_wanted` turns false.
        """
        self._children = [Child(process, environ=environ, logbook=logbook) for process in table]
        self._say = say
        self._on_up = on_up
        self._on_change = on_change
        self._report: Report | None = None
        self._is_wanted = is_wanted
        self._is_stopping = False
        self._searched = 0.0

    def run(self) -> None:
        """Returns after SIGINT, SIGTERM or SIGHUP, when every process has ended; raises EmbeddedError likewise."""
        adopt_orphans()
        for signum in STOP_SIGNALS:
            signal.signal(signum, self._on_signal)
        is_announced = False
        try:
            while not self._is_stopping and self._is_wanted():
                self._turn()
                self._tell()
                if not is_announced and all(child.is_up for child in self._children):
                    is_announced = True
                    self._on_up()
                time.sleep(TURN_S)
        finally:
            self._stop()

    def _turn(self) -> None:
        up = {child.process.name for child in self._children if child.is_up}
        for child in self._children:
            if event := child.watch():
                self._say(event)
            if child.is_due and (child.num_failures or up.issuperset(child.process.after)):
                child.start()
        if time.monotonic() - self._searched > ORPHAN_SEARCH_EVERY_S:
            self._searched = time.monotonic()
            self._end_orphans()

    def _tell(self) -> None:
        report = tuple(child.standing for child in self._children)
        if report != self._report:
            self._report = report
            self._on_change(report)

    def _stop(self) -> None:
        """Each row before those it was started after."""
        waiting = list(self._children)
        while waiting:
            needed = {name for child in waiting for name in child.process.after}
            last = [child for child in waiting if child.process.name not in needed]
            for child in last:
                child.ask_to_stop()
            for child in last:
                child.wait_until_stopped()
            waiting = [child for child in waiting if child not in last]
        self._tell()
        while self._end_orphans():
            time.sleep(TURN_S)

    def _end_orphans(self) -> bool:
        """True if there were any."""
        known = {child.pid for child in self._children}
        orphans = [pid for pid in children_of(os.getpid()) if pid not in known]
        for pid in orphans:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, os.WNOHANG)
        return bool(orphans)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if self._is_stopping:  # asked twice: no more patience
            for child in self._children:
                child.kill()
        self._is_stopping = True
