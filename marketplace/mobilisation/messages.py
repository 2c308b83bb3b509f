"""What a firm is sent, in both languages: its people read one of them, and we do not know which."""

from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.common.show.amounts import quantity_text
from marketplace.mobilisation.models import Ask

LANGUAGES = ("zh-hans", "en")
ZONE = ZoneInfo("Asia/Shanghai")  # of the firms that offices write down


def message_of(ask: Ask, *, link: str) -> str:
    """Who asks, what, until when, and the link of this firm."""
    return "\n\n".join([*(_in(language, ask) for language in LANGUAGES), link])


def _in(language: str, ask: Ask) -> str:
    question = ask.question
    with translation.override(language):
        words = _(
            "%(firm)s: %(office)s asks whether you can make %(quantity)s of %(goods)s by %(needed_by)s. "
            "Please answer by %(closes_at)s with one tap, without an account:"
        ) % {
            "firm": ask.firm.name,
            "office": question.office.name,
            "quantity": quantity_text(question.quantity, question.unit),
            "goods": question.goods,
            "needed_by": f"{question.needed_by.astimezone(ZONE):%Y-%m-%d %H:%M}",
            "closes_at": f"{question.closes_at.astimezone(ZONE):%Y-%m-%d %H:%M}",
        }
        drill = (
            _("Drill: nothing is ordered. Please answer as you would in earnest.")
            if question.is_drill
            else ""
        )
        return f"{drill} {words} {question.words}".strip()
