"""A deal as its buyer or one of its factories looks at it: booked runs, live states, flows.

Before all is agreed a buyer sees neutral names and places at city level; with the contract names and places, of who
is asked later on only once it has accepted. A factory sees its own rows and, of the flows, its own ends with the city
of the other side.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cache

from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.accounts.models import Site
from marketplace.accounts.places import place_name
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import NotFound
from marketplace.disclosure.place import city_point
from marketplace.orders.models import OrderDrop
from marketplace.planning.goods import Goods, goods_of
from marketplace.planning.models import TransportTerms
from marketplace.planning.picture import Bar, Move, Picture, Place, Row, count_trips, flows_of, neutral_name
from marketplace.trading.models import Deal
from marketplace.trading.parties import parties_of_deal
from marketplace.trading.rows import LegRow, RunRow, leg_rows, run_rows
from marketplace.trading.selectors import state_of

NameSite = Callable[[Site], str]


def picture_for_buyer(deal: Deal, *, now: datetime) -> Picture:
    """The caller has shown the deal is the viewer's."""
    known, runs = parties_of_deal(deal), run_rows(deal)
    name = _name_for_buyer(deal, runs, known=known)
    return _picture(deal, runs, leg_rows(deal), name=name, named=known, exact=known, own_drops=True, now=now)


def picture_of_change(deal: Deal, runs: list[RunRow], *, now: datetime) -> Picture:
    """Runs as they would be after a change, without ways, named as in the picture of the deal; who was never asked is a
    city. The caller has shown the deal is the buyer's.
    """
    known = parties_of_deal(deal)
    name = _name_for_buyer(deal, runs, known=known)
    return _picture(deal, runs, [], name=name, named=known, exact=(), own_drops=True, now=now)


def picture_for_factory(viewer: Viewer, deal: Deal, *, now: datetime) -> Picture:
    """Own machines by their names; of the others only the city of those next to it in the flow."""
    if not deal.packages.filter(enterprise=viewer.enterprise_id).exists():
        raise NotFound(_("There is no such offer."))
    mine = viewer.enterprise_id

    @cache
    def name(site: Site) -> str:
        neighbour = _("Neighbour in %(city)s") % {"city": place_name(site.city)}
        return site.name if site.enterprise_id == mine else neighbour

    runs = run_rows(deal, Q(package__enterprise=mine))
    legs = leg_rows(deal, Q(from_site__enterprise=mine) | Q(to_site__enterprise=mine))
    named = {run.equipment.enterprise_id for run in runs}
    return _picture(deal, runs, legs, name=name, named=named, exact=(), own_drops=False, now=now)


def _name_for_buyer(deal: Deal, runs: list[RunRow], *, known: Collection[int]) -> NameSite:
    """`known` are keys of enterprises whose names the buyer reads; one with several sites is told with the city."""
    labels = dict(deal.packages.order_by("id").values_list("enterprise_id", "label"))
    firms = Counter(site.enterprise_id for site in {run.equipment.site for run in runs})

    @cache
    def name(site: Site) -> str:
        city = place_name(site.city)
        if site.enterprise_id in known:
            firm = site.enterprise.name
            return f"{firm}, {city}" if firms[site.enterprise_id] > 1 else firm
        if site.enterprise_id in labels:
            return neutral_name(labels[site.enterprise_id], site.city)
        return _("Factory in %(city)s") % {"city": city}

    return name


def _picture(
    deal: Deal,
    runs: list[RunRow],
    legs: list[LegRow],
    *,
    name: NameSite,
    named: Collection[int],
    exact: Collection[int],
    own_drops: bool,
    now: datetime,
) -> Picture:
    """Keys of enterprises: `named` with their machines' names, `exact` with their sites where they are, not at city
    level. `own_drops`: the viewer is the buyer, who knows them.
    """
    rows, keys = _rows(runs, name=name, named=named)
    places = _places(runs, legs, name=name, exact=exact, own_drops=own_drops)
    goods = goods_of(deal.order.product)
    terms = TransportTerms.objects.order_by("-id").first() or TransportTerms()
    moves = [_move(leg, name=name, goods=goods) for leg in legs]
    ends = [run.ends_at for run in runs] + [leg.arrives_at for leg in legs] + [deal.chosen_at]
    by_start = sorted(runs, key=lambda run: run.starts_at)
    return Picture(
        starts_at=deal.chosen_at,
        ends_at=max(ends),
        due_at=deal.order.due_at,
        rows=rows,
        bars=tuple(_bar(run, row=keys[run.equipment.pk], now=now) for run in by_start),
        places=tuple({place.key: place for place in places}.values()),
        flows=tuple(flows_of(moves, trip_units=terms.trip_units)),
        num_trips=count_trips(moves, trip_units=terms.trip_units),
    )


def _places(
    runs: list[RunRow], legs: list[LegRow], *, name: NameSite, exact: Collection[int], own_drops: bool
) -> list[Place]:
    """Where something is made, leaves or arrives."""
    sites = {run.equipment.site.pk: run.equipment.site for run in runs}
    for leg in legs:
        sites[leg.from_site.pk] = leg.from_site
        if leg.to_site is not None:
            sites[leg.to_site.pk] = leg.to_site
    drops = {leg.to_drop.pk: leg.to_drop for leg in legs if leg.to_drop is not None}
    places = [_place(site, name=name(site), exact=site.enterprise_id in exact) for site in sites.values()]
    return places + [_drop(drop, exact=own_drops) for drop in drops.values()]


def _bar(run: RunRow, *, row: str, now: datetime) -> Bar:
    return Bar(
        run=run.public_id,
        row=row,
        operation=run.stage,
        starts_at=run.starts_at,
        ends_at=run.ends_at,
        quantity=run.quantity,
        unit=run.unit,
        state=state_of(run, now=now),
    )


def _rows(
    runs: list[RunRow], *, name: NameSite, named: Collection[int]
) -> tuple[tuple[Row, ...], dict[int, str]]:
    """Machines in the order of the runs; without a contract they are numbered within their factory."""
    rows: dict[int, Row] = {}
    counts: dict[str, int] = defaultdict(int)
    for run in runs:
        if run.equipment.pk in rows:
            continue
        factory = name(run.equipment.site)
        counts[factory] += 1
        numbered = _("machine %(number)s") % {"number": counts[factory]}
        rows[run.equipment.pk] = Row(
            key=f"{factory} {counts[factory]}",
            factory=factory,
            machine=run.equipment.name if run.equipment.enterprise_id in named else numbered,
            stage=run.stage,
        )
    return tuple(rows.values()), {pk: row.key for pk, row in rows.items()}


def _place(site: Site, *, name: str, exact: bool) -> Place:
    lat, lon = (site.lat, site.lon) if exact else city_point(site.lat, site.lon)
    return Place(key=name, name=name, kind="factory", lat=lat, lon=lon)


def _drop(drop: OrderDrop, *, exact: bool) -> Place:
    """A factory needs to know how far the goods go, not whose door it is."""
    lat, lon = (drop.lat, drop.lon) if exact else city_point(drop.lat, drop.lon)
    name = drop.name if exact else place_name(drop.city)
    return Place(key=drop.public_id, name=name, kind="drop", lat=lat, lon=lon)


def _move(leg: LegRow, *, name: NameSite, goods: Mapping[str, Goods]) -> Move:
    to_place = (
        name(leg.to_site) if leg.to_site is not None else (leg.to_drop.public_id if leg.to_drop else "")
    )
    return Move(
        from_place=name(leg.from_site),
        to_place=to_place,
        item=goods[leg.item].name,
        unit=goods[leg.item].unit,
        departs_at=leg.departs_at,
        arrives_at=leg.arrives_at,
        quantity=leg.quantity,
    )
