"""The period a list is asked for."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from marketplace.capacity.api.serializers import PeriodQuery
from marketplace.common import clock
from marketplace.common.checks import require_moment
from marketplace.common.errors import InvalidInput

USUAL = timedelta(days=14)
LONGEST = timedelta(days=366)
NAMES = ("starts_at", "ends_at")
PERIOD_PARAMETERS = [
    OpenApiParameter("starts_at", datetime, description="now, where it is left out"),
    OpenApiParameter("ends_at", datetime, description="a fortnight later, where it is left out"),
]


def asked_period(request: Request) -> tuple[datetime, datetime]:
    """[starts_at, ends_at) of the query, at most a year."""
    given = {name: request.query_params[name] for name in NAMES if name in request.query_params}
    asked = PeriodQuery(data=given)
    asked.is_valid(raise_exception=True)
    start: datetime = asked.validated_data.get("starts_at") or clock.now()
    require_moment(start, field="starts_at")
    end: datetime = asked.validated_data.get("ends_at") or start + USUAL
    require_moment(end, field="ends_at")
    if not start < end <= start + LONGEST:
        raise InvalidInput(_("A period is longer than nothing and at most a year."), field="ends_at")
    return start, end
