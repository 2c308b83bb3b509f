"""Plans for these tests are small: four seconds are plenty."""

import pytest


@pytest.fixture(autouse=True)
def _quick_plans(settings):
    settings.SOLVER = {**settings.SOLVER, "time_limit_s": 4}
