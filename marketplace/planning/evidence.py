"""How much of a machine's rate is counted on, by how it is evidenced."""

from datetime import datetime

from marketplace.capacity.models import Equipment


def evidence_of(machine: Equipment, *, real_now: datetime) -> int:
    """Per cent, 1 to 100."""
    raise NotImplementedError
