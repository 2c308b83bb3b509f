import pytest

from matching.problem import Lane, Resource, ResourceUse, Window
from tests.matching.workshop import (
    a_lot,
    a_machine,
    a_mode,
    a_problem,
    a_site,
    a_transport,
    an_order,
)
from tests.scheduling.check.court import a_delivery, verdict


def using(quantity=1, *, resource="crew"):
    return a_mode(uses=(ResourceUse(resource=resource, quantity=quantity),))


def two_machines(*, resource, sites=("S", "S"), starts=(0, 0), use=1, breaks=(), fixed=(), lead_min=30):
    """Ten pieces on each of two machines that use the resource; returns what is broken."""
    lanes = [
        Lane(from_site=a, to=b, lead_min=lead_min, cents_per_1000_units=0)
        for a, b in (("S", "S2"), ("S2", "S"))
    ]
    lots = [
        a_lot("L1", machine="M1", start=starts[0], end=starts[0] + 10 + sum(b - a for a, b in breaks)),
        a_lot("L2", machine="M2", start=starts[1], end=starts[1] + 10),
    ]
    problem = a_problem(
        sites=[a_site(), a_site("S2")],
        machines=[
            a_machine("M1", site=sites[0], modes=[using(use)], breaks=breaks),
            a_machine("M2", site=sites[1], modes=[using(use)]),
        ],
        resources=[resource],
        orders=[an_order(quantity=20)],
        transport=a_transport(lanes=tuple(lanes)),
        fixed_lots=[lots[at] for at in fixed],
    )
    sent = [
        a_delivery(site=site, depart=500, arrive=500 if site == "S" else 500 + lead_min) for site in sites
    ]
    return verdict(problem, lots=lots, deliveries=sent)


def crew(quantity=1, *, site="S", windows=None):
    made = None if windows is None else tuple(Window(start=start, end=end) for start, end in windows)
    return Resource(id="crew", quantity=quantity, site=site, windows=made)


def test_two_lots_may_share_a_resource_of_two():
    assert two_machines(resource=crew(2)) == []


def test_no_more_of_a_resource_is_used_than_there_is():
    assert two_machines(resource=crew(1)) == ["R2 lots[1]"]
    assert two_machines(resource=crew(3), use=2) == ["R2 lots[1]"]


def test_a_resource_changes_hands_the_minute_a_lot_ends():
    assert two_machines(resource=crew(1), starts=(0, 10)) == []
    assert two_machines(resource=crew(1), starts=(0, 9)) == ["R2 lots[1]"]


def test_a_resource_is_held_through_breaks():
    assert two_machines(resource=crew(1), starts=(0, 20), breaks=[(5, 15)]) == []
    assert two_machines(resource=crew(1), starts=(0, 7), breaks=[(5, 15)]) == ["R2 lots[1]"]


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([(0, 10)], []),
        ([(0, 5), (5, 10)], []),
        ([(0, 9)], ["R2 lots[0]", "R2 lots[1]"]),
        ([(0, 4), (6, 20)], ["R2 lots[0]", "R2 lots[1]"]),
        ([], ["R2 lots[0]", "R2 lots[1]"]),
    ],
)
def test_a_resource_is_used_in_its_windows_only(windows, expected):
    assert two_machines(resource=crew(2, windows=windows)) == expected


def test_fixed_lots_need_no_window_of_the_resource_but_use_it_up():
    assert two_machines(resource=crew(2, windows=[(50, 90)]), fixed=(0, 1)) == []
    assert two_machines(resource=crew(1), fixed=(0,)) == ["R2 lots[1]"]


def test_a_resource_with_a_site_serves_machines_there_only():
    assert two_machines(resource=crew(2), sites=("S", "S2")) == ["R2 lots[1]"]


def test_a_travelling_resource_needs_the_lead_between_two_sites():
    assert two_machines(resource=crew(1, site=None), sites=("S", "S2"), starts=(0, 40)) == []
    assert two_machines(resource=crew(1, site=None), sites=("S", "S2"), starts=(0, 39)) == ["R2 lots[1]"]


def test_a_travelling_resource_needs_no_time_within_a_site():
    assert two_machines(resource=crew(1, site=None), starts=(0, 10)) == []
    assert two_machines(resource=crew(1, site=None), starts=(0, 9)) == ["R2 lots[1]"]


def test_a_travelling_resource_needs_a_way_where_there_are_lanes_only():
    sites = [a_site(), a_site("S2")]
    machines = [a_machine("M1", modes=[using()]), a_machine("M2", site="S2", modes=[using()])]
    home = Lane(from_site="S2", to="S", lead_min=30, cents_per_1000_units=0)
    there = Lane(from_site="S", to="S2", lead_min=30, cents_per_1000_units=0)

    def judged(*lanes):
        problem = a_problem(
            sites=sites,
            machines=machines,
            resources=[crew(1, site=None)],
            orders=[an_order(quantity=20)],
            transport=a_transport(lanes=lanes, lanes_only=True),
        )
        lots = [a_lot("L1", machine="M1"), a_lot("L2", machine="M2", start=40, end=50)]
        sent = [a_delivery(), a_delivery(site="S2", depart=50, arrive=80)]
        return verdict(problem, lots=lots, deliveries=sent)

    assert judged(home, there) == []
    assert judged(home) == ["R2 lots[1]"]
