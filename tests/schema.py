"""The migrated tables, kept between runs of the tests: migrations run again when one of them, or what they use, changes.

Only for the embedded PostgreSQL, whose programs read what they have written.
"""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from embedded.binaries import postgres_program
from tests.servers import Run
from tests.supervised import PROJECT

KEPT = PROJECT / ".pytest_cache" / "tables"
NUM_KEPT = 4  # another run may be reading one of them
DECIDES = (
    "marketplace/*/migrations/*.py",
    "marketplace/common/*.py",
    "config/settings.py",
    "requirements.lock",
)


@contextmanager
def kept_tables(run: Run, *, database: str) -> Iterator[bool]:
    """Whether `database` was made from what an earlier run kept. If not, the block makes it, and it is kept.

    One worker at a time, so that the first one's serve the others.
    """
    with (run.folder / "tables").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        file = KEPT / f"{_checksum()}.sql"
        is_kept = file.is_file()
        if is_kept:
            _psql("postgres", "--command", f'CREATE DATABASE "{database}"')
            _psql(database, "--file", str(file))
        yield is_kept
        if not is_kept:
            _keep(file, database=database)


def _keep(file: Path, *, database: str) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    for older in sorted(KEPT.iterdir(), key=lambda one: one.stat().st_mtime)[:-NUM_KEPT]:
        older.unlink()
    unfinished = file.with_suffix(f".{os.getpid()}")
    _call("pg_dump", "--no-owner", "--file", str(unfinished), database=database)
    unfinished.replace(file)


def _checksum() -> str:
    said = hashlib.sha256()
    for pattern in DECIDES:
        for file in sorted(PROJECT.glob(pattern)):
            said.update(f"{file.relative_to(PROJECT)}\n".encode() + file.read_bytes())
    return said.hexdigest()[:20]


def _psql(database: str, *more: str) -> None:
    _call("psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", *more, database=database)


def _call(program: str, *more: str, database: str) -> None:
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
    subprocess.run([postgres_program(program), *more, url], check=True, stdout=subprocess.DEVNULL)
