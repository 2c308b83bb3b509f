"""First articles: a photo of the first pieces goes to the buyer, who lets the rest be made or refuses with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.services import shrink_news, tell_growing
from marketplace.accounts.services import tell as tell_news
from marketplace.accounts.viewer import Viewer
from marketplace.common.checks import require_text
from marketplace.common.errors import Conflict, InvalidInput, NotFound
from marketplace.common.jobs import start_after_commit
from marketplace.orders.models import Order
from marketplace.production import selectors
from marketplace.production.errors import NoFirstArticle
from marketplace.production.hands import Hand
from marketplace.production.models import ArticleApproval, StopReason, WorkOrder
from marketplace.production.photos import rewrite
from marketplace.production.services.ending import GOODS_READY, announce
from marketplace.production.services.starting import LONGEST_NOTE, locked, put_down

MOST_AT_ONCE = 100  # approvals by one tap


class ArticleDecided(Conflict):
    """Somebody decided it before, otherwise."""

    code = "production:article-decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """What became of many: `approved` now, and `left` as they were, for somebody decided them meanwhile."""

    approved: tuple[ArticleApproval, ...]
    left: tuple[ArticleApproval, ...]


def show_article(*, work_order_id: int, hand: Hand, photo: bytes, now: datetime) -> ArticleApproval:
    """Ask the buyer to approve the first pieces. For callers that have shown that the hand may.

    Raises `PhotoRefused`, and `NoFirstArticle` where none is wanted or one waits.
    """
    written = rewrite(photo)
    with transaction.atomic():
        _hold_order_of(work_order_id)
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
        _tell_buyer(work_order.order, now=now)
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
    verdict = ArticleApproval.Verdict.APPROVED if is_approved else ArticleApproval.Verdict.REFUSED
    if (
        not _decide(found, viewer=viewer, verdict=verdict, note=note.strip(), now=now)
        and found.verdict != verdict
    ):
        raise ArticleDecided(
            _("This was decided before: %(verdict)s.") % {"verdict": found.get_verdict_display()}
        )
    return found


def approve_articles(*, viewer: Viewer, order: str, articles: Sequence[str], now: datetime) -> Approvals:
    """The buyer's planner says yes to many of an order, each a decision of its own: what is done stays done.

    Raises `Forbidden`, `NotFound` for an order or first article that is not the viewer's, before anything is
    decided, and `InvalidInput` for none or more than MOST_AT_ONCE.
    """
    viewer.require_planner()
    wanted = set(articles)
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise InvalidInput(
            _("Choose 1 to %(most)s first articles.") % {"most": MOST_AT_ONCE}, field="articles"
        )
    of_order = selectors.articles_of_order(selectors.ordered(viewer, public_id=order))
    found = list(of_order.filter(public_id__in=wanted))
    if len(found) < len(wanted):
        raise NotFound(_("There is no such first article."))
    yes = ArticleApproval.Verdict.APPROVED
    approved = [one for one in found if _decide(one, viewer=viewer, verdict=yes, note="", now=now)]
    return Approvals(approved=tuple(approved), left=tuple(one for one in found if one not in approved))


@transaction.atomic
def _decide(found: ArticleApproval, *, viewer: Viewer, verdict: str, note: str, now: datetime) -> bool:
    """Whether it waited until now; else it is as it was, with what somebody decided."""
    _hold_order_of(found.work_order_id)
    work_order = locked(found.work_order_id)
    found.refresh_from_db(fields=["verdict", "decided_at", "decided_by", "note"])
    if found.verdict:
        return False
    found.verdict, found.note, found.decided_at, found.decided_by_id = verdict, note, now, viewer.person_id
    found.save(update_fields=["verdict", "note", "decided_at", "decided_by"])
    _carry_out(work_order, found, now=now)
    return True


def _hold_order_of(work_order_id: int) -> None:
    """Held before the work order, as everywhere: the notice that counts the order's first articles is written by one."""
    Order.objects.select_for_update(of=("self",), no_key=True).get(work_orders=work_order_id)


def _carry_out(work_order: WorkOrder, decided: ArticleApproval, *, now: datetime) -> None:
    is_approved = decided.verdict == ArticleApproval.Verdict.APPROVED
    work_order.article = WorkOrder.Article.APPROVED if is_approved else WorkOrder.Article.REFUSED
    work_order.save(update_fields=["article"])
    if is_approved:
        start_after_commit(GOODS_READY, work_order.order.public_id)
    elif work_order.status == WorkOrder.Status.RUNNING:
        put_down(work_order, hand=Hand(), reason=StopReason.ARTICLE, note=decided.note, at=now)
    announce(work_order)
    _tell_buyer_less(work_order.order)
    tell_news(
        [work_order.equipment.enterprise_id],
        key=f"article-decided:{decided.public_id}",
        kind="production.article-approved" if is_approved else "production.article-refused",
        facts={"code": work_order.code, "machine": work_order.equipment.name, "note": decided.note},
        url=reverse("production:work-order", args=[work_order.public_id]),
        now=now,
    )


def _tell_buyer(order: Order, *, now: datetime) -> None:
    """One notice for all first articles of the order that wait."""
    tell_growing(
        [order.buyer_id],
        key=_key_of(order),
        kind="production.articles-wait",
        facts=_count_of(order),
        url=reverse("production:order-articles", args=[order.public_id]),
        now=now,
    )


def _tell_buyer_less(order: Order) -> None:
    count = _count_of(order)
    shrink_news([order.buyer_id], key=_key_of(order), facts=count if count["waiting"] else None)


def _key_of(order: Order) -> str:
    return f"articles:{order.public_id}"


def _count_of(order: Order) -> dict[str, str | int]:
    waiting = selectors.articles_of_order(order).filter(verdict=ArticleApproval.Verdict.WAITING)
    return {"order": order.title, "waiting": waiting.count()}
