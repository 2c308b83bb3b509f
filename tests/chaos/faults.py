"""What happens to a Muster in a run: which faults, in which order. Values only, the same for the same seed."""

import enum
import random
from collections.abc import Iterator
from dataclasses import dataclass

GAP_S = (2.0, 7.0)  # between one recovery and the next fault


class Victim(enum.Enum):
    """What is killed with signal 9; `…_CHILD` is one process of several."""

    WEB = "web"
    WORKER = "worker"
    WORKER_CHILD = "child of worker"
    BEAT = "beat"
    INGEST = "ingest"
    REDIS = "redis"
    POSTGRES = "postgres"
    POSTGRES_BACKEND = "backend of postgres"


class Kind(enum.Enum):
    KILL = "kill -9"
    PAUSE = "pause past the lease"  # of a worker's child, by SIGSTOP; it goes on later
    EMPTY = "empty Redis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """All victims at once, `after_s` seconds after the recovery from the last fault."""

    kind: Kind
    after_s: float
    victims: tuple[Victim, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.kind.value, " and ".join(victim.value for victim in self.victims)]).strip()


def faults(seed: int) -> Iterator[Fault]:
    """Without end: rounds in which every fault comes once, in an order of the round's own, two kills at once now and
    then."""
    draw = random.Random(f"faults/{seed}")
    while True:
        plan: list[tuple[Kind, tuple[Victim, ...]]] = [(Kind.KILL, (victim,)) for victim in Victim]
        plan += [(Kind.KILL, tuple(draw.sample(list(Victim), 2))) for _ in range(3)]
        plan += [(Kind.PAUSE, ()), (Kind.EMPTY, ())]
        draw.shuffle(plan)
        for kind, victims in plan:
            yield Fault(kind=kind, victims=victims, after_s=draw.uniform(*GAP_S))
