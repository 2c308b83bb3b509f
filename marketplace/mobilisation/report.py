"""The after-action report as one table: part, what, value."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplace.mobilisation.rows import Report
from marketplace.mobilisation.trail import Trace

Row = tuple[object, object, object]


def report_table(report: Report, *, trail: Sequence[Trace]) -> tuple[list[str], list[Row]]:
    """Heading and rows; moments as ISO text in UTC."""
    rows = [*_facts(report), *_questions(report), *_ratings(report), *_trail(trail)]
    return [_("Part"), _("What"), _("Value")], rows


def _facts(report: Report) -> list[Row]:
    one, part = report.declaration, _("Declaration")
    return [
        (part, _("Name"), one.title),
        (part, _("Drill"), _("yes") if one.is_drill else _("no")),
        (part, _("Authority"), one.authority),
        (part, _("Legal basis"), one.legal_basis),
        (part, _("Reason"), one.reason),
        (part, _("Products"), ", ".join(one.products)),
        (part, _("Processes"), ", ".join(one.processes)),
        (part, _("Regions"), ", ".join(one.regions)),
        (part, _("From"), one.starts_at.isoformat()),
        (part, _("Until"), one.until_at.isoformat()),
        (part, _("Proposed by"), str(one.proposed_by or "")),
        (part, _("Approved by"), str(one.decided_by or "")),
        (part, _("State"), report.state),
        (part, _("Content (SHA-256)"), one.content_hash),
        (_("Figures"), _("Firms asked"), report.num_asked),
        (_("Figures"), _("Firms that answered"), report.num_answered),
        (_("Figures"), _("Silent firms"), report.num_silent),
        (_("Figures"), _("Promised"), report.promised_text),
        (_("Figures"), _("Hours from approval to the first question"), report.first_question_h),
        (_("Figures"), _("Hours to an answer, median"), report.median_answer_h),
        *(
            (_("Figures"), _("Hours until %(percent)s %% had answered") % {"percent": percent}, hours)
            for percent, hours in report.reached_h
        ),
        (_("Figures"), _("Looks at capacity"), report.num_looks),
        (_("Figures"), _("Owners whose capacity was looked at"), report.num_owners_read),
    ]


def _questions(report: Report) -> list[Row]:
    return [
        (
            f"{_('Question')}: {row.question.goods}",
            asked.ask.firm.name,
            asked.state if asked.answer is None else f"{asked.state}: {asked.answer.quantity}",
        )
        for row in report.questions
        for asked in row.asked
    ]


def _ratings(report: Report) -> list[Row]:
    return [
        (
            f"{_('Rated order')}: {rating.programme.name}",
            f"{rating.rating} {rating.order.public_id} {rating.order.title}",
            f"{rating.order.quantity} · {rating.order.get_status_display()} · {rating.end_reason}".rstrip(
                " ·"
            ),
        )
        for rating in report.ratings
    ]


def _trail(trail: Sequence[Trace]) -> list[Row]:
    return [
        (
            f"{_('Audit')} {one.seq}",
            one.sentence,
            f"{one.at.isoformat()} {one.who}".strip(),
        )
        for one in trail
    ]


TraceRow = tuple[int, str, str, str, str, str, str]


def trail_table(trail: Sequence[Trace]) -> tuple[list[str], list[TraceRow]]:
    """Heading and one row for each entry, with its facts as they were written and its hash."""
    rows = [
        (one.seq, one.at.isoformat(), one.who, one.what, one.sentence, one.raw, one.hash) for one in trail
    ]
    return [_("Entry"), _("When"), _("Who"), _("Kind"), _("What"), _("Facts"), _("Hash (SHA-256)")], rows
