"""A broken rule, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """`rule` is 1 to 11; `path` a JSON path into the plan, such as `lots[3].setup_min`."""

    rule: int
    path: str
    text: str

    def __str__(self) -> str:
        return f"R{self.rule} {self.path}: {self.text}"
