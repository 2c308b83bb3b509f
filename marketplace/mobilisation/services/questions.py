"""Asking firms by links: written once, sent by whatever way people have."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import tell
from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.audit.chain import moment
from marketplace.common.checks import require_moment, require_text, require_whole
from marketplace.common.errors import InvalidInput
from marketplace.common.hashing import hash_token
from marketplace.common.ids import new_public_id
from marketplace.common.live import push_after_commit
from marketplace.mobilisation.errors import QuestionClosed
from marketplace.mobilisation.models import Ask, Declaration, Firm, Question
from marketplace.mobilisation.selectors.declarations import live_declaration
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.selectors.questions import is_open, no_such_question, token_of
from marketplace.orders.models import MAX_QUANTITY

LONGEST = timedelta(days=30)
MOST_FIRMS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDraft:
    """What is asked: goods in words, how many of which unit, by when; answers are taken until `closes_at`. Times in UTC."""

    goods: str
    quantity: int
    needed_by: datetime
    closes_at: datetime
    words: str = ""
    unit: str = "piece"

    def __post_init__(self) -> None:
        require_text(self.goods, field="goods", least=2, most=160)
        require_whole(self.quantity, field="quantity", least=1, most=MAX_QUANTITY)
        require_moment(self.needed_by, field="needed_by")
        require_moment(self.closes_at, field="closes_at")
        require_text(self.words, field="words", most=500)
        require_text(self.unit, field="unit", least=1, most=16)


@transaction.atomic
def ask_firms(
    *,
    viewer: Viewer,
    draft: QuestionDraft,
    firms: Collection[str],
    now: datetime,
    declaration_public_id: str = "",
) -> Question:
    """A question to firms of the office's book, each with a link of its own. Members are told on their page too.

    Raises `InvalidInput`, `NotLive`.
    """
    office_id = require_acting(viewer)
    declaration = (
        live_declaration(viewer, public_id=declaration_public_id, now=now) if declaration_public_id else None
    )
    _check_times(draft, declaration=declaration, now=now)
    asked = list(Firm.objects.filter(office=office_id, public_id__in=firms).select_related("enterprise"))
    if not asked or len(asked) != len(set(firms)):
        raise InvalidInput(_("Choose firms of your book."), field="firms")
    if len(asked) > MOST_FIRMS:
        raise InvalidInput(_("At most 2,000 firms are asked at once."), field="firms")
    question = Question.objects.create(
        office_id=office_id,
        declaration=declaration,
        goods=draft.goods.strip(),
        quantity=draft.quantity,
        unit=draft.unit,
        needed_by=draft.needed_by,
        words=draft.words.strip(),
        closes_at=draft.closes_at,
        asked_by_id=viewer.require_person(),
        asked_at=now,
    )
    Ask.objects.bulk_create([_ask(question, firm) for firm in asked])
    _tell_members(question, asked, now=now)
    push_after_commit(f"enterprise:{viewer.enterprise_public_id}")
    audit.record(
        action="mobilisation.firms-asked",
        viewer=viewer,
        subject=question.public_id if declaration is None else declaration.public_id,
        facts={
            "question": question.public_id,
            "goods": question.goods,
            "quantity": question.quantity,
            "unit": question.unit,
            "closes_at": moment(question.closes_at),
            "firms": sorted(firm.public_id for firm in asked),
        },
        now=now,
    )
    return question


@transaction.atomic
def renew_link(*, viewer: Viewer, ask_public_id: str, now: datetime) -> Ask:
    """The old link is dead from now on. Raises `QuestionClosed`."""
    office_id = require_acting(viewer)
    ask = (
        Ask.objects.select_for_update(of=("self",), no_key=True)
        .select_related("question__declaration", "question__office", "firm")
        .filter(public_id=ask_public_id, question__office=office_id)
        .first()
    )
    if ask is None:
        raise no_such_question()
    if not is_open(ask.question, now=now):
        raise QuestionClosed(_("Answers are no longer taken."))
    ask.issue += 1
    ask.token_hash = hash_token(token_of(ask))
    ask.save(update_fields=["issue", "token_hash"])
    push_after_commit(f"enterprise:{viewer.enterprise_public_id}")
    return ask


def _check_times(draft: QuestionDraft, *, declaration: Declaration | None, now: datetime) -> None:
    if draft.closes_at <= now:
        raise InvalidInput(_("This must be in the future."), field="closes_at")
    if draft.closes_at > now + LONGEST:
        raise InvalidInput(_("Answers are taken for 30 days at most."), field="closes_at")
    if draft.needed_by <= now:
        raise InvalidInput(_("This must be in the future."), field="needed_by")
    if declaration is not None and draft.closes_at > declaration.until_at:
        raise InvalidInput(_("The declaration ends before that."), field="closes_at")


def _ask(question: Question, firm: Firm) -> Ask:
    ask = Ask(public_id=new_public_id("ask"), question=question, firm=firm)
    ask.token_hash = hash_token(token_of(ask))
    return ask


def _tell_members(question: Question, asked: list[Firm], *, now: datetime) -> None:
    tell(
        {firm.enterprise_id for firm in asked if firm.enterprise.is_claimed},
        key=f"mobilisation.asked:{question.public_id}",
        kind="mobilisation.drill-asked" if question.is_drill else "mobilisation.asked",
        facts={
            "office": question.office.name,
            "goods": question.goods,
            "quantity": question.quantity,
            "unit": question.unit,
            "closes_at": question.closes_at.isoformat(),
        },
        url=reverse("mobilisation:readings"),
        now=now,
    )
