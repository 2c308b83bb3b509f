"""What a re-plan was made upon and its deal wants to know again when it comes into force: kept with the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from marketplace.planning.models import PlanRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Pieces by key. `gone` have left by a way (`Leg`), and no others of it will; `made` were told of a run that has
    begun, of which `doubted` had no material; `short` are those that it cannot make for want of material that is lost."""

    gone: Mapping[int, int] = field(default_factory=dict)
    made: Mapping[int, int] = field(default_factory=dict)
    doubted: Mapping[int, int] = field(default_factory=dict)
    short: Mapping[int, int] = field(default_factory=dict)

    def counted(self, run_id: int) -> int:
        """Pieces of the run that are believed."""
        return self.made.get(run_id, 0) - self.doubted.get(run_id, 0)

    def column(self) -> dict[str, dict[str, int]]:
        return {each.name: _to_json(getattr(self, each.name)) for each in fields(self)}


def facts_of(plan: PlanRun) -> Facts:
    return Facts(**{name: _from_json(pieces) for name, pieces in plan.facts.items()})


def _to_json(pieces: Mapping[int, int]) -> dict[str, int]:
    return {str(key): num for key, num in pieces.items()}


def _from_json(pieces: Mapping[str, int]) -> dict[int, int]:
    return {int(key): num for key, num in pieces.items()}
