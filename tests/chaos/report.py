"""What a run has shown, in words and figures."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from tests.chaos.killer import Blow


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`quiet_s` from the end of the load until all work was done."""

    seed: int
    minutes: float
    broker: str
    blows: tuple[Blow, ...]
    skipped: tuple[str, ...]
    acknowledged: dict[str, int]
    answers: dict[int, int]
    refusals: dict[str, int]
    quiet_s: float
    faults: tuple[str, ...]

    def text(self) -> str:
        return "\n".join(
            [
                f"Chaos, seed {self.seed}, {self.minutes:g} minutes, {self.broker}.",
                *self._recoveries(),
                f"No answer, or another than 200 to 499: {self._outages()} of {sum(self.answers.values())} calls; "
                "each was sent again.",
                "Refused: " + (", ".join(f"{code} {n}" for code, n in self.refusals.items()) or "nothing"),
                "Acknowledged: " + ", ".join(f"{n:,} {what}" for what, n in self.acknowledged.items()),
                f"Quiet after {self.quiet_s:.0f} s.",
                *self._verdict(),
            ]
        )

    def _recoveries(self) -> Iterable[str]:
        times: dict[str, list[float | None]] = defaultdict(list)
        for blow in self.blows:
            times[blow.fault].append(blow.away_s)
        yield f"{len(self.blows)} faults; seconds until it was ready again (median, longest):"
        for fault, seconds in sorted(times.items()):
            back = [one for one in seconds if one is not None]
            never = f", {len(seconds) - len(back)} times not at all" if len(back) < len(seconds) else ""
            figures = f"{median(back):5.1f} {max(back):5.1f}" if back else "    -     -"
            yield f"  {len(seconds):3} × {fault:<42} {figures}{never}"
        back = [blow.away_s for blow in self.blows if blow.away_s is not None]
        if back:
            yield f"  all {'':<42}    {median(back):5.1f} {max(back):5.1f}"
        if self.skipped:
            yield f"  {len(self.skipped)} times nobody was there to be hit: {', '.join(sorted(set(self.skipped)))}"

    def _outages(self) -> int:
        return sum(number for status, number in self.answers.items() if status == 0 or status >= 500)

    def _verdict(self) -> Iterable[str]:
        never = [blow for blow in self.blows if blow.away_s is None]
        yield from (f"FAULT not ready again after: {blow.fault} at {blow.at_s:.0f} s" for blow in never)
        yield from (f"FAULT {text}" for text in self.faults)
        if self.is_clean:
            yield "No fault: nothing acknowledged was lost, nothing doubled."
        else:
            yield f"The same again: python -m tests.chaos --seed {self.seed} --minutes {self.minutes:g}"

    @property
    def is_clean(self) -> bool:
        return not self.faults and all(blow.away_s is not None for blow in self.blows)
