"""Links begin with our address, and the secret ones that were given out stay what they were."""

import pytest

from marketplace.common.links import link_token, printed_token, public_url


@pytest.mark.parametrize("begins", ["https://muster.example", "https://muster.example/"])
def test_a_whole_link_has_one_slash_after_our_address(settings, begins):
    settings.PUBLIC_URL = begins
    assert public_url("/orders/") == "https://muster.example/orders/"


def test_links_that_were_given_out_go_on_to_open(settings):
    settings.SECRET_KEY = "the house's key"
    sent = link_token(purpose="ask", public_id="ask_0123456789abcdef", issue=3)
    assert sent == "uDyow4TQq7fNlnZS0bZ2IOloNmMCXVXW"
    printed = printed_token(purpose="production.station", public_id="stn_0123456789abcdef", issue=3)
    assert printed == "ngquxdiimxsg3coheeiwtlz6fkojdyd6"
