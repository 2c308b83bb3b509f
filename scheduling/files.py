"""Problem and plan files on disk: read whole, written whole or not at all."""

import gc
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from matching.parse import read_problem
from matching.problem import Problem
from matching.strict_json import Refusal
from scheduling.plan import Plan
from scheduling.plan_format import read_plan, write_plan

T = TypeVar("T")


class UnusableFileError(Exception):
    """A file that cannot be read, is refused, or cannot be written. `code` is stable, `path` the file."""

    def __init__(self, *, code: str, path: Path, text: str) -> None:
        self.code = code
        self.path = path
        super().__init__(f"{path}: {text}")


def load_problem(path: Path) -> Problem:
    """Raises `UnusableFileError` with code `file:unreadable` or a `problem:` code."""
    return _load(path, read=read_problem)


def load_plan(path: Path) -> Plan:
    """Raises `UnusableFileError` with code `file:unreadable` or a `plan:` code."""
    return _load(path, read=read_plan)


def refuse_unwritable(path: Path) -> None:
    """Find out before a long solve whether a plan can be stored; leaves no trace.

    Raises `UnusableFileError` with code `file:unwritable`.
    """
    if path.exists() and not path.is_file():
        raise UnusableFileError(code="file:unwritable", path=path, text="is not a file")
    _replace(path, content=None)


def save_plan(path: Path, plan: Plan) -> None:
    """Put the plan at `path` in one step: readers see the old file or the new one, whole.

    Raises `UnusableFileError` with code `file:unwritable`; `path` is then as it was.
    """
    content = json.dumps(write_plan(plan), indent=1, allow_nan=False) + "\n"
    _replace(path, content=content.encode())


def _load(path: Path, *, read: Callable[[bytes], T]) -> T:
    """Millions of values are built and none is garbage: collecting meanwhile takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise UnusableFileError(code="file:unreadable", path=path, text=_reason(error)) from None
    except Refusal as refusal:
        raise UnusableFileError(code=refusal.code, path=path, text=str(refusal)) from None
    finally:
        if collecting:
            gc.enable()


def _replace(path: Path, *, content: bytes | None) -> None:
    """Write a temporary file beside the target (its link followed) and rename it; None: only try."""
    target = path.resolve()
    temporary: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            if content is not None:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if content is not None:
            temporary.chmod(0o666 & ~_umask())  # mkstemp's files are for their owner only
            temporary.replace(target)
    except OSError as error:
        raise UnusableFileError(code="file:unwritable", path=path, text=_reason(error)) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    """The process's mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
