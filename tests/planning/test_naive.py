"""The naive award that a plan is compared with: always told, in words a buyer understands."""

import json
from pathlib import Path

import pytest

from marketplace.planning import run as planning_run
from marketplace.planning.models import PlanRun
from marketplace.planning.selectors import option_of
from tests.builders import NOW
from tests.trading.deals import a_network

pytestmark = pytest.mark.django_db


def ends_only_in_more_than_60_days(problem: Path) -> int | None:
    horizon: int = json.loads(problem.read_text())["horizon_min"]
    return None if horizon <= 60 * 1440 else horizon


def test_an_award_that_does_not_end_in_the_plans_horizon_is_followed_until_it_does(monkeypatch):
    monkeypatch.setattr(planning_run, "naive_finish", ends_only_in_more_than_60_days)

    assert a_network().plan().naive_finish_min == 200 * 1440


@pytest.mark.parametrize(
    ("goal", "gap_pct", "meaning"),
    [
        ("fastest", 0.15, "no plan can be faster by more than this"),
        ("cheapest", 30.8, "no plan can be cheaper by more than this"),
        ("cheapest", None, "how much better a plan could be is not known"),
    ],
)
def test_a_gap_says_what_it_means(goal, gap_pct, meaning):
    run = PlanRun(goal=goal, gap_pct=gap_pct, epoch=NOW)

    assert option_of(run, real_now=NOW).gap_meaning == meaning
