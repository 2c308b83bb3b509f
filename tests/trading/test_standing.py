"""What of a run has begun: what made its pieces so far, and the lot that is made next."""

from dataclasses import replace

import pytest

from marketplace.trading.difference import _new_starts, _part
from marketplace.trading.facts import Facts
from marketplace.trading.models import Run
from marketplace.trading.standing import RunLots, begun_lots
from marketplace.trading.told import Made
from tests.matching.workshop import a_lot

LOTS = (
    a_lot("a", start=0, end=10, quantity=10),
    a_lot("b", start=10, end=20, quantity=10),
    a_lot("c", start=20, end=30, quantity=10),
)


@pytest.mark.parametrize(
    ("made", "begun"),
    [(0, "a"), (9, "a"), (10, "a"), (25, "abc"), (30, "abc")],
)
def test_lots_are_begun_as_far_as_pieces_are_made(made, begun):
    assert "".join(lot.id for lot in begun_lots(LOTS, made=made)) == begun


@pytest.mark.parametrize(
    ("from_min", "good", "running"),
    [
        (1, 0, "abc"),  # begun before its time
        (1, 14, "bc"),  # what is made of it is made
        (-12, 10, "bc"),  # begun by the plan
        (-12, None, "bc"),  # by the plan, and nobody has said so
        (1, None, ""),
        (-40, 30, ""),
    ],
)
def test_what_is_to_come_of_a_run_that_has_begun_is_running(from_min, good, running):
    lots = tuple(
        replace(lot, start_min=lot.start_min + from_min, end_min=lot.end_min + from_min) for lot in LOTS
    )
    made = None if good is None else Made(good=good, is_closed=False)
    run = RunLots(run=Run(pk=1, public_id="run_1"), booked=lots, left=lots, made=made)
    found = run.found(Facts() if good is None else Facts(made={1: good}))
    assert "".join(sorted(found.running)) == running


def a_standing_run(*, left=LOTS):
    return RunLots(run=Run(public_id="run_1"), booked=LOTS, left=left)


def part(run, plan, *, soon_min=0):
    planned = {lot.id: lot for lot in plan}
    must = {lot.id for lot in run.left if lot.start_min < soon_min}
    return _part(run, planned=planned, between=_new_starts(plan, [run]), must=must)


def stays(plan, *, left=LOTS) -> str:
    return "".join(lot.id for lot in part(a_standing_run(left=left), plan).stays)


def test_a_run_stays_as_it_is_where_the_plan_has_all_of_it():
    elsewhere = a_lot("n", machine="M2", start=5, end=15)
    after = a_lot("m", start=30, end=40)
    assert stays([*LOTS, elsewhere, after]) == "abc"


def test_what_follows_a_hole_is_planned_anew():
    assert stays([LOTS[0], LOTS[2]]) == "a"
    assert part(a_standing_run(), [LOTS[0], LOTS[2]]).goes == LOTS[1:]


def test_what_has_no_goods_and_begins_too_soon_to_be_moved_is_no_hole():
    found = part(a_standing_run(), [LOTS[0], LOTS[2]], soon_min=15)
    assert (found.stays, found.goes) == ((LOTS[0], LOTS[2]), ())


def test_a_new_lot_in_the_time_that_has_no_goods_is_before_the_run_and_not_between():
    found = part(a_standing_run(), [LOTS[1], LOTS[2], a_lot("n", start=2, end=8)], soon_min=5)
    assert (found.stays, found.goes) == (LOTS[1:], ())


def test_what_the_plan_cuts_short_stays_with_what_it_makes():
    short = replace(LOTS[1], quantity=4, end_min=14)
    ahead = replace(a_standing_run(), ahead={"b": 2})
    assert part(a_standing_run(), [LOTS[0], short, LOTS[2]]).stays == (LOTS[0], short, LOTS[2])
    assert part(ahead, [LOTS[0], short, LOTS[2]]).stays[1] == replace(short, quantity=6)


def test_what_follows_a_lot_that_was_put_between_is_planned_anew():
    waits = (LOTS[0], LOTS[1], a_lot("d", start=60, end=70))
    between = a_lot("n", start=30, end=50)
    run = RunLots(run=Run(public_id="run_1"), booked=waits, left=waits)
    plan = [*waits, between]
    assert [lot.id for lot in part(run, plan).stays] == ["a", "b"]


def test_a_new_lot_that_bears_the_name_of_one_that_was_made_is_new():
    """Names are unique in a plan, and what was made ahead of its time is in none any more."""
    run = replace(a_standing_run(), ahead={"c": 10})
    again = a_lot("c", start=40, end=50)
    assert _new_starts([*LOTS[:2], again], [run]) == {"M": [40]}
    assert [lot.id for lot in run.done_early] == ["c"]
    assert part(run, [*LOTS[:2], again]).stays == LOTS
