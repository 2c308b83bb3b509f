"""Questions of the viewer's office with their answers; and the one page a link opens."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.common.hashing import hash_token
from marketplace.common.links import link_token, public_url
from marketplace.mobilisation.errors import LinkGone
from marketplace.mobilisation.models import Answer, Ask, Declaration, Question
from marketplace.mobilisation.selectors.office import require_coordinator

PURPOSE = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A firm that was asked, and its last word if it said one."""

    ask: Ask
    answer: Answer | None

    @property
    def state(self) -> str:
        """yes, part, no or silent."""
        return "silent" if self.answer is None else str(self.answer.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Of one question: firms by their last word, and pieces promised."""

    num_asked: int
    num_yes: int
    num_part: int
    num_no: int
    promised: int

    @property
    def num_silent(self) -> int:
        return self.num_asked - self.num_yes - self.num_part - self.num_no

    @property
    def num_answered(self) -> int:
        return self.num_asked - self.num_silent


def questions(viewer: Viewer, *, declaration: Declaration | None = None) -> QuerySet[Question]:
    require_coordinator(viewer)
    found = Question.objects.filter(office=viewer.enterprise_id).select_related("declaration", "asked_by")
    return found if declaration is None else found.filter(declaration=declaration)


def question(viewer: Viewer, *, public_id: str) -> Question:
    found = questions(viewer).filter(public_id=public_id).first()
    if found is None:
        raise no_such_question()
    return found


def asked(found: Question) -> list[Asked]:
    """Every firm the question went to, the silent ones first, then by answer; two queries."""
    asks = found.asks.select_related("firm", "question__declaration").prefetch_related("answers__recorded_by")
    rows = [Asked(ask=ask, answer=max(ask.answers.all(), key=_revision, default=None)) for ask in asks]
    order = ("silent", "part", "yes", "no")
    return sorted(rows, key=lambda row: (order.index(row.state), row.ask.firm.name))


def tally_of(rows: list[Asked]) -> Tally:
    kinds = [row.state for row in rows]
    return Tally(
        num_asked=len(rows),
        num_yes=kinds.count("yes"),
        num_part=kinds.count("part"),
        num_no=kinds.count("no"),
        promised=sum(row.answer.quantity for row in rows if row.answer is not None),
    )


def token_of(ask: Ask) -> str:
    return link_token(purpose=PURPOSE, public_id=ask.public_id, issue=ask.issue)


def link_of(ask: Ask) -> str:
    """The whole link, for messages and QR codes."""
    return public_url(reverse("mobilisation:answer", args=[token_of(ask)]))


def ask_by_token(*, token: str) -> Ask:
    """By the secret of its link. Raises `LinkGone`."""
    found = (
        Ask.objects.filter(token_hash=hash_token(token))
        .select_related("question__office", "question__declaration", "firm")
        .first()
    )
    if found is None:
        raise link_gone()
    return found


def is_open(found: Question, *, now: datetime) -> bool:
    """Answers are taken until the question closes, no longer than its declaration is in force."""
    under = found.declaration
    return now < found.closes_at and (under is None or under.is_live(now))


def hours_since(at: datetime, *, now: datetime) -> int:
    return int((now - at) / timedelta(hours=1))


def _revision(answer: Answer) -> int:
    return answer.revision


def link_gone() -> LinkGone:
    return LinkGone(_("This link is not valid. Ask the office for a new one."))


def no_such_question() -> NotFound:
    return NotFound(_("There is no such question."))
