"""`processes.json` in the state folder: what the supervisor last saw of each row, for people, tests and chaos."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from embedded.child import Phase, Standing
from embedded.state import State, write_private

_FILE = "processes.json"


def write_standings(state: State, standings: Iterable[Standing]) -> None:
    rows = [{**asdict(standing), "phase": standing.phase.value} for standing in standings]
    write_private(state.folder / _FILE, json.dumps(rows, indent=1))


def read_standings(state: State) -> tuple[Standing, ...]:
    """In the order of the table; empty before the first start."""
    path = state.folder / _FILE
    rows = json.loads(path.read_text()) if path.exists() else []
    return tuple(Standing(**{**row, "phase": Phase(row["phase"])}) for row in rows)
