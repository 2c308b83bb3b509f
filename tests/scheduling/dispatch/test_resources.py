from matching.problem import Lane, Resource, Window
from scheduling.dispatch.resources import Held, ResourceTimeline
from scheduling.dispatch.roads import Roads
from tests.matching.workshop import a_problem, a_site, a_transport

LANES = (
    Lane(from_site="S", to="T", lead_min=5, cents_per_1000_units=0),
    Lane(from_site="T", to="S", lead_min=7, cents_per_1000_units=0),
)


def a_timeline(*, lanes=LANES, lanes_only=False, **resource):
    problem = a_problem(
        sites=[a_site("S"), a_site("T")], transport=a_transport(lanes=lanes, lanes_only=lanes_only)
    )
    return ResourceTimeline(Resource(id="crew", **resource), roads=Roads(problem))


def test_it_is_free_while_enough_of_it_is_left():
    timeline = a_timeline(quantity=3, site="S")
    timeline.hold(Held(10, 30, 2, "S"))
    timeline.hold(Held(20, 40, 1, "S"))
    assert timeline.free(0, 50, units=1, site="S") == [(0, 20), (30, 50)]
    assert timeline.free(0, 50, units=2, site="S") == [(0, 10), (30, 50)]
    assert timeline.free(0, 50, units=3, site="S") == [(0, 10), (40, 50)]
    assert timeline.free(0, 50, units=4, site="S") == []


def test_it_is_free_only_in_its_windows_and_windows_that_touch_are_one():
    windows = (Window(start=0, end=10), Window(start=10, end=20), Window(start=30, end=40))
    timeline = a_timeline(quantity=1, site="S", windows=windows)
    assert timeline.free(5, 35, units=1, site="S") == [(5, 20), (30, 35)]


def test_with_a_site_it_serves_nobody_elsewhere():
    assert a_timeline(quantity=1, site="S").free(0, 50, units=1, site="T") == []


def test_one_that_travels_needs_the_way_there_and_back():
    timeline = a_timeline(quantity=1, site=None)
    timeline.hold(Held(20, 30, 1, "T"))
    assert timeline.free(0, 50, units=1, site="T") == [(0, 20), (30, 50)]
    assert timeline.free(0, 50, units=1, site="S") == [(0, 15), (37, 50)]


def test_one_that_cannot_travel_back_is_gone():
    timeline = a_timeline(quantity=1, site=None, lanes=LANES[:1], lanes_only=True)
    timeline.hold(Held(20, 30, 1, "T"))
    assert timeline.free(0, 50, units=1, site="S") == [(0, 15)]


def test_what_is_released_is_free_again():
    timeline = a_timeline(quantity=1, site="S")
    held = Held(10, 20, 1, "S")
    timeline.hold(held)
    timeline.release(held)
    assert timeline.free(0, 50, units=1, site="S") == [(0, 50)]
