"""A machine as its owner describes it: values, checked when built; fields complain by their own name."""

from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from marketplace.capacity.models import Process
from marketplace.common.checks import (
    END_YEAR,
    FIRST_YEAR,
    require_choice,
    require_moment,
    require_text,
    require_texts,
    require_whole,
)
from marketplace.common.errors import InvalidInput
from marketplace.common.money import CURRENCIES

MAX_SIZE_MM = 100_000
MAX_TOLERANCE_UM = 100_000
MAX_UNITS = 10**7
MAX_SETUP_MIN = 30 * 1440
MAX_LOT = 10**9 - 1
MAX_CENTS_PER_H = 10**9
MAX_PCT = 1000
MOST_TEXTS = 40
WEEK_MIN = 7 * 1440
MOST_HOURS_A_WEEK = 56


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineDraft:
    """The machine itself; `site` is a public id. An empty `own_number` is filled in."""

    name: str
    site: str
    own_number: str = ""
    model: str = ""
    certificates: tuple[str, ...] = ()
    observes_holidays: bool = True

    def __post_init__(self) -> None:
        require_text(self.name, field="name", least=1, most=120)
        require_text(self.site, field="site", least=1, most=24)
        require_text(self.own_number, field="own_number", most=40)
        require_text(self.model, field="model", most=120)
        require_texts(self.certificates, field="certificates", most=MOST_TEXTS, longest=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityDraft:
    """What the machine can do. None: no limit; no materials: any."""

    process: str
    materials: tuple[str, ...] = ()
    min_size_mm: int | None = None
    max_size_mm: int | None = None
    tolerance_um: int | None = None
    certificates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_choice(self.process, field="process", choices=Process.values)
        require_texts(self.materials, field="materials", most=MOST_TEXTS, longest=40)
        require_texts(self.certificates, field="certificates", most=MOST_TEXTS, longest=40)
        for field in ("min_size_mm", "max_size_mm"):
            if getattr(self, field) is not None:
                require_whole(getattr(self, field), field=field, least=0, most=MAX_SIZE_MM)
        if self.tolerance_um is not None:
            require_whole(self.tolerance_um, field="tolerance_um", least=1, most=MAX_TOLERANCE_UM)
        if (
            self.min_size_mm is not None
            and self.max_size_mm is not None
            and self.min_size_mm > self.max_size_mm
        ):
            raise InvalidInput(
                _("The largest part must not be smaller than the smallest."), field="max_size_mm"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RateDraft:
    """`run_units` pieces in `run_min` minutes; None: the operation's own standard time at `speed_pct`."""

    process: str
    price_cents_per_h: int
    product_code: str = ""
    run_units: int | None = None
    run_min: int = 60
    speed_pct: int = 100
    setup_min: int = 0
    min_lot: int = 1
    good_per_1000: int = 1000
    currency: str = "CNY"

    def __post_init__(self) -> None:
        require_choice(self.process, field="process", choices=Process.values)
        require_whole(self.price_cents_per_h, field="price_cents_per_h", least=0, most=MAX_CENTS_PER_H)
        require_text(self.product_code, field="product_code", most=40)
        if self.run_units is not None:
            require_whole(self.run_units, field="run_units", least=1, most=MAX_UNITS)
        require_whole(self.run_min, field="run_min", least=1, most=MAX_SETUP_MIN)
        require_whole(self.speed_pct, field="speed_pct", least=1, most=MAX_PCT)
        require_whole(self.setup_min, field="setup_min", least=0, most=MAX_SETUP_MIN)
        require_whole(self.min_lot, field="min_lot", least=1, most=MAX_LOT)
        require_whole(self.good_per_1000, field="good_per_1000", least=1, most=1000)
        require_choice(self.currency, field="currency", choices=CURRENCIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursDraft:
    """Hours of a weekday (0 is Monday), local; `ends` at or before `starts` is the next day."""

    weekday: int
    starts: time
    ends: time
    price_pct: int = 100

    def __post_init__(self) -> None:
        require_whole(self.weekday, field="weekday", least=0, most=6)
        for field in ("starts", "ends"):
            value = getattr(self, field)
            if not isinstance(value, time) or value.second or value.microsecond or value.tzinfo:
                raise InvalidInput(_("This must be hours and minutes."), field=field)
        require_whole(self.price_pct, field="price_pct", least=1, most=MAX_PCT)

    @property
    def span(self) -> tuple[int, int]:
        """Minutes from Monday 00:00; the end is after the start and may lie beyond the week."""
        start = self.weekday * 1440 + self.starts.hour * 60 + self.starts.minute
        end = self.weekday * 1440 + self.ends.hour * 60 + self.ends.minute
        return start, end if end > start else end + 1440


def require_disjoint_week(hours: tuple[HoursDraft, ...]) -> None:
    """Hours of a week do not overlap, Sunday night and Monday included; raises at `hours.<n>`."""
    if len(hours) > MOST_HOURS_A_WEEK:
        raise InvalidInput(_("At most %(most)s periods a week.") % {"most": MOST_HOURS_A_WEEK}, field="hours")
    spans = sorted((*one.span, index) for index, one in enumerate(hours))
    if not spans:
        return
    first = spans[0]
    around = [*spans, (first[0] + WEEK_MIN, first[1] + WEEK_MIN, first[2])]
    for before, after in pairwise(around):
        if after[0] < before[1]:
            raise InvalidInput(_("These hours overlap others."), field=f"hours.{after[2]}.starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionDraft:
    """Another day than the week says: closed, or open from `starts` to `ends` by the local clock."""

    on: date
    is_closed: bool = True
    starts: time | None = None
    ends: time | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.on, date) or isinstance(self.on, datetime):
            raise InvalidInput(_("This must be a date."), field="on")
        if not FIRST_YEAR <= self.on.year < END_YEAR:
            raise InvalidInput(_("This date is too far away."), field="on")
        require_text(self.reason, field="reason", most=120)
        for field in ("starts", "ends"):
            if not self.is_closed and getattr(self, field) is None:
                raise InvalidInput(_("An open day needs its hours."), field=field)
            if self.is_closed and getattr(self, field) is not None:
                raise InvalidInput(_("A closed day has no hours."), field=field)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDraft:
    """Time offered beside the weekly hours, [starts_at, ends_at), at `price_pct` of the price."""

    starts_at: datetime
    ends_at: datetime
    price_pct: int = 100

    def __post_init__(self) -> None:
        require_moment(self.starts_at, field="starts_at")
        require_moment(self.ends_at, field="ends_at")
        if self.starts_at >= self.ends_at:
            raise InvalidInput(_("The end must be after the start."), field="ends_at")
        require_whole(self.price_pct, field="price_pct", least=1, most=MAX_PCT)
