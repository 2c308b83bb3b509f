"""Who is shown at once that a machine or its time changed."""

from marketplace.capacity.models import Equipment
from marketplace.common.live import push_after_commit


def push_owners(*machines: Equipment) -> None:
    """After the commit the pages of the machines' enterprises show what is new, each enterprise told once."""
    push_after_commit(*sorted({f"enterprise:{machine.enterprise.public_id}" for machine in machines}))
