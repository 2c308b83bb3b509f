"""Numbers of an order stay with what is booked; new runs get what is left, each number once."""

from marketplace.trading.numbers import first_of, left_of, left_of_all


def part(first, last):
    return {"first": first, "last": last}


def test_a_run_that_shrinks_keeps_its_first_numbers():
    assert first_of([part(1, 5), part(11, 20)], 7) == [part(1, 5), part(11, 12)]
    assert first_of([part(1, 5)], 9) == [part(1, 5)]


def test_what_nobody_has_is_left():
    assert left_of(part(1, 20), [part(5, 8), part(1, 2)]) == [part(3, 4), part(9, 20)]
    assert left_of(part(1, 3), [part(1, 3)]) == []


def test_several_ranges_are_left_each_by_itself():
    assert left_of_all([part(1, 4), part(9, 12)], [part(1, 2), part(9, 12)]) == [part(3, 4)]
