"""Lead, price and departures of a way, worked out anew from the contract.

"Lead and cost of a way: the lane to `order:<id>/<drop>`, else to `order:<id>`, else 0 within one site, else
the lane between the sites, else the formula"; under `lanes_only` there is no formula.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from matching.problem import Drop, Lane, Order, Problem, SiteId

_EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """Money per unit and per gram in exact cents; `trip_units` None: one trip carries everything.

    `within_site`: neither departures nor trips are counted.
    """

    lead_min: int
    cents_per_unit: Fraction
    cents_per_gram: Fraction
    cents_per_trip: int
    trip_units: int | None
    departs_every_min: int
    departs_at_min: int
    within_site: bool

    def cents(self, *, units: int, weight_g: int) -> Fraction:
        return units * self.cents_per_unit + units * weight_g * self.cents_per_gram

    def trip_cents(self, *, units: int) -> int:
        """For `units` (> 0) that leave together."""
        if self.within_site:
            return 0
        trips = 1 if self.trip_units is None else math.ceil(Fraction(units, self.trip_units))
        return trips * self.cents_per_trip


def road_between(problem: Problem, start: SiteId, end: SiteId) -> Road | None:
    """Between two sites; None if no way exists."""
    if start == end:
        return _standing_still(problem)
    lane = _lane(problem, start, end)
    if lane is not None:
        return _along(lane, problem=problem, within_site=False)
    site = problem.site_by_id[end]
    return _across_country(problem, start, lat=site.lat, lon=site.lon)


def road_to_drop(problem: Problem, start: SiteId, *, order: Order, drop: Drop) -> Road | None:
    """To a drop of an order; None if no way exists."""
    place = drop.destination
    lane = None if drop.id is None else _lane(problem, start, f"order:{order.id}/{drop.id}")
    if lane is None:
        lane = _lane(problem, start, f"order:{order.id}")
    if lane is not None:
        return _along(lane, problem=problem, within_site=place.site == start)
    if place.site is not None:
        return road_between(problem, start, place.site)
    assert place.lat is not None and place.lon is not None
    return _across_country(problem, start, lat=place.lat, lon=place.lon)


def _lane(problem: Problem, start: SiteId, end: str) -> Lane | None:
    return problem.transport.lane_by_pair.get((start, end))


def _standing_still(problem: Problem) -> Road:
    return Road(
        lead_min=0,
        cents_per_unit=Fraction(0),
        cents_per_gram=Fraction(0),
        cents_per_trip=0,
        trip_units=None,
        departs_every_min=1,
        departs_at_min=0,
        within_site=True,
    )


def _along(lane: Lane, *, problem: Problem, within_site: bool) -> Road:
    """A lane; what it leaves out of trips and departures is transport's."""
    common = problem.transport

    def own(value: int | None, otherwise: int) -> int:
        return otherwise if value is None else value

    return Road(
        lead_min=lane.lead_min,
        cents_per_unit=Fraction(lane.cents_per_1000_units, 1000),
        cents_per_gram=Fraction(0),
        cents_per_trip=own(lane.cents_per_trip, common.cents_per_trip),
        trip_units=common.trip_units if lane.trip_units is None else lane.trip_units,
        departs_every_min=own(lane.departs_every_min, common.departs_every_min),
        departs_at_min=own(lane.departs_at_min, common.departs_at_min),
        within_site=within_site,
    )


def _across_country(problem: Problem, start: SiteId, *, lat: float, lon: float) -> Road | None:
    """lead = handling_min + ceil(60·metres/(1000·km_per_h)); price by unit and by weight for every metre."""
    common = problem.transport
    if common.lanes_only:
        return None
    site = problem.site_by_id[start]
    metres = _metres(site.lat, site.lon, lat, lon, detour_pct=common.detour_pct)
    return Road(
        lead_min=common.handling_min + math.ceil(Fraction(60 * metres, 1000 * common.km_per_h)),
        cents_per_unit=Fraction(metres * common.cents_per_1000_unit_km, 10**6),
        cents_per_gram=Fraction(metres * common.cents_per_tonne_km, 10**9),
        cents_per_trip=common.cents_per_trip,
        trip_units=common.trip_units,
        departs_every_min=common.departs_every_min,
        departs_at_min=common.departs_at_min,
        within_site=False,
    )


def _metres(lat_a: float, lon_a: float, lat_b: float, lon_b: float, *, detour_pct: int) -> int:
    """Haversine on a sphere of 6371.0088 km, lengthened by the detour, to the nearest metre (half up)."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_chord = (
        math.sin((phi_b - phi_a) / 2) ** 2
        + math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    )
    angle = 2 * math.atan2(math.sqrt(half_chord), math.sqrt(max(0.0, 1 - half_chord)))
    return math.floor(_EARTH_RADIUS_M * angle * detour_pct / 100 + 0.5)
