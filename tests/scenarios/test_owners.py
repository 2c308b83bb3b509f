"""What owners offer of the idle time that was found."""

from datetime import UTC, datetime, timedelta

from scenarios.owners import repeated

FROM, TO = datetime(2018, 12, 11, 14, 0, 20, tzinfo=UTC), datetime(2018, 12, 11, 14, 40, 50, tzinfo=UTC)


def test_the_same_hours_of_each_coming_week_in_whole_minutes_inside_the_gap():
    offered = repeated([(FROM, TO)], weeks=2)
    assert offered == [
        (FROM.replace(minute=1, second=0) + timedelta(weeks=n), TO.replace(second=0) + timedelta(weeks=n))
        for n in (1, 2)
    ]
