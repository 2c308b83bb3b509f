"""A plan in words: the page's title, its faults and rows, in the reader's language."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.capacity.imports.kinds import kind_of
from marketplace.capacity.imports.outcomes import Change, Fault, Findings, Outcome, RowPlan
from marketplace.capacity.imports.words import shown_word
from marketplace.capacity.models import ImportDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """A fault with the names that stand in the file."""

    sheet: str
    row: int
    column: str
    value: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """A row that does something; `changes` are (column, before, after)."""

    sheet: str
    row: int
    key: str
    outcome: str
    changes: tuple[tuple[str, str, str], ...]


def title_of(findings: Findings) -> str:
    """The answer: how many faults, else what would happen."""
    if findings.faults:
        num = len(findings.faults)
        return ngettext(
            "%(num)s fault: nothing can be applied yet", "%(num)s faults: nothing can be applied yet", num
        ) % {"num": f"{num:,}"}
    counts: Counter[str] = Counter(row.outcome.value for row in findings.rows)
    if not any(counts[one] for one in (Outcome.NEW, Outcome.CHANGED, Outcome.REMOVED)):
        return _("The file changes nothing")
    return _("The file brings %(counts)s") % {"counts": counts_text(counts)}


def result_text(draft: ImportDraft) -> str:
    """What an applied draft did; empty before."""
    if draft.result is None:
        return ""
    counts: Counter[str] = Counter()
    for found in draft.result.values():
        counts.update(found if isinstance(found, dict) else {Outcome.REMOVED: found})
    return _("Applied: %(counts)s") % {"counts": counts_text(counts)}


def counts_text(counts: Counter[str]) -> str:
    """`12 new, 3 changed, 1 removed, 85 unchanged`; what is none is left out."""
    parts = [
        (counts[Outcome.NEW], _("%(num)s new")),
        (counts[Outcome.CHANGED], _("%(num)s changed")),
        (counts[Outcome.REMOVED], _("%(num)s removed")),
        (counts[Outcome.UNCHANGED], _("%(num)s unchanged")),
    ]
    return ", ".join(text % {"num": f"{num:,}"} for num, text in parts if num) or _("nothing")


def fault_lines(findings: Findings) -> list[FaultLine]:
    """By sheet and row."""
    return [_fault(one) for one in sorted(findings.faults, key=lambda one: (one.sheet, one.row))]


def row_lines(findings: Findings) -> list[RowLine]:
    """The rows that do something, in the order of the file."""
    return [_row(one) for one in findings.rows if one.outcome is not Outcome.UNCHANGED]


def heading(sheet: str, field: str) -> str:
    """What a column is called in the reader's language."""
    return next((one.heading for one in kind_of(sheet).columns if one.key == field), field)


def _fault(one: Fault) -> FaultLine:
    return FaultLine(
        sheet=kind_of(one.sheet).title,
        row=one.row,
        column=heading(one.sheet, one.field),
        value=one.value,
        rule=one.rule,
    )


def _row(one: RowPlan) -> RowLine:
    return RowLine(
        sheet=kind_of(one.sheet).title,
        row=one.row,
        key=" · ".join(_key_part(one.sheet, index, part) for index, part in enumerate(one.key)),
        outcome=one.outcome.value,
        changes=tuple(_change(one.sheet, change) for change in one.changes),
    )


def _key_part(sheet: str, index: int, part: str) -> str:
    """The second part of a machine's key is its process, of a week's its day."""
    columns = {"machines": "process", "hours": "weekday"}
    return shown_word(columns.get(sheet, ""), part) if index == 1 else part


def _change(sheet: str, change: Change) -> tuple[str, str, str]:
    return (
        heading(sheet, change.field),
        shown_word(change.field, change.before),
        shown_word(change.field, change.after),
    )
