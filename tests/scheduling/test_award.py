"""The naive award: four firms a stage, whole stages handed over."""

from dataclasses import replace

from scheduling.award import award_finish
from tests.scheduling.chains import a_chain


def test_a_stage_waits_for_all_of_the_stage_before():
    """One firm a stage, 600 pieces at 60 an hour: ten hours, then the way, then ten hours, then the way."""
    problem = a_chain(stages=("press", "coat"), firms_per_stage=1, quantity=600, units_per_h=60, lead_min=90)
    assert award_finish(problem) == 600 + 90 + 600 + 90


def test_only_the_four_strongest_firms_share_a_stage():
    """Five equal firms: the fifth gets nothing, so four of them need a quarter each."""
    five = a_chain(stages=("press",), firms_per_stage=5, quantity=2_400, units_per_h=60, lead_min=90)
    four = a_chain(stages=("press",), firms_per_stage=4, quantity=2_400, units_per_h=60, lead_min=90)
    assert award_finish(five) == award_finish(four) == 600 + 90


def test_a_setup_is_paid_in_each_window():
    problem = a_chain(
        stages=("press",), firms_per_stage=1, quantity=100, units_per_h=60, lead_min=0, setup_min=20,
        windows=((0, 80), (100, 180)),
    )  # fmt: skip
    assert award_finish(problem) == 100 + 20 + 40


def test_what_does_not_end_within_the_horizon_has_no_finish():
    problem = a_chain(stages=("press",), firms_per_stage=1, quantity=600, units_per_h=60, lead_min=90)
    assert award_finish(replace(problem, horizon_min=689)) is None
    assert award_finish(replace(problem, horizon_min=690)) == 690
