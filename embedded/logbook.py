"""The log of each process: what it writes, line by line, in `logs/<name>.log`, and on the console when asked for."""

import sys
import threading
from collections import deque
from pathlib import Path
from typing import IO

MAX_BYTES = 10_000_000  # a file; one older file is kept beside it, with the suffix `.1`
TAIL_LINES = 12  # remembered for the message that says why a process ended


class Logbook:
    """Follows any number of processes, each with a thread of its own; a line is a `name | text` on the console."""

    def __init__(self, *, folder: Path, is_verbose: bool) -> None:
        self._folder = folder
        self._is_verbose = is_verbose
        self._tails: dict[str, deque[str]] = {}

    def follow(self, name: str, stream: IO[bytes], *, is_shown: bool) -> None:
        """Copy the stream until its last writer closes it, to the console too if `is_shown`; returns at once."""
        self._tails[name] = deque(maxlen=TAIL_LINES)
        is_shown = is_shown or self._is_verbose
        threading.Thread(
            target=self._copy, args=(name, stream, is_shown), name=f"log-{name}", daemon=True
        ).start()

    def tail(self, name: str) -> tuple[str, ...]:
        """The last lines of the latest run of the process, oldest first."""
        return tuple(self._tails.get(name, ()))

    def _copy(self, name: str, stream: IO[bytes], is_shown: bool) -> None:
        path = self._folder / f"{name}.log"
        with stream:
            for line in stream:
                self._tails[name].append(line.decode(errors="replace").rstrip())
                _append(path, line)
                if is_shown:
                    console(f"{name:>9} | {self._tails[name][-1]}")


def console(text: str) -> None:
    """Say it at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _append(path: Path, line: bytes) -> None:
    with path.open("ab") as file:
        file.write(line)
        is_full = file.tell() > MAX_BYTES
    if is_full:
        path.replace(path.with_suffix(".log.1"))
