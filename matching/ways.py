"""Ways of goods: which exist, how long they take, when they leave, what they cost."""

from dataclasses import dataclass
from fractions import Fraction
from math import asin, cos, floor, radians, sin, sqrt

from matching.fields import RESERVED_PREFIX
from matching.problem import Drop, Lane, Order, Problem, Site, SiteId, Transport

EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How goods get from a site to another site or to a drop.

    `lead_min` in minutes; price either by lane (`lane_cents_per_1000_units`) or by distance (`metres` and
    transport's rates, the lane's price None). `within_site`: no departure grid and no trips there.
    """

    lead_min: int
    metres: int = 0
    lane_cents_per_1000_units: int | None = None
    cents_per_1000_unit_km: int = 0
    cents_per_tonne_km: int = 0
    cents_per_trip: int = 0
    trip_units: int | None = None
    departs_every_min: int = 1
    departs_at_min: int = 0
    within_site: bool = False

    def cents(self, *, units: int, weight_g: int) -> Fraction:
        """Cost of `units` of `weight_g` grams each, without trips.

        A lane: units·cents/1000. The formula: units·metres·cents_per_1000_unit_km/10^6
        + grams·metres·cents_per_tonne_km/10^9.
        """
        if self.lane_cents_per_1000_units is not None:
            return Fraction(units * self.lane_cents_per_1000_units, 1000)
        by_piece = Fraction(units * self.metres * self.cents_per_1000_unit_km, 10**6)
        return by_piece + Fraction(units * weight_g * self.metres * self.cents_per_tonne_km, 10**9)

    def trips(self, *, units: int) -> int:
        """Trips of one departure: ceil(units/trip_units); none within a site."""
        if self.within_site or units == 0:
            return 0
        return 1 if self.trip_units is None else -(-units // self.trip_units)

    def trip_cents(self, *, units: int) -> int:
        """Cost of the trips that all `units` of one departure make together."""
        return self.trips(units=units) * self.cents_per_trip

    def next_departure(self, ready_min: int) -> int:
        """The first departure at `ready_min` or later: departs_at_min + n·departs_every_min, n any integer."""
        if self.within_site:
            return ready_min
        return ready_min + (self.departs_at_min - ready_min) % self.departs_every_min

    def last_departure(self, arrive_min: int) -> int:
        """The last departure that arrives at `arrive_min` or earlier (it may be negative)."""
        latest = arrive_min - self.lead_min
        if self.within_site:
            return latest
        return latest - (latest - self.departs_at_min) % self.departs_every_min


def way_between(problem: Problem, from_site: SiteId, to_site: SiteId) -> Way | None:
    """The way of a transfer (or a travelling resource); None if `lanes_only` forbids it."""
    if from_site == to_site:
        return Way(lead_min=0, within_site=True)
    lane = problem.transport.lane_by_pair.get((from_site, to_site))
    if lane is not None:
        return _by_lane(lane, transport=problem.transport, within_site=False)
    end = problem.site_by_id[to_site]
    return _by_formula(problem, from_site=from_site, lat=end.lat, lon=end.lon)


def way_to_drop(problem: Problem, from_site: SiteId, *, order: Order, drop: Drop) -> Way | None:
    """The way of a delivery: the lane to the drop, else to the order, else as between sites, else the formula."""
    lane = _lane_to_drop(problem, from_site, order=order, drop=drop)
    site = drop.destination.site
    if lane is not None:
        return _by_lane(lane, transport=problem.transport, within_site=site == from_site)
    if site is not None:
        return way_between(problem, from_site, site)
    assert drop.destination.lat is not None and drop.destination.lon is not None
    return _by_formula(problem, from_site=from_site, lat=drop.destination.lat, lon=drop.destination.lon)


def lead_min(problem: Problem, from_site: SiteId, to_site: SiteId) -> int | None:
    """Minutes between two sites; None if there is no way."""
    way = way_between(problem, from_site, to_site)
    return None if way is None else way.lead_min


def metres(*, start: Site, lat: float, lon: float, detour_pct: int) -> int:
    """floor(1000·km·detour_pct/100 + 1/2) with km on the great circle (haversine, R = 6371.0088 km)."""
    half_lat = sin(radians(lat - start.lat) / 2) ** 2
    half_lon = sin(radians(lon - start.lon) / 2) ** 2
    chord = half_lat + cos(radians(start.lat)) * cos(radians(lat)) * half_lon
    km = 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))
    return floor(1000 * km * detour_pct / 100 + 0.5)


def _lane_to_drop(problem: Problem, from_site: SiteId, *, order: Order, drop: Drop) -> Lane | None:
    lanes = problem.transport.lane_by_pair
    to_order = f"{RESERVED_PREFIX}{order.id}"
    to_drop = None if drop.id is None else lanes.get((from_site, f"{to_order}/{drop.id}"))
    return to_drop or lanes.get((from_site, to_order))


def _by_lane(lane: Lane, *, transport: Transport, within_site: bool) -> Way:
    """What the lane leaves out of the last four fields is transport's."""
    return Way(
        lead_min=lane.lead_min,
        lane_cents_per_1000_units=lane.cents_per_1000_units,
        cents_per_trip=_own_or(lane.cents_per_trip, transport.cents_per_trip),
        trip_units=transport.trip_units if lane.trip_units is None else lane.trip_units,
        departs_every_min=_own_or(lane.departs_every_min, transport.departs_every_min),
        departs_at_min=_own_or(lane.departs_at_min, transport.departs_at_min),
        within_site=within_site,
    )


def _own_or(own: int | None, common: int) -> int:
    return common if own is None else own


def _by_formula(problem: Problem, *, from_site: SiteId, lat: float, lon: float) -> Way | None:
    """lead = handling_min + ceil(60·metres/(1000·km_per_h)); no such way under `lanes_only`."""
    transport = problem.transport
    if transport.lanes_only:
        return None
    distance = metres(start=problem.site_by_id[from_site], lat=lat, lon=lon, detour_pct=transport.detour_pct)
    return Way(
        lead_min=transport.handling_min - (-60 * distance // (1000 * transport.km_per_h)),
        metres=distance,
        cents_per_1000_unit_km=transport.cents_per_1000_unit_km,
        cents_per_tonne_km=transport.cents_per_tonne_km,
        cents_per_trip=transport.cents_per_trip,
        trip_units=transport.trip_units,
        departs_every_min=transport.departs_every_min,
        departs_at_min=transport.departs_at_min,
    )
