"""How long `make demo` takes until everything is up: first start with an empty state folder, then the second.

    python -m benchmarks.start [--rounds 3] [--scenario none]

Prints one JSON object a start: seconds until each process was ready, and until all were.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from embedded.child import Phase
from embedded.ports import free_port
from embedded.state import open_state
from tests.supervised import start

UP_WITHIN_S = 180


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="starts after the first")
    parser.add_argument("--scenario", default="none")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="muster-start-") as folder:
        for number in range(options.rounds + 1):
            seconds = measure(Path(folder), scenario=options.scenario)
            print(json.dumps({"start": "first" if number == 0 else "second", **seconds}), flush=True)


def measure(folder: Path, *, scenario: str) -> dict[str, float]:
    """Seconds from the call to readiness, by process, and for `all`."""
    environ = {"ENVIRONMENT": "demo", "SCENARIO": scenario, "PORT": str(free_port())}
    seconds: dict[str, float] = {}
    began = time.monotonic()
    muster = start(open_state(folder), environ=environ)

    def is_up() -> bool:
        for row in muster.standings.values():
            if row.phase in {Phase.READY, Phase.DONE}:
                seconds.setdefault(row.name, round(time.monotonic() - began, 1))
        return muster.is_up

    muster.wait_for(is_up, within_s=UP_WITHIN_S)
    seconds["all"] = round(time.monotonic() - began, 1)
    muster.stop()
    return seconds


if __name__ == "__main__":
    main()
