"""First articles: a photo of the first pieces goes to the buyer, who lets the rest be made or refuses with a reason."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import tell as tell_news
from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_text
from marketplace.common.errors import Conflict
from marketplace.common.jobs import start_after_commit
from marketplace.production import selectors
from marketplace.production.errors import NoFirstArticle
from marketplace.production.hands import Hand
from marketplace.production.models import ArticleApproval, StopReason, WorkOrder
from marketplace.production.photos import rewrite
from marketplace.production.services.ending import GOODS_READY, announce
from marketplace.production.services.starting import locked, put_down

LONGEST_NOTE = 240


class ArticleDecided(Conflict):
    """Somebody decided it before, otherwise."""

    code = "production:article-decided"


def show_article(*, work_order_id: int, hand: Hand, photo: bytes, now: datetime) -> ArticleApproval:
    """Ask the buyer to approve the first pieces. For callers that have shown that the hand may.

    Raises `PhotoRefused`, and `NoFirstArticle` where none is wanted or one waits.
    """
    written = rewrite(photo)
    with transaction.atomic():
        work_order = locked(work_order_id)
        if work_order.article not in (WorkOrder.Article.WANTED, WorkOrder.Article.REFUSED):
            raise NoFirstArticle(
                _("Nothing is to be shown here: %(state)s.") % {"state": work_order.get_article_display()},
                article=work_order.article,
            )
        asked = ArticleApproval.objects.create(
            work_order=work_order,
            photo=written,
            asked_at=now,
            asked_by_id=hand.person_id,
            session_id=hand.session_id,
        )
        work_order.article = WorkOrder.Article.ASKED
        work_order.save(update_fields=["article"])
        _tell_buyer(asked, now=now)
        announce(work_order)
    return asked


@transaction.atomic
def decide_article(
    *, viewer: Viewer, article: str, is_approved: bool, note: str = "", now: datetime
) -> ArticleApproval:
    """The buyer's planner says yes, or no with a reason: then the work stands still. The same answer again is no news.

    Raises `NotFound`, `Forbidden`, `InvalidInput` at `note`, `ArticleDecided`.
    """
    viewer.require_planner()
    found = selectors.article_for_buyer(viewer, public_id=article)
    require_text(note, field="note", most=LONGEST_NOTE, least=0 if is_approved else 1)
    work_order = locked(found.work_order_id)
    found.refresh_from_db(fields=["verdict"])
    verdict = ArticleApproval.Verdict.APPROVED if is_approved else ArticleApproval.Verdict.REFUSED
    if found.verdict == verdict:
        return found
    if found.verdict:
        raise ArticleDecided(
            _("This was decided before: %(verdict)s.") % {"verdict": found.get_verdict_display()}
        )
    found.verdict, found.note, found.decided_at, found.decided_by_id = (
        verdict,
        note.strip(),
        now,
        viewer.person_id,
    )
    found.save(update_fields=["verdict", "note", "decided_at", "decided_by"])
    _carry_out(work_order, found, now=now)
    return found


def _carry_out(work_order: WorkOrder, decided: ArticleApproval, *, now: datetime) -> None:
    is_approved = decided.verdict == ArticleApproval.Verdict.APPROVED
    work_order.article = WorkOrder.Article.APPROVED if is_approved else WorkOrder.Article.REFUSED
    work_order.save(update_fields=["article"])
    if is_approved:
        start_after_commit(GOODS_READY, work_order.order.public_id)
    elif work_order.status == WorkOrder.Status.RUNNING:
        put_down(work_order, hand=Hand(), reason=StopReason.ARTICLE, note=decided.note, at=now)
    announce(work_order)
    tell_news(
        [work_order.equipment.enterprise_id],
        key=f"article-decided:{decided.public_id}",
        kind="production.article-approved" if is_approved else "production.article-refused",
        facts={"code": work_order.code, "machine": work_order.equipment.name, "note": decided.note},
        url=reverse("production:work-order", args=[work_order.public_id]),
        now=now,
    )


def _tell_buyer(asked: ArticleApproval, *, now: datetime) -> None:
    work_order = asked.work_order
    tell_news(
        [work_order.order.buyer_id],
        key=f"article:{asked.public_id}",
        kind="production.article-waits",
        facts={"operation": work_order.run.operation.name, "order": work_order.order.title},
        url=reverse("production:articles"),
        now=now,
    )
