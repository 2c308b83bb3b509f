"""What the real solver said in this run: hundreds of tests begin with the same small order of another buyer.

Problems are the same where they differ only in public ids and names. The first is solved by the solver's own process,
the others are answered from memory; the product's checker judges each plan against its own problem all the same.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from marketplace.planning import run
from marketplace.planning.solver_process import Outcome, SolverProcess, naive_finish

OWN = re.compile(r'\b[a-z]{2,4}_[0-9a-z]{16}\b|(?<="name": ")[^"]*(?=")')
PLACE = re.compile(r"#(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`plan` is the text of its file, with `#0`, `#1` in place of ids and names, as they follow one another in what
    the solver was told."""

    outcome: Outcome
    progress: list[list[float | None]]
    plan: str


@dataclass(slots=True)
class Memory:
    """By all that the solver was told."""

    answers: dict[object, Answer] = field(default_factory=dict)
    naive: dict[str, int | None] = field(default_factory=dict)

    def naive_finish(self, problem: Path) -> int | None:
        told, _names = _without_names(problem.read_text())
        if told not in self.naive:
            self.naive[told] = naive_finish(problem)
        return self.naive[told]

    def solver(
        self, *, problem: Path, plan: Path, beside: Path | None = None, **how: object
    ) -> "Remembered | Noted":
        """Stands for the class `SolverProcess`."""
        texts = [file.read_text() for file in (problem, beside) if file is not None]
        told, names = _without_names("\n".join(texts))
        key = (told, *sorted(how.items()))
        if key in self.answers:
            return Remembered(self.answers[key], plan=plan, names=names)
        process = SolverProcess(problem=problem, plan=plan, beside=beside, **how)  # type: ignore[arg-type]
        return Noted(
            process, plan=plan, names=names, note=lambda answer: self.answers.setdefault(key, answer)
        )


class Remembered:
    """A solver that has solved this before."""

    def __init__(self, answer: Answer, *, plan: Path, names: list[str]) -> None:
        self.progress = list(answer.progress)
        self._answer, self._plan, self._names = answer, plan, names

    def wait(self, *, tick: Callable[[], bool], wants_stop: Callable[[], bool]) -> Outcome:
        if not tick():
            return Outcome(exit_code=-9, message="", is_abandoned=True)
        self._plan.write_text(PLACE.sub(lambda place: self._names[int(place[1])], self._answer.plan))
        return self._answer.outcome


class Noted:
    """A solver whose plan is kept, if it came to its end."""

    def __init__(
        self, process: SolverProcess, *, plan: Path, names: list[str], note: Callable[[Answer], object]
    ) -> None:
        self.progress = process.progress
        self._process, self._plan, self._names, self._note = process, plan, names, note

    def wait(self, *, tick: Callable[[], bool], wants_stop: Callable[[], bool]) -> Outcome:
        was_stopped: list[bool] = []

        def stops() -> bool:
            was_stopped.append(wants_stop())
            return was_stopped[-1]

        outcome = self._process.wait(tick=tick, wants_stop=stops)
        is_whole = not outcome.is_abandoned and not any(was_stopped) and outcome.exit_code in run.PLAN_EXITS
        if is_whole and self._plan.exists():
            plan, _names = _without_names(self._plan.read_text(), names=self._names)
            self._note(Answer(outcome=outcome, progress=list(self.progress), plan=plan))
        return outcome


def _without_names(text: str, *, names: list[str] | None = None) -> tuple[str, list[str]]:
    """The text with the places of `names` in place of them; without `names`, of all that stand in it, in their order."""
    known = list(dict.fromkeys(OWN.findall(text))) if names is None else names
    places = {name: f"#{place}" for place, name in enumerate(known)}
    return OWN.sub(lambda found: places.get(found[0], found[0]), text), known
