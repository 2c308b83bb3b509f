"""What of a run has begun: what made its pieces so far, and the lot that is made next."""

import pytest

from marketplace.trading.standing import begun_lots
from tests.matching.workshop import a_lot

LOTS = (
    a_lot("a", start=0, end=10, quantity=10),
    a_lot("b", start=10, end=20, quantity=10),
    a_lot("c", start=20, end=30, quantity=10),
)


@pytest.mark.parametrize(
    ("made", "begun"),
    [(None, ""), (0, "a"), (9, "a"), (10, "ab"), (25, "abc"), (30, "abc")],
)
def test_lots_are_begun_as_far_as_pieces_are_made(made, begun):
    assert "".join(lot.id for lot in begun_lots(LOTS, made=made)) == begun
