"""Where goods are when it is planned anew: nothing counts twice, nothing is lost, small delays change nothing."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.position import Coming, Way, Work, made_ahead, position_at
from tests.matching.workshop import a_lot

LOT = 10  # pieces
TAKES, TRAVELS = 10, 5  # minutes


def a_work(*lots, good=0, counted=None, makes="x", site="A", hold_min=0, uses=None, is_held=False):
    return Work(
        makes=makes,
        site=site,
        lots=lots,
        hold_min=hold_min,
        good=good,
        counted=good if counted is None else counted,
        uses=uses or {},
        is_held=is_held,
    )


def a_way(*, quantity=LOT, sent=0, is_due=True, arrive_min=0, item="x", from_site="A", to_site="B"):
    return Way(
        item=item,
        from_site=from_site,
        to_site=to_site,
        arrive_min=arrive_min,
        quantity=quantity,
        sent=sent,
        is_due=is_due,
    )


def at(*works, ways=(), lying=None, held=None, coming=()):
    return position_at("o", works=works, ways=ways, lying=lying or {}, held=held or {}, coming=coming)


def rows(position):
    return [(one.item, one.site, one.from_min, one.quantity) for one in position.stock]


def test_a_lot_whose_time_is_over_counts_though_its_last_pieces_are_not_told_yet():
    over, on = a_lot("a", start=-20, end=-10), a_lot("b", start=-10, end=0)
    assert rows(at(a_work(over, on, good=13), lying={("x", "A"): 13})) == [("x", "A", 0, 20)]


def test_what_was_made_ahead_of_the_plan_lies_there_and_is_no_more_to_come():
    over, on, later = a_lot("a", start=-9, end=0), a_lot("b", start=-5, end=5), a_lot("c", start=5, end=9)
    assert made_ahead([over, on, later], good=22) == {"b": 10, "c": 2}
    assert made_ahead([over, on, later], good=10) == {}
    assert rows(at(a_work(over, on, later, good=22), lying={("x", "A"): 22})) == [("x", "A", 0, 22)]


def test_a_lot_that_has_begun_has_its_needs_though_they_are_not_used_up_yet():
    work = a_work(a_lot("a", start=-5, end=5), good=4, makes="y", uses={"x": Fraction(3)})
    lying = {("x", "A"): 30 - 12 + 5, ("y", "A"): 4}
    assert rows(at(work, lying=lying)) == [("x", "A", 0, 5), ("y", "A", 0, 4)]


def test_what_was_made_ahead_has_used_its_needs():
    """Four of ten are made of a lot that is to begin later: it needs six more."""
    work = a_work(a_lot("a", start=5, end=15), good=4, makes="y", uses={"x": Fraction(1)})
    assert rows(at(work, lying={("x", "A"): 6, ("y", "A"): 4})) == [("x", "A", 0, 6), ("y", "A", 0, 4)]


def test_what_is_told_ahead_and_not_believed_is_made_with_its_lot():
    """Ten are told of a lot that is to come, six of them without material."""
    lot = a_lot("a", start=5, end=15)
    work = a_work(lot, good=10, counted=4, makes="y", uses={"x": Fraction(1)})
    assert rows(at(work, lying={("x", "A"): -6, ("y", "A"): 10})) == [("y", "A", 0, 4)]


def test_pieces_on_hold_are_there_when_it_is_over():
    work = a_work(a_lot("a", start=-20, end=-10), good=10, hold_min=60)
    assert rows(at(work, lying={("x", "A"): 12})) == [("x", "A", 0, 2), ("x", "A", 50, 10)]


def test_goods_on_their_way_arrive_when_they_were_to_and_overdue_ones_now():
    coming = [Coming(item="x", site="B", arrive_min=minute, quantity=5) for minute in (30, -9)]
    assert rows(at(coming=coming)) == [("x", "B", 0, 5), ("x", "B", 30, 5)]


def test_goods_that_should_have_left_leave_now_as_far_as_they_are_there():
    late = a_way(quantity=10, sent=2, arrive_min=4)
    position = at(ways=[late], lying={("x", "A"): 5})
    assert (rows(position), position.gone) == ([("x", "B", 4, 5)], (7,))
    assert at(ways=[late], lying={("x", "A"): 50}).gone == (10,)


def test_what_may_not_leave_yet_stays_where_it_lies_and_is_used_there():
    late, rows_at_a = a_way(quantity=10, arrive_min=4), [("x", "A", 0, 7), ("x", "B", 4, 3)]
    position = at(ways=[late], lying={("x", "A"): 10}, held={("x", "A"): 7})
    assert (rows(position), position.gone) == (rows_at_a, (3,))
    uses = a_work(a_lot("b", start=-5, end=5, quantity=9), makes="y", uses={"x": Fraction(1)})
    position = at(uses, ways=[late], lying={("x", "A"): 10}, held={("x", "A"): 7})
    assert (rows(position), position.gone, position.lacking) == ([("x", "A", 0, 1)], (0,), {})


def test_nor_does_what_is_made_with_it_by_the_plan():
    work = a_work(a_lot("a", start=-20, end=-10), good=4, is_held=True)
    position = at(work, ways=[a_way(quantity=10)], lying={("x", "A"): 4}, held={("x", "A"): 4})
    assert (rows(position), position.gone) == ([("x", "A", 0, 10)], (0,))


def test_what_a_site_sends_on_does_not_wait_for_what_it_uses_and_gets_later():
    """A makes x, sends it to C and uses what B sends it: none of it is told yet."""
    position = at(
        a_work(a_lot("a", start=-90, end=-80)),
        a_work(a_lot("b", start=-90, end=-80), site="B"),
        a_work(a_lot("c", start=-20, end=30), makes="y", uses={"x": Fraction(1)}),
        ways=[a_way(to_site="C"), a_way(from_site="B", to_site="A", arrive_min=-30)],
    )
    assert (rows(position), position.gone, position.lacking) == ([("x", "C", 0, 10)], (10, 10), {})


def test_what_does_not_leave_is_lacking_where_it_was_to_be_used():
    """A made six of ten x; B, which sends on four of the ten, uses the others."""
    position = at(
        a_work(a_lot("b", start=-20, end=30, quantity=6), makes="y", site="B", uses={"x": Fraction(1)}),
        ways=[a_way(arrive_min=-30), a_way(from_site="B", to_site="C", quantity=4)],
        lying={("x", "A"): 6},
    )
    assert (rows(position), position.gone, position.lacking) == ([], (6, 0), {})
    poorer = at(
        a_work(a_lot("b", start=-20, end=30, quantity=6), makes="y", site="B", uses={"x": Fraction(1)}),
        ways=[a_way(arrive_min=-30)],
        lying={("x", "A"): 5},
    )
    assert (poorer.gone, poorer.lacking) == ((5,), {("x", "B"): 1})


def test_goods_that_left_before_their_time_are_gone():
    position = at(
        ways=[a_way(sent=10, is_due=False)], coming=[Coming(item="x", site="B", arrive_min=3, quantity=10)]
    )
    assert (rows(position), position.gone) == ([("x", "B", 3, 10)], (10,))


def test_goods_made_and_sent_ahead_of_the_plan_are_where_they_are():
    """What should have left with pieces that fell out has left with pieces that another run made ahead."""
    lost, ahead = a_work(a_lot("a", start=-30, end=-20, quantity=6), good=6), a_lot("b", start=5, end=15)
    position = at(
        lost,
        a_work(ahead, good=5),
        ways=[a_way(sent=10)],
        lying={("x", "A"): 1},
        coming=[Coming(item="x", site="B", arrive_min=3, quantity=10)],
    )
    assert (rows(position), position.gone) == ([("x", "A", 0, 1), ("x", "B", 3, 10)], (10,))
    assert made_ahead([ahead], good=5) == {"b": 5}


def test_what_was_lost_on_the_way_or_made_beyond_the_plan_is_as_it_was_counted():
    assert rows(at(a_work(good=9), lying={("x", "A"): 9, ("x", "B"): 4})) == [
        ("x", "A", 0, 9),
        ("x", "B", 0, 4),
    ]


@settings(max_examples=400, deadline=None)
@given(data=st.data(), num=st.integers(1, 6), now=st.integers(0, 90), units=st.integers(1, 3))
def test_in_the_end_there_is_what_there_will_be_in_fact(data, num, now, units):
    """A makes x, each lot goes to B, which makes y of `units` x each and sends it to the buyer; people and machines are
    anywhere between far behind and far ahead. What lies, comes and will be made is the same in fact and in the plan."""
    press = [
        a_lot(f"a{n}", start=n * TAKES - now, end=(n + 1) * TAKES - now, quantity=LOT * units)
        for n in range(num)
    ]
    coat = [
        a_lot(f"b{n}", start=lot.end_min + TRAVELS, end=lot.end_min + TRAVELS + TAKES)
        for n, lot in enumerate(press)
    ]
    x_made = data.draw(st.integers(0, num * LOT * units), label="x made")
    x_sent = data.draw(st.integers(0, x_made), label="x sent")
    x_received = data.draw(st.integers(0, x_sent), label="x received")
    y_made = data.draw(st.integers(0, x_received // units), label="y made")
    y_sent = data.draw(st.integers(0, y_made), label="y sent")
    between = _ways(press, sent=x_sent, item="x", from_site="A", to_site="B")
    home = _ways(coat, sent=y_sent, item="y", from_site="B", to_site=None)
    lying = {
        ("x", "A"): x_made - x_sent,
        ("x", "B"): x_received - units * y_made,
        ("y", "B"): y_made - y_sent,
    }
    is_held = data.draw(st.booleans(), label="is held")
    held = {("x", "A"): data.draw(st.integers(0, x_made - x_sent), label="held") if is_held else 0}
    beside = [
        a_way(quantity=data.draw(st.integers(1, LOT)), item="y", from_site="B", to_site=to_site)
        for to_site in data.draw(st.lists(st.sampled_from([None, "C"]), max_size=2), label="beside the plan")
    ]

    position = at(
        a_work(*press, good=x_made, is_held=is_held),
        a_work(*coat, good=y_made, makes="y", site="B", uses={"x": Fraction(units)}),
        ways=[*between, *home, *beside],
        lying=lying,
        held=held,
        coming=[Coming(item="x", site="B", arrive_min=2, quantity=x_sent - x_received)],
    )

    stock = {item: sum(one.quantity for one in position.stock if one.item == item) for item in "xy"}
    x_ahead, y_ahead = made_ahead(press, good=x_made), made_ahead(coat, good=y_made)
    x_to_come = sum(lot.quantity - x_ahead.get(lot.id, 0) for lot in press if lot.end_min > 0)
    x_to_use = units * sum(lot.quantity - y_ahead.get(lot.id, 0) for lot in coat if lot.start_min >= 0)
    x_lacking = position.lacking.get(("x", "B"), 0)  # what waits at A for its release
    assert stock["x"] + x_to_come - x_to_use == x_lacking  # each x is used for a y
    y_to_come = sum(lot.quantity - y_ahead.get(lot.id, 0) for lot in coat if lot.end_min > 0)
    ways = [*between, *home, *beside]
    to_buyer = [gone for gone, way in zip(position.gone, ways, strict=True) if way.to_site is None]
    assert stock["y"] + y_to_come + sum(to_buyer) == num * LOT
    assert all(0 <= gone <= way.quantity for gone, way in zip(position.gone, ways, strict=True))
    if is_held:
        assert sum(position.gone[: len(between)]) - x_sent <= max(0, x_made - x_sent - held["x", "A"])
    else:
        assert x_lacking == 0


def _ways(lots, *, sent, **ends):
    """One for each lot when it is over; the earliest have left."""
    ways = []
    for lot in lots:
        left = min(lot.quantity, sent)
        sent -= left
        arrive_min = lot.end_min + TRAVELS
        ways.append(
            a_way(quantity=lot.quantity, sent=left, is_due=lot.end_min < 0, arrive_min=arrive_min, **ends)
        )
    return ways
