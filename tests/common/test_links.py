"""Links begin with our address, and the secret ones that were given out stay what they were."""

import pytest

from marketplace.common.links import public_url


@pytest.mark.parametrize("begins", ["https://muster.example", "https://muster.example/"])
def test_a_whole_link_has_one_slash_after_our_address(settings, begins):
    settings.PUBLIC_URL = begins
    assert public_url("/orders/") == "https://muster.example/orders/"
