"""What pages and reports show of declarations: rows made of what the selectors give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from marketplace.accounts.viewer import Viewer
from marketplace.common.show.amounts import number_text, quantity_text
from marketplace.mobilisation import selectors
from marketplace.mobilisation.models import Declaration, OrderRating, Question, Reading
from marketplace.mobilisation.selectors.questions import Asked, Tally, asked, hours_since, is_open, tally_of
from marketplace.orders.models import Order

PERCENTS = (50, 80, 100)  # of the firms asked, in reports
OPEN = ("draft", "waiting", "approved", "live")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationRow:
    declaration: Declaration
    state: str

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """`silent_h` is how many hours ago the silent ones were asked."""

    question: Question
    asked: Sequence[Asked]
    tally: Tally
    is_open: bool
    silent_h: int

    @property
    def promised_text(self) -> str:
        return quantity_text(self.tally.promised, self.question.unit)

    @property
    def wanted_text(self) -> str:
        return quantity_text(self.question.quantity, self.question.unit)

    @property
    def silent(self) -> list[Asked]:
        return [row for row in self.asked if row.answer is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeRow:
    """What rated orders want, in `unit`s of the product, against the target; `agreed` are those whose capacity is
    booked or more.
    """

    name: str
    product: str
    unit: str
    public_id: str
    target: int
    rated: int
    agreed: int
    budget_cents: int | None
    currency: str

    @property
    def target_text(self) -> str:
        return quantity_text(self.target, self.unit)

    @property
    def rated_text(self) -> str:
        return quantity_text(self.rated, self.unit)

    @property
    def agreed_text(self) -> str:
        return quantity_text(self.agreed, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was done under a declaration, as after-action report; times in hours of business time."""

    declaration: Declaration
    state: str
    questions: tuple[QuestionRow, ...]
    programmes: tuple[ProgrammeRow, ...]
    ratings: tuple[OrderRating, ...]
    num_looks: int
    num_owners_read: int
    num_confirmed: int
    first_question_h: float | None
    median_answer_h: float | None
    reached_h: tuple[
        tuple[int, float | None], ...
    ]  # per cent of the firms asked, hours until they had answered

    @property
    def num_asked(self) -> int:
        return sum(row.tally.num_asked for row in self.questions)

    @property
    def num_answered(self) -> int:
        return sum(row.tally.num_answered for row in self.questions)

    @property
    def num_silent(self) -> int:
        return self.num_asked - self.num_answered

    @property
    def promised_text(self) -> str:
        """Added up for each unit that was asked for."""
        sums: dict[str, int] = {}
        for row in self.questions:
            sums[row.question.unit] = sums.get(row.question.unit, 0) + row.tally.promised
        return " + ".join(quantity_text(total, unit) for unit, total in sums.items()) or number_text(0)

    @property
    def promised(self) -> int:
        return sum(row.tally.promised for row in self.questions)

    @property
    def num_rated(self) -> int:
        return sum(1 for one in self.ratings if one.ended_at is None)


def declaration_rows(viewer: Viewer, *, now: datetime) -> list[DeclarationRow]:
    return [
        DeclarationRow(declaration=one, state=one.state_at(now))
        for one in selectors.declarations(viewer)[:200]
    ]


def question_row(question: Question, *, now: datetime) -> QuestionRow:
    rows = asked(question)
    return QuestionRow(
        question=question,
        asked=rows,
        tally=tally_of(rows),
        is_open=is_open(question, now=now),
        silent_h=hours_since(question.asked_at, now=now),
    )


def programme_rows(declaration: Declaration) -> list[ProgrammeRow]:
    """One query for the programmes and one for their orders."""
    agreed = (Order.Status.PLACED, Order.Status.RUNNING, Order.Status.DONE)
    rows = []
    ratings = list(selectors.rated(declaration).filter(ended_at=None))
    for programme in selectors.programmes(declaration):
        orders = [rating.order for rating in ratings if rating.programme_id == programme.pk]
        rows.append(
            ProgrammeRow(
                name=programme.name,
                product=programme.product.name,
                unit=programme.product.unit,
                public_id=programme.public_id,
                target=programme.target_quantity,
                rated=sum(order.quantity for order in orders),
                agreed=sum(order.quantity for order in orders if order.status in agreed),
                budget_cents=programme.budget_cents,
                currency=programme.currency,
            )
        )
    return rows


def report_of(viewer: Viewer, declaration: Declaration, *, now: datetime) -> Report:
    questions = [question_row(one, now=now) for one in selectors.questions(viewer, declaration=declaration)]
    looks = Reading.objects.filter(declaration=declaration).aggregate(
        owners=Count("owner", distinct=True), looks=Count("read_at", distinct=True, filter=~Q(machines=[]))
    )
    first = min((row.question.asked_at for row in questions), default=None)
    approved_at = declaration.decided_at
    waits = sorted(
        _hours(row.answer.answered_at - question.question.asked_at)
        for question in questions
        for row in question.asked
        if row.answer is not None
    )
    num_asked = sum(row.tally.num_asked for row in questions)
    return Report(
        declaration=declaration,
        state=declaration.state_at(now),
        questions=tuple(questions),
        programmes=tuple(programme_rows(declaration)),
        ratings=tuple(selectors.rated(declaration)),
        num_looks=looks["looks"],
        num_owners_read=looks["owners"],
        num_confirmed=declaration.confirmations.count(),
        first_question_h=None if first is None or approved_at is None else _hours(first - approved_at),
        median_answer_h=waits[len(waits) // 2] if waits else None,
        reached_h=tuple((percent, _reached(waits, percent, num_asked)) for percent in PERCENTS),
    )


def _reached(waits: Sequence[float], percent: int, num_asked: int) -> float | None:
    """Hours until this share of those asked had answered, from sorted waits; None where it is not reached."""
    needed = -(-num_asked * percent // 100)
    return waits[needed - 1] if 0 < needed <= len(waits) else None


def _hours(span: timedelta) -> float:
    return round(span / timedelta(hours=1), 2)
