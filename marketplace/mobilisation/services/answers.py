"""What a firm answers: by its link, or by word to somebody of the office who writes it down."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.checks import require_choice, require_text, require_whole
from marketplace.common.errors import InvalidInput
from marketplace.common.hashing import hash_token
from marketplace.common.live import push_after_commit
from marketplace.mobilisation.errors import AnsweredMeanwhile, QuestionClosed
from marketplace.mobilisation.models import Answer, Ask
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.selectors.questions import is_open, link_gone, no_such_question

K = Answer.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`quantity`, in the unit of the question, counts for a part only; a no says why."""

    kind: str
    quantity: int | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        require_choice(self.kind, field="kind", choices=K.values)
        require_text(self.reason, field="reason", most=240)
        if self.kind == K.NO and not self.reason.strip():
            raise InvalidInput(_("Please say in a few words why not."), field="reason")

    def pieces(self, *, asked: int) -> int:
        """All that was asked, a part of it, or none."""
        if self.kind == K.PART:
            require_whole(self.quantity, field="quantity", least=1, most=asked)
            assert self.quantity is not None
            return self.quantity
        return asked if self.kind == K.YES else 0


@transaction.atomic
def answer_by_link(*, token: str, said: Said, revision: int, now: datetime) -> Answer:
    """By whoever holds the link. `revision` is that of the page they answered from, plus one: each counts once.

    Raises `LinkGone`, `QuestionClosed`, `AnsweredMeanwhile`, `InvalidInput`.
    """
    ask = _locked_ask(token_hash=hash_token(token))
    if ask is None:
        raise link_gone()
    return _write(ask, said, revision=revision, now=now)


@transaction.atomic
def record_answer(*, viewer: Viewer, ask_public_id: str, said: Said, told_by: str, now: datetime) -> Answer:
    """On a firm's behalf: `told_by` is whom the office heard it from and how. Evidence R0, by whom, when.

    Raises `NotFound`, `QuestionClosed`, `InvalidInput`.
    """
    office_id = require_acting(viewer)
    ask = _locked_ask(public_id=ask_public_id, question__office=office_id)
    if ask is None:
        raise no_such_question()
    require_text(told_by, field="told_by", least=3, most=120)
    answer = _write(
        ask, said, revision=_last_revision(ask) + 1, now=now, viewer=viewer, told_by=told_by.strip()
    )
    under = ask.question.declaration
    audit.record(
        action="mobilisation.answer-recorded",
        viewer=viewer,
        subject=ask.question.public_id if under is None else under.public_id,
        facts={
            "firm": ask.firm.public_id,
            "answer": answer.kind,
            "quantity": answer.quantity,
            "unit": ask.question.unit,
            "told_by": answer.told_by,
        },
        now=now,
    )
    return answer


def _locked_ask(**by: str | int) -> Ask | None:
    return (
        Ask.objects.select_for_update(of=("self",), no_key=True)
        .select_related("question__office", "question__declaration", "firm")
        .filter(**by)
        .first()
    )


def _write(
    ask: Ask, said: Said, *, revision: int, now: datetime, viewer: Viewer | None = None, told_by: str = ""
) -> Answer:
    if not is_open(ask.question, now=now):
        raise QuestionClosed(_("Answers are no longer taken."))
    if revision != _last_revision(ask) + 1:
        raise AnsweredMeanwhile(_("Another answer was given meanwhile. Look at it, then answer again."))
    answer = Answer.objects.create(
        ask=ask,
        revision=revision,
        kind=said.kind,
        quantity=said.pieces(asked=ask.question.quantity),
        reason=said.reason.strip(),
        answered_at=now,
        recorded_by_id=None if viewer is None else viewer.require_person(),
        told_by=told_by,
    )
    push_after_commit(f"enterprise:{ask.question.office.public_id}")
    return answer


def _last_revision(ask: Ask) -> int:
    return int(ask.answers.aggregate(last=Max("revision"))["last"] or 0)
