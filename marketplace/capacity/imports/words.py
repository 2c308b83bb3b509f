"""Words in cells that stand for values of ours, known in every language of the pages and written in the reader's."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.capacity.forms.machines import WEEKDAYS
from marketplace.capacity.models import Process, TakenTime
from marketplace.common.errors import InvalidInput
from marketplace.common.sheets.columns import plain

CLOSED, OPEN, USUAL = "closed", "open", "usual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """`value` is what we keep, `label` what people read, `also` what they may write besides."""

    value: str
    label: Promise | str
    also: tuple[str, ...] = ()


_SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CHINESE_DAYS = "一二三四五六日"
_FLAGS = (
    Word(value="yes", label=_("yes"), also=("y", "true", "1", "x", "是", "对")),
    Word(value="no", label=_("no"), also=("n", "false", "0", "否", "不")),
)
WORDS: Mapping[str, tuple[Word, ...]] = {
    "process": tuple(Word(value=one.value, label=one.label) for one in Process),
    "kind": (
        Word(value=TakenTime.Kind.OWN_JOB, label=TakenTime.Kind.OWN_JOB.label, also=("job", "自有任务", "自用")),
        Word(value=TakenTime.Kind.MAINTENANCE, label=TakenTime.Kind.MAINTENANCE.label, also=("维护", "保养", "维修")),
    ),
    "what": (
        Word(value=CLOSED, label=_("closed"), also=("关闭", "停")),
        Word(value=OPEN, label=_("open"), also=("开放", "开")),
        Word(value=USUAL, label=_("usual"), also=("照常", "as usual")),
    ),
    "weekday": tuple(
        Word(
            value=str(day + 1),
            label=name,
            also=(_SHORT_DAYS[day], *(f"{start}{_CHINESE_DAYS[day]}" for start in ("星期", "周", "礼拜"))),
        )
        for day, name in WEEKDAYS
    ),
    "holidays": _FLAGS,
    "listed": _FLAGS,
}  # fmt: skip


def read_word(column: str, text: str) -> str:
    """The value that `text` stands for in this column. Raises `InvalidInput` with all that may stand there."""
    found = _spoken(column).get(plain(text))
    if found is None:
        choices = ", ".join(str(word.label) for word in WORDS[column])
        raise InvalidInput(
            _("This must be one of: %(choices)s.") % {"choices": choices}, field=column, value=text
        )
    return found


def read_choice(text: str, *, field: str) -> str:
    """As `read_word`, called as the readers of other cells are."""
    return read_word(field, text)


def shown_word(column: str, text: str) -> str:
    """A value as the reader says it; texts of other columns stay as they are."""
    return next((str(word.label) for word in WORDS.get(column, ()) if word.value == text), text)


@cache
def _spoken(column: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found |= {plain(str(word.label)): word.value for word in WORDS[column]}
    for word in WORDS[column]:
        found |= {plain(text): word.value for text in (word.value, *word.also)}
    return found
