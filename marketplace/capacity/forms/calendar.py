"""When a machine is offered and what it is taken for; moments are by the site's clock."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.capacity.drafts import ExceptionDraft, HoursDraft, WindowDraft
from marketplace.capacity.forms.machines import WEEKDAYS
from marketplace.capacity.models import TakenTime, WeeklyHours
from marketplace.common.form_fields import DayInput, LocalMomentField, WallTimeInput

USUAL_PERIODS = 2
MOST_PERIODS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFields:
    """A weekday's periods, each a (from, to, price) of bound fields."""

    label: Promise | str
    periods: list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]


class WeekForm(forms.Form):
    """A table of seven days with a few periods each; an empty period is none."""

    def __init__(self, *args: Any, num_periods: int = USUAL_PERIODS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.num_periods = min(num_periods, MOST_PERIODS)
        for day, name in WEEKDAYS:
            for n in range(self.num_periods):
                words = {"day": name, "number": n + 1}
                for key, label in (
                    ("starts", _("%(day)s %(number)s, from")),
                    ("ends", _("%(day)s %(number)s, to")),
                ):
                    self.fields[f"{key}_{day}_{n}"] = forms.TimeField(
                        label=label % words,
                        required=False,
                        widget=WallTimeInput(attrs={"aria-label": label % words}),
                    )
                price = str(_("%(day)s %(number)s, %% of the price") % words)
                self.fields[f"price_{day}_{n}"] = forms.IntegerField(
                    label=price,
                    required=False,
                    min_value=1,
                    max_value=1000,
                    initial=100,
                    widget=forms.NumberInput(attrs={"aria-label": price}),
                )

    @classmethod
    def of(cls, hours: Iterable[WeeklyHours]) -> "WeekForm":
        by_day: dict[int, list[WeeklyHours]] = {}
        for one in hours:
            by_day.setdefault(one.weekday, []).append(one)
        initial: dict[str, Any] = {}
        for day, rows in by_day.items():
            for n, row in enumerate(rows):
                initial |= {
                    f"starts_{day}_{n}": row.starts,
                    f"ends_{day}_{n}": row.ends,
                    f"price_{day}_{n}": row.price_pct,
                }
        most = max((len(rows) for rows in by_day.values()), default=0)
        return cls(initial=initial, num_periods=max(most, USUAL_PERIODS))

    @property
    def days(self) -> list[DayFields]:
        return [
            DayFields(
                label=name,
                periods=[
                    (self[f"starts_{day}_{n}"], self[f"ends_{day}_{n}"], self[f"price_{day}_{n}"])
                    for n in range(self.num_periods)
                ],
            )
            for day, name in WEEKDAYS
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for day, _name in WEEKDAYS:
            for n in range(self.num_periods):
                given = [data.get(f"{key}_{day}_{n}") is not None for key in ("starts", "ends")]
                if any(given) and not all(given):
                    self.add_error(f"starts_{day}_{n}", _("A period has a start and an end."))
        return data

    def drafts(self) -> tuple[HoursDraft, ...]:
        data = self.cleaned_data
        return tuple(
            HoursDraft(
                weekday=day,
                starts=data[f"starts_{day}_{n}"],
                ends=data[f"ends_{day}_{n}"],
                price_pct=data[f"price_{day}_{n}"] or 100,
            )
            for day, _name in WEEKDAYS
            for n in range(self.num_periods)
            if data.get(f"starts_{day}_{n}") is not None
        )


def week_values(hours: Iterable[HoursDraft]) -> dict[str, str]:
    """A week as the fields of `WeekForm`, to send it again."""
    values: dict[str, str] = {"starts_0_0": "", "ends_0_0": ""}
    number: Counter[int] = Counter()
    for one in hours:
        n = number[one.weekday]
        number[one.weekday] += 1
        values |= {
            f"starts_{one.weekday}_{n}": one.starts.isoformat("minutes"),
            f"ends_{one.weekday}_{n}": one.ends.isoformat("minutes"),
            f"price_{one.weekday}_{n}": str(one.price_pct),
        }
    for n in range(max(number.values(), default=0)):
        values.setdefault(f"starts_0_{n}", "")
    return values


class HabitForm(forms.Form):
    """A proposal, taken up."""

    weekday = forms.IntegerField(min_value=0, max_value=6)
    starts = forms.TimeField()
    ends = forms.TimeField()

    def draft(self) -> HoursDraft:
        return HoursDraft(**self.cleaned_data)


class ExceptionForm(forms.Form):
    on = forms.DateField(label=_("day"), widget=DayInput())
    starts = forms.TimeField(
        label=_("open from"), widget=WallTimeInput(), required=False, help_text=_("Empty: closed all day.")
    )
    ends = forms.TimeField(label=_("to"), widget=WallTimeInput(), required=False)
    reason = forms.CharField(label=_("reason"), max_length=120, required=False)

    def draft(self) -> ExceptionDraft:
        data = self.cleaned_data
        is_closed = data["starts"] is None and data["ends"] is None
        return ExceptionDraft(is_closed=is_closed, **data)


class OwnTimeForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("what for"),
        choices=[(kind.value, kind.label) for kind in (TakenTime.Kind.OWN_JOB, TakenTime.Kind.MAINTENANCE)],
    )
    starts_at = LocalMomentField(label=_("from"))
    ends_at = LocalMomentField(label=_("to"))
    title = forms.CharField(label=_("title"), max_length=120, required=False)
    own_reference = forms.CharField(label=_("own job number"), max_length=40, required=False)


class WindowForm(forms.Form):
    starts_at = LocalMomentField(label=_("from"))
    ends_at = LocalMomentField(label=_("to"))
    price_pct = forms.IntegerField(label=_("% of the price"), min_value=1, max_value=1000, initial=100)

    def draft(self) -> WindowDraft:
        return WindowDraft(**self.cleaned_data)
