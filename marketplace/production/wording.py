"""What work says of itself in one line."""

from django.utils.translation import gettext as _

from marketplace.common.show.amounts import number_text, quantity_text
from marketplace.production.models import WorkOrder


def title_of(work_order: WorkOrder) -> str:
    """Where it stands and how far it is."""
    words = {
        "code": work_order.code,
        "good": number_text(work_order.good),
        "wanted": quantity_text(work_order.quantity, work_order.run.operation.unit),
    }
    match work_order.status:
        case WorkOrder.Status.WAITING:
            text = _("%(code)s has not begun: %(wanted)s wanted")
        case WorkOrder.Status.RUNNING:
            text = _("%(code)s is running: %(good)s of %(wanted)s")
        case WorkOrder.Status.PAUSED:
            text = _("%(code)s stands still at %(good)s of %(wanted)s")
        case WorkOrder.Status.FINISHED:
            text = _("%(code)s is finished: %(wanted)s made")
        case WorkOrder.Status.SHORT:
            text = _("%(code)s ended short at %(good)s of %(wanted)s")
        case _cancelled:
            text = _("%(code)s is cancelled")
    return text % words


def progress_text(work_order: WorkOrder) -> str:
    return _("%(good)s of %(wanted)s good") % {
        "good": number_text(work_order.good),
        "wanted": quantity_text(work_order.quantity, work_order.run.operation.unit),
    }


def article_text(work_order: WorkOrder) -> str:
    """What is to be done about the first pieces; empty where nothing waits."""
    unit, first = work_order.run.operation.unit, work_order.first_quantity
    words = {"number": quantity_text(first, unit)} if first else {}
    match work_order.article:
        case WorkOrder.Article.WANTED:
            return (
                _("Make %(number)s first, photograph one and send it: the buyer lets the rest be made.")
                % words
            )
        case WorkOrder.Article.ASKED:
            return _("The first pieces wait for the buyer's approval.")
        case WorkOrder.Article.REFUSED:
            return _("The buyer refused the first pieces. Make %(number)s new ones and send a photo.") % words
    return ""
