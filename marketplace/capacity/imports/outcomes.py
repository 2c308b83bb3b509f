"""What a file would do: for each row what changes, and what is wrong with it."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import takewhile

from django.utils.functional import Promise

from marketplace.capacity.imports.kinds import KINDS
from marketplace.common.errors import InvalidInput
from marketplace.common.sheets import Row

Texts = Mapping[str, str]  # a row by column key, as `Row.values`
LONGEST_VALUE = 80
COLUMNS = {kind.key: tuple(column.key for column in kind.columns) for kind in KINDS}
REQUIRED = {kind.key: {column.key for column in kind.columns if column.is_required} for kind in KINDS}


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A cell that breaks a rule. `blocked_by` is the public id of an own job that may be removed instead."""

    sheet: str
    row: int
    field: str
    value: str
    rule: str
    blocked_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlan:
    """`row` is 0 for what the file does not name but removes; `key` tells people which thing it is."""

    sheet: str
    row: int
    key: tuple[str, ...]
    outcome: Outcome
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """An own job of the file's machines that lies ahead and is no longer in the file; removed if ticked."""

    taken: str
    number: str
    job: str
    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    is_removed: bool


@dataclass(slots=True, kw_only=True)
class Findings:
    """What the sheets' planners write down as they go."""

    rows: list[RowPlan] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    vanished: list[Vanished] = field(default_factory=list)

    def fault(
        self,
        sheet: str,
        row: Row,
        column: str,
        rule: Promise | str,
        *,
        value: str | None = None,
        blocked_by: str = "",
    ) -> None:
        shown = row.values.get(column, "") if value is None else value
        self.faults.append(
            Fault(
                sheet=sheet,
                row=row.number,
                field=column,
                value=shown[:LONGEST_VALUE],
                rule=str(rule),
                blocked_by=blocked_by,
            )
        )

    @contextmanager
    def faults_of(self, sheet: str, row: Row, *, columns: Mapping[str, str] | None = None) -> Iterator[None]:
        """Turns an `InvalidInput` of the block into a fault of the row; `columns` says where a field stands.

        A cell of the row that has a fault already gets no second one.
        """
        try:
            yield
        except InvalidInput as error:
            name = error.field.split(".")[0]
            column = (columns or {}).get(name, name)
            if not self._is_told(sheet, row, column):
                self.fault(sheet, row, column, error.text)

    def read_cells(self, sheet: str, row: Row, readers: Mapping[str, Callable[..., object]]) -> None:
        """Tries each cell by itself (an empty one where it is required), so that all faults of a row are told."""
        for name, read in readers.items():
            text = row.values.get(name, "")
            if text or name in REQUIRED[sheet]:
                with self.faults_of(sheet, row):
                    read(text, field=name)

    def _is_told(self, sheet: str, row: Row, column: str) -> bool:
        of_row = takewhile(lambda one: (one.sheet, one.row) == (sheet, row.number), reversed(self.faults))
        return any(one.field == column for one in of_row)

    def row(
        self, sheet: str, row: Row, *, key: tuple[str, ...], before: Texts | None, after: Texts
    ) -> Outcome:
        """Writes down what becomes of a row; `before` is None for what is new."""
        stands = before or {}
        changes = tuple(
            Change(field=name, before=stands.get(name, ""), after=after[name])
            for name in COLUMNS[sheet]
            if name in after
            and stands.get(name, "") != after[name]
            and (before is not None or name != "number")
        )
        outcome = Outcome.NEW if before is None else Outcome.CHANGED if changes else Outcome.UNCHANGED
        self.rows.append(RowPlan(sheet=sheet, row=row.number, key=key, outcome=outcome, changes=changes))
        return outcome

    def removed(self, sheet: str, *, key: tuple[str, ...], before: Texts) -> None:
        changes = tuple(
            Change(field=name, before=before[name], after="")
            for name in COLUMNS[sheet]
            if before.get(name) and name != "number"
        )
        self.rows.append(RowPlan(sheet=sheet, row=0, key=key, outcome=Outcome.REMOVED, changes=changes))

    @property
    def version(self) -> str:
        """Changes whenever the same file would do something else: because other data stand there now."""
        told = [
            [(one.sheet, one.row, one.key, one.outcome, *map(_told, one.changes)) for one in self.rows],
            [(one.sheet, one.row, one.field, one.blocked_by) for one in self.faults],
            [one.taken for one in self.vanished],
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]

    def counts(self) -> dict[str, dict[str, int]]:
        """For each sheet how many rows have which outcome."""
        found: dict[str, Counter[str]] = {}
        for row in self.rows:
            found.setdefault(row.sheet, Counter())[row.outcome] += 1
        return {sheet: dict(counter) for sheet, counter in found.items()}


def _told(change: Change) -> tuple[str, str, str]:
    return change.field, change.before, change.after
