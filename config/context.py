"""What every page's shell shows: the viewer, the clock and its speed, where one can go from here."""

from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext as _

from config.navigation import Link, destinations_for, navigation_for
from marketplace.accounts.models import Membership
from marketplace.accounts.selectors import memberships_of, num_unread
from marketplace.accounts.viewer import VISITOR, Viewer
from marketplace.common import clock

IN_BOTTOM_BAR = 5
AS_GOOD_AS_NOW = timedelta(minutes=1)


class Shell:
    """Read where a template asks for it, so that a fragment without the shell costs no query."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.viewer: Viewer = getattr(request, "viewer", VISITOR)

    @cached_property
    def memberships(self) -> list[Membership]:
        return memberships_of(self.viewer)

    @cached_property
    def acting_as(self) -> Membership | None:
        return next((m for m in self.memberships if m.enterprise_id == self.viewer.enterprise_id), None)

    @cached_property
    def navigation(self) -> tuple[Link, ...]:
        is_staff = getattr(getattr(self.request, "user", None), "is_staff", False)
        return navigation_for(self.viewer, path=self.request.path, is_staff=is_staff)

    @property
    def bottom_bar(self) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
        """The rail as a phone has it: what stands in the bar, and what waits behind "More" where there are many."""
        links = self.navigation
        return (
            (links, ())
            if len(links) <= IN_BOTTOM_BAR
            else (links[: IN_BOTTOM_BAR - 1], links[IN_BOTTOM_BAR - 1 :])
        )

    @cached_property
    def destinations(self) -> tuple[Link, ...]:
        return destinations_for(self.viewer)

    @cached_property
    def num_unread(self) -> int:
        """Notices the viewer's enterprise has not seen."""
        return num_unread(self.viewer)

    @cached_property
    def now(self) -> datetime:
        return clock.now()

    @cached_property
    def clock_speed(self) -> float:
        return clock.speed()

    @property
    def clock_runs_apart(self) -> bool:
        """Business time is not simply the time of day: it is faster, or another day."""
        return self.clock_speed != 1.0 or abs(self.now - clock.real_now()) > AS_GOOD_AS_NOW

    @property
    def settings_for_scripts(self) -> dict[str, object]:
        """What the page's scripts are told: texts in the viewer's language, the clock, where libraries lie."""
        return {
            "businessNow": self.now.isoformat(),
            "clockSpeed": self.clock_speed,
            "isLive": self.viewer.person_id is not None,
            "static": settings.STATIC_URL,
            "echarts": static("vendor/echarts/echarts.min.js"),
            "texts": {
                "connected": _("Live"),
                "reconnecting": _("Reconnecting"),
                "stale": _("Stale since %(time)s"),
                "secondsAgo": _("%(n)s s ago"),
                "minutesAgo": _("%(n)s min ago"),
                "hoursAgo": _("%(n)s h ago"),
                "daysAgo": _("%(n)s days ago"),
                "dayAgo": _("%(n)s day ago"),
                "inDays": _("in %(n)s d %(h)s h"),
                "inHours": _("in %(n)s h %(m)s min"),
                "inMinutes": _("in %(n)s min"),
                "due": _("now"),
                "confirm": _("Confirm"),
                "rowsShown": _("%(shown)s of %(total)s rows"),
                "showAll": _("Show all %(total)s"),
                "more": _("More"),
                "less": _("Less"),
                "noRows": _("No row matches the filter."),
                "nowMark": _("now"),
                "dueMark": _("due"),
            },
        }


def shell(request: HttpRequest) -> dict[str, object]:
    found = Shell(request)
    return {"shell": found, "viewer": found.viewer}
